// The kind "training": a network by its layers, with its weights and losses after some epochs.
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "cases.hpp"
#include "compare.hpp"
#include "readers.hpp"

namespace shikumi::golden {

namespace {

void compare_losses(const std::vector<double>& got, const std::vector<double>& expected,
                    std::size_t epochs, double tolerance) {
    if (got.size() != expected.size())
        throw Different("losses: got " + std::to_string(got.size()) + ", expected " +
                        std::to_string(expected.size()));
    for (std::size_t i = 0; i < std::min(epochs, expected.size()); ++i)
        compare_within("losses[" + std::to_string(i) + "]", got[i], expected[i],
                       tolerance * std::max(std::abs(expected[i]), 0.01));
}

// TensorFlow.js's hard_sigmoid is that of Keras 2, which has another name in Keras 3's terms.
json in_terms_of_keras3(json config) {
    if (config == "hard_sigmoid") return "hard_sigmoid5";
    if (config.is_structured()) {
        for (json& value : config) value = in_terms_of_keras3(value);
    }
    return config;
}

// The layers' configurations. TensorFlow.js omits SeparableConv2D's depth_multiplier, which is the
// last size of the kernel.
json layers_of(const json& c) {
    json layers = in_terms_of_keras3(c.at("layers"));
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (layers[i].at("class_name") != "SeparableConv2D") continue;
        const std::string kernel = std::to_string(i) + "_separable_conv2d/depthwise_kernel";
        for (const json& weight : c.at("initial_weights")) {
            if (weight.at("name") == kernel)
                layers[i]["config"]["depth_multiplier"] = weight.at("shape").back();
        }
    }
    return layers;
}

void run_training(const json&, const json& c) {
    const double tolerance = c.at("tolerance");
    const int epochs = c.at("epochs");

    // Reads everything first: an unsupported feature must skip the whole case.
    nn::Sequential model;
    for (const json& layer : layers_of(c)) model.add(read_layer(layer));
    std::optional<nn::CompileOptions> how;
    if (epochs > 0) how = nn::CompileOptions{read_optimizer(c.at("optimizer")), read_loss(c), {}};

    const Tensor x = read_tensor(c.at("x"));
    model.build(x.spec());
    std::vector<Tensor> weights;
    for (const json& w : c.at("initial_weights")) weights.push_back(read_tensor(w));
    model.set_weights(weights);
    compare_tensor("initial_predictions", model.predict(x), c.at("initial_predictions"), tolerance);
    if (epochs == 0) return;

    Tensor y = read_tensor(c.at("y"));
    const bool labels = how->loss.has(
        [](const nn::Loss& loss) { return loss.targets() == nn::Targets::class_indices; });
    if (labels) y = y.cast(i64);
    std::map<int, double> class_weight;
    const json weight_of = c.value("class_weight", json::object());
    for (const auto& [label, weight] : weight_of.items()) class_weight[std::stoi(label)] = weight;
    model.compile(*how);
    const nn::History trained = model.fit(x, y,
                                          {.batch_size = c.at("batch_size"),
                                           .epochs = epochs,
                                           .verbose = 0,
                                           .shuffle = false,
                                           .class_weight = class_weight});

    const auto losses = trained.history.at("loss");
    const auto expected = c.at("losses").get<std::vector<double>>();
    if (const json tight = c.value("tight", json()); tight.is_object())
        compare_losses(losses, expected, tight.at("epochs"), tight.at("tolerance"));
    compare_losses(losses, expected, expected.size(), tolerance);
    const std::vector<Tensor> final_weights = model.get_weights();
    for (std::size_t i = 0; i < final_weights.size(); ++i) {
        const json& w = c.at("final_weights").at(i);
        compare_tensor("final_weights " + w.at("name").get<std::string>(), final_weights[i], w,
                       tolerance);
    }
    compare_tensor("final_predictions", model.predict(x), c.at("final_predictions"), tolerance);
}

const Kind training("training", run_training);

}  // namespace

}  // namespace shikumi::golden
