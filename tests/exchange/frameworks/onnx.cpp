// ONNX files of other exporters: as a model of layers and as one layer.
#include <string>
#include <utility>
#include <vector>

#include <shikumi/formats.hpp>
#include <shikumi/nn/io/onnx.hpp>
#include <shikumi/shikumi.hpp>

#include "exchange/arrays.hpp"
#include "exchange/training.hpp"
#include "facts.hpp"
#include "models.hpp"
#include "support/case_program.hpp"

namespace shikumi::exchange {

namespace {

using Outputs = std::vector<Tensor>;

struct Loaded {
    formats::OnnxModel graph;
    nn::Model model;
};

Loaded load(const std::string& path) {
    try {
        formats::OnnxModel graph = formats::read_onnx(path);
        nn::Model model = nn::model_from_onnx(graph);
        return {std::move(graph), std::move(model)};
    } catch (const ValueError& e) {
        throw shikumi_test::Skipped(e.what());
    }
}

Tensor squared_errors(const Outputs& outputs, const Outputs& targets) {
    Tensor sum = zeros({});
    for (std::size_t i = 0; i < outputs.size(); ++i)
        sum = sum + mean(nn::mean_squared_error(targets.at(i), outputs[i]));
    return sum;
}

// Trains what `call` does with the inputs.
template <class F>
void compare_training(const std::string& of, const std::vector<Parameter>& parameters, F call,
                      const std::filesystem::path& folder, const json& training) {
    const Outputs targets = read_arrays(folder, training.at("targets"));
    int step = 0;
    for (const double expected : training.at("losses")) {
        const Tensor loss = squared_errors(call(nn::Mode::train), targets);
        compare("loss " + std::to_string(++step) + " of the " + of, reshape(loss, {1}).cast(f64), tensor({expected}, f64), near_in_loss);
        descend(loss, parameters, training.at("learning_rate"), training.at("biases"));
    }
    const Outputs after = read_arrays(folder, training.at("outputs_after"));
    if (!after.empty())
        compare_all("output of the trained " + of, call(nn::Mode::infer), after,
                    near_after_steps);
}

}  // namespace

void compare_onnx(const std::filesystem::path& folder, const std::string& file, const json& facts) {
    auto [graph, model] = load((folder / file).string());
    const Outputs inputs = read_arrays(folder, facts.at("inputs"));
    const Outputs expected = read_arrays(folder, facts.at("outputs"));
    const nn::OnnxLayer whole = nn::layer_from_onnx(graph);
    compare_all("output", model.predict(inputs), expected, near);
    compare_all("output of single samples", model.predict(inputs, {.batch_size = 1}), expected,
                near);
    compare_all("output of the layer", (*whole.layer)(inputs), expected, near);
    if (!facts.contains("training")) return;
    const json& training = facts.at("training");
    compare_training(
        "model", model.parameters(), [&, &m = model](nn::Mode mode) { return m(inputs, mode); },
        folder, training);
    if (!training.at("as_operators")) return;
    compare_training(
        "layer", whole.layer->weights(),
        [&](nn::Mode mode) { return (*whole.layer)(inputs, mode); }, folder, training);
}

}  // namespace shikumi::exchange
