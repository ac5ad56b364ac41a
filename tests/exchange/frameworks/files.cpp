// A model in every format, with what the next steps of training give.
#include <algorithm>
#include <functional>
#include <string>

#include <shikumi/formats.hpp>
#include <shikumi/nn/io/keras_config.hpp>
#include <shikumi/nn/training/compile_config.hpp>
#include <shikumi/shikumi.hpp>

#include "exchange/arrays.hpp"
#include "exchange/formats_of_models.hpp"
#include "exchange/training.hpp"
#include "facts.hpp"
#include "models.hpp"
#include "support/case_program.hpp"

namespace shikumi::exchange {

namespace {

namespace fs = std::filesystem;

constexpr int steps_before = 2, steps_after = 3;

// Layers whose training depends on random numbers, which other frameworks draw otherwise.
bool draws_random_numbers(const nn::Model& model) {
    return std::ranges::any_of(model.inner_layers(), [](const nn::Layer* layer) {
        const std::string name = layer->class_name();
        return name.find("Dropout") != name.npos || name == "GaussianNoise" ||
               name.starts_with("Random");
    });
}

bool learns(nn::Model& model) {
    for (const Spec& output : model.outputs())
        if (!is_floating(output.dtype)) return false;
    return !model.trainable_weights().empty();
}

// An epsilon that matters, so that gradients of rounding errors don't become whole steps, is in
// each of Keras's optimisers but for Lion and Muon, whose steps are as long for the smallest
// gradient.
optim::Optimizer some_optimizer(std::size_t number) {
    using namespace optim;
    const std::function<Optimizer()> all[] = {
        [] { return SGD({.learning_rate = 0.02, .momentum = 0.9, .nesterov = true}); },
        [] { return Adam({.learning_rate = 0.01, .epsilon = 0.01}); },
        [] {
            return RMSprop(
                {.learning_rate = 0.01, .momentum = 0.5, .epsilon = 0.01, .centered = true});
        },
        [] {
            return AdamW(
                {.learning_rate = 0.01, .weight_decay = 0.02, .epsilon = 0.01, .amsgrad = true});
        },
        [] { return Nadam({.learning_rate = 0.01, .epsilon = 0.01}); },
        [] { return Adagrad({.learning_rate = 0.05, .epsilon = 0.01}); },
        [] { return Adadelta({.learning_rate = 0.5, .epsilon = 0.01}); },
        [] { return Adamax({.learning_rate = 0.01, .epsilon = 0.01}); },
        [] { return Ftrl({.learning_rate = 0.05}); },
        [] { return Adafactor({.learning_rate = 0.02, .epsilon_1 = 1e-4}); },
        [] { return SGD({.learning_rate = ExponentialDecay(0.05, 2, 0.5), .global_clipnorm = 1}); },
        [] { return Adam({.learning_rate = 0.01, .epsilon = 0.01, .use_ema = true}); }};
    return all[number % std::size(all)]();
}

// Whether a format may lack what a model has.
bool may_refuse(const std::string& file) {
    return file.ends_with(".pt") || file.ends_with(".json");
}

}  // namespace

json write_model(const Exchanged& exchanged, std::size_t number, const fs::path& folder) {
    nn::Model& model = *exchanged.model;
    std::vector<Tensor> targets;
    model.parameters();
    const bool trains = learns(model) && !draws_random_numbers(model);
    if (trains) {
        Generator rng(7);
        for (const Tensor& output : model.predict(exchanged.inputs))
            targets.push_back(random_normal(output.shape(), rng));
        model.compile({.optimizer = some_optimizer(number), .loss = "mse"});
        for (int step = 0; step < steps_before; ++step)
            model.train_on_batch(exchanged.inputs, targets);
    }
    json facts{{"files", json::array()},
               {"refused", json::object()},
               {"architecture", json::parse(nn::to_json(nn::keras_config(model)))},
               {"inputs", write_arrays(folder, "in", exchanged.inputs)},
               {"outputs", write_arrays(folder, "out", model.predict(exchanged.inputs))},
               {"weights", write_arrays(folder, "w", model.get_weights())}};
    const auto attempt = [&](const std::string& file, bool refusal, const auto& write) {
        try {
            write();
        } catch (const ValueError& e) {
            if (!refusal) throw;
            facts["refused"][file] = e.what();
        }
    };
    for (const std::string& file : model_files())
        attempt(file, may_refuse(file), [&] {
            write_model_file(model, (folder / file).string());
            facts["files"].push_back(file);
        });
    nn::save_onnx(model, (folder / "model.onnx").string());
    facts["files"].push_back("model.onnx");
    attempt("keras2", true, [&] {
        facts["keras2"] = json::parse(nn::to_json(nn::keras_config(model, nn::KerasLine::keras2)));
    });
    if (!trains) return facts;
    json losses = json::array();
    for (int step = 0; step < steps_after; ++step)
        losses.push_back(model.train_on_batch(exchanged.inputs, targets)["loss"]);
    facts["training"] = {{"optimizer", json::parse(nn::to_json(to_config(model.optimizer())))},
                         {"targets", write_arrays(folder, "y", targets)},
                         {"losses", losses},
                         {"weights_after", write_arrays(folder, "after", model.get_weights())}};
    return facts;
}

void make_round_trip(const Exchanged& exchanged, const std::string& file) {
    nn::Model& model = *exchanged.model;
    model.parameters();
    const std::vector<Tensor> before = model.predict(exchanged.inputs);
    try {
        write_model_file(model, file);
    } catch (const ValueError& e) {
        throw shikumi_test::Skipped(e.what());
    }
    const auto again = read_model_file(file, nn::to_json(model));
    const std::vector<Tensor> after = again->predict(exchanged.inputs);
    want(after.size() == before.size(), "another number of outputs");
    for (std::size_t i = 0; i < after.size(); ++i)
        want(after[i].dtype() == before[i].dtype() && after[i].shape() == before[i].shape() &&
                 std::ranges::equal(formats::StoredTensor(after[i]).bytes(),
                                    formats::StoredTensor(before[i]).bytes()),
             "output " + std::to_string(i) + " has other bits");
}

void compare_file(const fs::path& folder, const std::string& file, const json& facts) {
    const auto model = read_model_file((folder / file).string(), facts.at("architecture").dump());
    const std::vector<Tensor> inputs = read_arrays(folder, facts.at("inputs"));
    compare_all("output", model->predict(inputs), read_arrays(folder, facts.at("outputs")), near);
    if (!facts.contains("training") || !holds_training(file)) return;
    want(model->compiled(), "the model isn't compiled");
    const json& training = facts.at("training");
    const std::vector<Tensor> targets = read_arrays(folder, training.at("targets"));
    for (const double loss : training.at("losses"))
        compare("the loss", tensor({model->train_on_batch(inputs, targets)["loss"]}, f64),
                tensor({loss}, f64), near_in_loss);
    compare_all("weight after training", model->get_weights(),
                read_arrays(folder, training.at("weights_after")), near_after_steps);
}

}  // namespace shikumi::exchange
