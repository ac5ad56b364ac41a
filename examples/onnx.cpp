// A network of any program that writes ONNX: its summary and drawing, predictions, training, and back.
#include <shikumi/formats.hpp>
#include <shikumi/shikumi.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <span>
#include <string>
#include <vector>

#include "common/run.hpp"
#include "common/train.hpp"

using namespace shikumi;

namespace {

using examples::Options;

// What the program works on: a file of the user's, or one of its own making.
struct Files {
    std::filesystem::path model, input, target;
};

// For those who have no file at hand: a network that knows the irises a little, and 150 of them.
Files irises(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    const Files files{folder / "iris.onnx", folder / "iris-x.npy", folder / "iris-y.npy"};
    const datasets::Iris iris = datasets::iris();
    nn::Sequential m{nn::Dense(16, {.activation = nn::relu, .input_dim = 4}),
                     nn::Dense(3, {.activation = nn::softmax})};
    m.compile({.optimizer = optim::Adam({.learning_rate = 0.01}),
               .loss = nn::sparse_categorical_crossentropy});
    m.fit(iris.features, iris.labels, {.epochs = 3, .verbose = 0});
    nn::save_onnx(m, files.model.string());
    formats::write_npy(files.input.string(), iris.features);
    formats::write_npy(files.target.string(), iris.labels);
    std::cout << "no --model: a network for irises, written to " << files.model.string() << "\n\n";
    return files;
}

Files files_of(const Options& options) {
    if (options.text("model").empty()) {
        if (!options.text("input").empty() || !options.text("target").empty())
            throw examples::BadOption("--input and --target want a network: --model FILE");
        return irises(options.out);
    }
    if (options.text("input").empty() && !options.text("target").empty())
        throw examples::BadOption("--target wants the samples, too: --input FILE");
    return {options.text("model"), options.text("input"), options.text("target")};
}

bool is_array(const std::filesystem::path& file) {
    return formats::file_format(file) == formats::FileFormat::npy;
}

// The samples of a file, in the shape that the network takes where they are as many values: a table
// has no other way to say it.
Tensor read_samples(const std::filesystem::path& file, const Spec& wanted) {
    const Tensor x =
        is_array(file) ? formats::read_npy(file.string()) : datasets::read_csv(file.string()).numbers;
    std::vector<Index> sizes{x.shape().empty() ? 1 : x.shape().front()};
    for (int axis = 1; axis < wanted.shape.rank(); ++axis) sizes.push_back(wanted.shape[axis]);
    const Shape shape{std::span<const Index>(sizes)};
    return (shape.size() == x.size() ? reshape(x, shape) : x).cast(wanted.dtype);
}

// Whole numbers, (N,), are classes; a table's single column may hold either.
Tensor read_targets(const std::filesystem::path& file) {
    if (is_array(file)) return formats::read_npy(file.string());
    const Tensor y = datasets::read_csv(file.string(), {.dtype = f64}).numbers;
    if (y.shape().rank() != 2 || y.shape()[1] != 1) return y.cast(f32);
    return all(equal(y, round(y))).item<bool>() ? reshape(y, {y.shape()[0]}).cast(i64)
                                               : y.cast(f32);
}

// Whether rows of outputs are probabilities of classes.
bool are_probabilities(const Tensor& y) {
    return min(y).item<double>() >= 0 && max(abs(sum(y.cast(f64), -1) - 1.0)).item<double>() < 1e-3;
}

void print_predictions(const Tensor& said, Index most = 5) {
    const Index samples = said.shape().front(), shown = std::min(samples, most);
    std::cout << "predictions for " << samples << " samples:\n"
              << slice(said, 0, {0, shown}) << '\n';
    if (shown < samples) std::cout << "and " << samples - shown << " more\n";
}

void write_predictions(const Tensor& said, const Options& options) {
    const auto file = options.out / "predictions.npy";
    formats::write_npy(file.string(), said);
    std::cout << "wrote " << file.string() << "\n\n";
}

// How well the network does, as one number with its name.
struct Quality {
    const char* name;
    double value;
};

Quality quality(const Tensor& y, const Tensor& said, bool classes) {
    if (classes) return {"accuracy", mean(equal(y, argmax(said, -1)).cast(f64)).item<double>()};
    const Tensor off = (said - reshape(y, said.shape())).cast(f64);
    return {"root mean squared error", std::sqrt(mean(off * off).item<double>())};
}

// Trains on, and writes the network back beside its file's name.
void train_on(nn::Model& m, const Tensor& x, const Tensor& y, const Tensor& said,
              const std::filesystem::path& file, const Options& options) {
    const bool classes = !is_floating(y.dtype()) && said.shape().rank() == 2;
    const auto loss = !classes                  ? nn::mean_squared_error
                      : are_probabilities(said) ? nn::sparse_categorical_crossentropy
                                                : nn::sparse_categorical_crossentropy_from_logits;
    m.compile({.optimizer = optim::Adam({.learning_rate = options.learning_rate}), .loss = loss});
    const Quality before = quality(y, said, classes);
    examples::fit(m, x, y, options);
    const Quality after = quality(y, m.predict(x, options.batch_size), classes);
    std::cout << std::fixed << std::setprecision(4) << '\n' << before.name << ": " << before.value
              << " before, " << after.value << " after\n";
    const auto to = options.out / ("finetuned-" + file.filename().string());
    nn::save_onnx(m, to.string());
    std::cout << "wrote " << to.string() << '\n';
}

void onnx(const Options& options) {
    const Files files = files_of(options);
    std::filesystem::create_directories(options.out);
    nn::Model m = nn::load_onnx(files.model.string());
    std::cout << m.summary() << '\n';
    const auto drawing = options.out / (files.model.stem().string() + ".svg");
    nn::plot_model(m).write(drawing.string());
    std::cout << "drawn in " << drawing.string() << "\n\n";
    if (files.input.empty()) return;

    const Tensor x = read_samples(files.input, m.built_for().front());
    const Tensor said = m.predict(x, options.batch_size);
    print_predictions(said);
    write_predictions(said, options);
    if (!files.target.empty()) train_on(m, x, read_targets(files.target), said, files.model, options);
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(
        argc, argv, "a network in an ONNX file predicts, and is trained on",
        {.epochs = 20,
         .batch_size = 32,
         .learning_rate = 0.003,
         .own = {{"model", "", "the network: an ONNX file"},
                 {"input", "", "samples to predict: .npy, or .csv with a row each"},
                 {"target", "", "what they should give, to train on: .npy or .csv"}}},
        onnx);
}
