#include "training.hpp"

#include <cmath>

#include <shikumi/nn/io/json.hpp>
#include <shikumi/nn/training/compile_config.hpp>
#include <shikumi/shikumi.hpp>

#include "arrays.hpp"
#include "build.hpp"

namespace shikumi::exchange {

namespace {

// Inputs and targets; where the case has words for them, MNIST.
std::pair<std::vector<Tensor>, std::vector<Tensor>> samples(const Case& the_case) {
    const json& training = the_case.facts.at("training");
    if (!training.at("x").is_string())
        return {arrays(the_case, training.at("x")), arrays(the_case, training.at("y"))};
    want(training.at("x") ==
             "the first 320 training images of MNIST, divided by 255, of shape [28, 28, 1]",
         "unknown samples: " + training.at("x").dump());
    const datasets::Images digits = datasets::mnist({.download = false}).train;
    return {{reshape(datasets::scale_pixels(slice(digits.images, {{0, 320}})), {320, 28, 28, 1})},
            {slice(digits.labels, {{0, 320}})}};
}

// The samples of one step.
std::vector<Tensor> batch(const std::vector<Tensor>& arrays, const Tensor& order) {
    std::vector<Tensor> rows;
    for (const Tensor& all : arrays) rows.push_back(take(all, order));
    return rows;
}

}  // namespace

nn::CompileOptions compile_options(const json& training, const std::vector<std::string>& outputs) {
    json config{{"optimizer", training.at("optimizer")}, {"loss", training.at("loss")}};
    if (training.contains("loss_weights")) config["loss_weights"] = training.at("loss_weights");
    return nn::compile_options_from_config(nn::parse_json(config.dump(), "the case"), outputs);
}

Tensor order_of(const json& training, std::size_t step) {
    const std::size_t size = training.at("batch_size");
    std::vector<std::int64_t> order;
    for (std::size_t i = step * size; i < (step + 1) * size; ++i)
        order.push_back(training.at("sample_order").at(i));
    return tensor(order);
}

void compare_loss(const json& training, std::size_t step, double loss) {
    const double expected = training.at("losses").at(step), tolerance = training.at("tolerance");
    want(std::abs(loss - expected) <= tolerance * std::abs(expected),
         "the loss of step " + std::to_string(step + 1) + " is " + std::to_string(loss) +
             ", expected " + std::to_string(expected));
}

void descend(const Tensor& loss, std::vector<Parameter> parameters, double rate, int biases) {
    const std::vector<Tensor> gradients =
        grad(loss, std::vector<Tensor>(parameters.begin(), parameters.end()));
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const std::string& name = parameters[i].name();
        const bool several = name.ends_with("/bias") && (name.find("lstm") != name.npos ||
                                                         name.find("simple_rnn") != name.npos);
        parameters[i].assign(parameters[i].value() -
                             gradients[i] * (several ? biases * rate : rate));
    }
}

void train(const Case& the_case, nn::Model& model) {
    const json& training = the_case.facts.at("training");
    auto [x, y] = samples(the_case);
    for (Tensor& input : x) input = to_our_layout(the_case, input);
    for (std::size_t step = 0; step < training.at("steps"); ++step) {
        if (training.contains("learning_rates"))
            model.optimizer().set_learning_rate(training.at("learning_rates").at(step));
        const Tensor order = order_of(training, step);
        const double loss = model.train_on_batch(batch(x, order), batch(y, order))["loss"];
        compare_loss(training, step, loss);
    }
}

}  // namespace shikumi::exchange
