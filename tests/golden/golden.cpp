// golden DIR…: runs every golden case of Keras's behaviour (*.json) in the folders. Prints failed
// cases with the first differing number, and skipped cases that use unsupported features.
#include <algorithm>
#include <cmath>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "readers.hpp"

namespace {

using namespace shikumi;
using namespace shikumi::golden;

// A case with a different result.
struct Different : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// ---- comparing ----------------------------------------------------------------------------------

void compare_number(const std::string& where, double got, double expected, double allowed) {
    if (std::abs(got - expected) <= allowed) return;  // false for NaN, too
    std::ostringstream text;
    text.precision(9);
    text << where << ": got " << got << ", expected " << expected << " (allowed difference "
         << allowed << ")";
    throw Different(text.str());
}

void compare_tensor(const std::string& name, const Tensor& got, const json& expected,
                    double tolerance) {
    const Tensor wanted = read_tensor(expected);
    if (got.shape() != wanted.shape())
        throw Different(name + ": got shape " + to_string(got.shape()) + ", expected " +
                        to_string(wanted.shape()));
    const auto g = got.to_vector<double>(), w = wanted.to_vector<double>();
    double largest = 1e-3;
    for (const double v : w) largest = std::max(largest, std::abs(v));
    for (std::size_t i = 0; i < w.size(); ++i)
        compare_number(name + "[" + std::to_string(i) + "]", g[i], w[i], tolerance * largest);
}

void compare_losses(const std::vector<double>& got, const std::vector<double>& expected,
                    std::size_t epochs, double tolerance) {
    if (got.size() != expected.size())
        throw Different("losses: got " + std::to_string(got.size()) + ", expected " +
                        std::to_string(expected.size()));
    for (std::size_t i = 0; i < std::min(epochs, expected.size()); ++i)
        compare_number("losses[" + std::to_string(i) + "]", got[i], expected[i],
                       tolerance * std::max(std::abs(expected[i]), 0.01));
}

// ---- one case -----------------------------------------------------------------------------------

// The layers' configurations. TensorFlow.js omits SeparableConv2D's depth_multiplier, which is the
// last size of the kernel.
json layers_of(const json& c) {
    json layers = c.at("layers");
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

void run(const json& c) {
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

std::vector<std::filesystem::path> cases_in(int count, char** folders) {
    std::vector<std::filesystem::path> files;
    for (int i = 0; i < count; ++i) {
        for (const auto& entry : std::filesystem::directory_iterator(folders[i])) {
            if (entry.path().extension() == ".json") files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::cerr << "usage: golden DIR…\n";
        return 2;
    }
    int passed = 0, failed = 0, skipped = 0;
    try {
        const auto files = cases_in(argc - 1, argv + 1);
        if (files.empty())
            throw std::runtime_error("golden: there is no case (*.json) in these folders");
        for (const auto& file : files) {
            const std::string name = file.stem().string();
            try {
                std::ifstream in(file);
                run(json::parse(in));
                ++passed;
            } catch (const Unknown& e) {
                std::cout << "skipped " << name << ": " << e.what() << '\n';
                ++skipped;
            } catch (const std::exception& e) {
                std::cout << "FAILED " << name << ": " << e.what() << '\n';
                ++failed;
            }
        }
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return 2;
    }
    std::cout << passed << " passed, " << failed << " failed, " << skipped << " skipped\n";
    return failed == 0 ? 0 : 1;
}
