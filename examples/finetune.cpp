// Takes a network for MNIST from a file of Keras or PyTorch, trains its last layer, writes it back.
#include <shikumi/formats.hpp>
#include <shikumi/shikumi.hpp>

#include <filesystem>
#include <iomanip>
#include <iostream>
#include <memory>
#include <vector>

#include "common/digits.hpp"
#include "common/run.hpp"
#include "common/train.hpp"

using namespace shikumi;

namespace {

// A network from a file, and how it goes back into one of the same format.
struct Network {
    std::shared_ptr<nn::Model> model;
    bool from_logits = false;  // its outputs are logits, as is usual in PyTorch
    std::function<void(const std::filesystem::path& path)> write;
};

// A state dict has no architecture. As in Python, the program builds the network first: here one of
// two, which the first weight tells apart.
std::shared_ptr<nn::Model> torch_network(const formats::TensorFile& file) {
    if (file.spec("0.weight").shape.rank() == 2)
        return std::make_shared<nn::Sequential>(
            nn::Dense(128, {.activation = nn::relu, .input_dim = 784}), nn::Dense(10));
    return std::make_shared<nn::Sequential>(
        nn::Conv2D(16, 3, {.activation = nn::relu, .input_shape = {28, 28, 1}}),
        nn::MaxPooling2D(2), nn::Conv2D(32, 3, {.activation = nn::relu}), nn::MaxPooling2D(2),
        nn::Flatten(), nn::Dense(10));
}

Network read_network(const std::string& path) {
    if (path.empty()) throw examples::BadOption("finetune wants a network: --model FILE");
    if (formats::file_format(path) != formats::FileFormat::torch) {
        const std::shared_ptr<nn::Model> model = nn::load(path);
        return {model, false, [model](const std::filesystem::path& to) {
                    if (to.extension() == ".safetensors")
                        nn::save(*model, to);
                    else
                        nn::save_keras(*model, to);
                }};
    }
    const std::shared_ptr<nn::Model> model = torch_network(*formats::open_tensor_file(path));
    nn::load_torch_weights(*model, path);
    return {model, true, [model, path](const std::filesystem::path& to) {
                nn::save_torch_weights(*model, to, {.like = path});  // under the file's names
            }};
}

// Leaves the last layer with weights to be trained, and freezes all others.
void freeze_all_but_the_last(nn::Model& model) {
    nn::Layer* last = nullptr;
    for (nn::Layer* const layer : model.inner_layers()) {
        if (!layer->weights().empty()) last = layer;
        layer->set_trainable(false);
    }
    if (last) last->set_trainable(true);
}

// The pictures in the shape that the network takes.
Tensor pictures_for(nn::Model& model, const Tensor& images) {
    Shape wanted = model.built_for().front().shape;
    std::vector<Index> sizes{images.shape().front()};
    for (int axis = 1; axis < wanted.rank(); ++axis) sizes.push_back(wanted[axis]);
    return reshape(datasets::scale_pixels(images), Shape{std::span<const Index>(sizes)});
}

void finetune(const examples::Options& options) {
    const std::string path = options.text("model");
    const Network network = read_network(path);
    nn::Model& m = *network.model;
    m.parameters();  // makes them, by which the inputs are known
    std::cout << "read " << path << '\n';
    const auto [train, test] = examples::load_digits(options);
    const Tensor x = pictures_for(m, train.images), test_x = pictures_for(m, test.images);

    freeze_all_but_the_last(m);
    std::cout << m.summary({.show_trainable = true}) << '\n';
    m.compile({.optimizer = optim::Adam({.learning_rate = options.learning_rate}),
               .loss = network.from_logits ? nn::sparse_categorical_crossentropy_from_logits
                                           : nn::sparse_categorical_crossentropy,
               .metrics = {nn::accuracy}});
    const auto accuracy = [&m, &test_x, &labels = test.labels] {
        return m.evaluate(test_x, labels, 1000)["accuracy"];
    };
    const double before = accuracy();
    examples::fit(m, x, train.labels, options);
    std::cout << std::fixed << std::setprecision(4) << "\naccuracy on the test digits: " << before
              << " before, " << accuracy() << " after\n";

    std::filesystem::create_directories(options.out);
    const auto to = options.out / ("finetuned" + std::filesystem::path(path).extension().string());
    network.write(to);
    std::cout << "wrote " << to.string() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(
        argc, argv, "a network of Keras or PyTorch is trained on",
        {.epochs = 1,
         .batch_size = 64,
         .learning_rate = 0.001,
         .own = {{"model", "", "the network: .keras, .h5 or .pt, or a model of shikumi"}}},
        finetune);
}
