// How long models predict, by captured calls: predicting MODEL BATCH THREADS prints microseconds a
// call, predicting profile MODEL BATCH THREADS where they go. predicting write FOLDER writes the
// models as MODEL.onnx and MODEL.c. bench/predict sets them beside ONNX Runtime. The weights are
// random.
#include <cstdio>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <shikumi/nn/io/c_source.hpp>
#include <shikumi/shikumi.hpp>

#include "program.hpp"

using namespace shikumi;

namespace {

struct Network {
    std::string name;
    Shape sample;  // a batch of one
    nn::Sequential model;
};

std::vector<Network> networks() {
    const auto relu = [](Index units) { return nn::Dense(units, {.activation = nn::relu}); };
    const auto classes = [] { return nn::Dense(10, {.activation = nn::softmax}); };
    std::vector<Network> all;
    all.push_back(
        {"lecture", {1, 4}, nn::Sequential(relu(64), nn::Dense(3, {.activation = nn::softmax}))});
    all.push_back({"mlp", {1, 784}, nn::Sequential(relu(512), relu(512), classes())});
    all.push_back({"cnn",
                   {1, 28, 28, 1},
                   nn::Sequential(nn::Conv2D(32, 3, {.activation = nn::relu}), nn::MaxPooling2D(2),
                                  nn::Conv2D(64, 3, {.activation = nn::relu}), nn::MaxPooling2D(2),
                                  nn::Flatten(), nn::Dropout(0.5), classes())});
    all.push_back({"lstm", {1, 28, 28}, nn::Sequential(nn::LSTM(128), classes())});
    for (Network& network : all) network.model.ensure_built(Spec{network.sample, f32});
    return all;
}

void write(const std::string& folder) {
    for (Network& network : networks()) {
        const std::string file = folder + '/' + network.name;
        nn::save_onnx(network.model, file + ".onnx");
        nn::save_c(network.model, file + ".c", {.name = "net"});
    }
}

// Hands `use` a captured prediction of a batch.
void with_prediction(const std::string& name, Index batch, int threads,
                     const std::function<void(const std::function<void()>&)>& use) {
    set_num_threads(threads);
    for (Network& network : networks()) {
        if (network.name != name) continue;
        Generator rng(1);
        const Tensor x = random_uniform(network.sample.with_front(batch), rng);
        evaluate({x});
        const NoGrad no_grad;
        auto predict = capture([&](const Tensor& in) { return network.model(in); });
        return use([&] { predict(x); });
    }
    throw std::runtime_error("lecture, mlp, cnn or lstm, not " + name);
}

void print_time(const std::function<void()>& predict) {
    std::printf("%.3f\n", bench::measure(predict).median * 1e6);
}

void print_profile(const std::function<void()>& predict) {
    bench::measure(predict);  // what the first calls have to do doesn't count
    const Profile profile;
    for (int i = 0; i < 100; ++i) predict();
    std::printf("%s\n", profile.report(6).c_str());
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    try {
        if (words.size() == 2 && words[0] == "write")
            write(words[1]);
        else if (words.size() == 3)
            with_prediction(words[0], std::stol(words[1]), std::stoi(words[2]), print_time);
        else if (words.size() == 4 && words[0] == "profile")
            with_prediction(words[1], std::stol(words[2]), std::stoi(words[3]), print_profile);
        else
            throw std::runtime_error(
                "predicting [profile] MODEL BATCH THREADS, or predicting write FOLDER");
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 2;
    }
}
