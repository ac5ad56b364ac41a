// shikumi predict MODEL --input FILE: what a model says of samples.
#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/new_file.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/datasets/csv.hpp>
#include <shikumi/formats/file_format.hpp>
#include <shikumi/formats/npy.hpp>
#include <shikumi/formats/npz.hpp>

#include "reading.hpp"
#include "subcommands.hpp"
#include "text.hpp"

namespace command {

using namespace shikumi;

namespace {

// The samples of a file, in the shape that the model wants where they are as many values: a table
// has no other way to say it.
Tensor read_samples(const std::string& path, const Spec& wanted) {
    const bool is_array = formats::file_format(path) == formats::FileFormat::npy;
    Tensor x = is_array ? formats::read_npy(path) : datasets::read_csv(path).numbers;
    if (x.shape().empty()) fail<ShapeError>("predict", path, " holds a single value, no samples");
    if (!is_array && wanted.shape.rank() > 0 && x.shape() != wanted.shape) {
        std::vector<Index> sizes{x.shape().front()};
        for (int axis = 1; axis < wanted.shape.rank(); ++axis) sizes.push_back(wanted.shape[axis]);
        const Shape shape{std::span<const Index>(sizes)};
        if (shape.size() == x.shape().size()) x = reshape(x, shape);
    }
    return is_floating(wanted.dtype) || x.dtype() == wanted.dtype ? x.cast(wanted.dtype)
                                                                  : x.cast(i64);
}

// Rows of a table, each the values of a sample.
std::string csv(const Tensor& y) {
    const Index samples = y.shape().empty() ? 1 : y.shape().front();
    const auto values = y.cast(f64).to_vector<double>();
    const std::size_t across = samples > 0 ? values.size() / static_cast<std::size_t>(samples) : 0;
    std::string text;
    for (std::size_t i = 0; i < values.size(); ++i) {
        std::array<char, 32> digits;
        const auto end =
            y.dtype() == f32
                ? std::to_chars(digits.data(), digits.data() + digits.size(),
                                static_cast<float>(values[i]))
                : std::to_chars(digits.data(), digits.data() + digits.size(), values[i]);
        text.append(digits.data(), end.ptr);
        text += (i + 1) % across == 0 ? '\n' : ',';
    }
    return text;
}

void write(const std::string& path, const std::vector<Tensor>& outputs,
           const std::vector<std::string>& names) {
    const std::string ending = std::filesystem::path(path).extension().string();
    if (ending == ".npz") {
        std::vector<formats::NamedTensor> arrays;
        for (std::size_t i = 0; i < outputs.size(); ++i) arrays.push_back({names[i], outputs[i]});
        formats::write_npz(path, arrays);
    } else if (ending == ".npy") {
        formats::write_npy(path, outputs[0]);
    } else {
        shikumi::detail::NewFile file("predict", path);
        const std::string text = csv(outputs[0]);
        file.write(text);
        file.keep();
    }
}

void check_output(const std::string& path, std::size_t outputs) {
    const std::string ending = std::filesystem::path(path).extension().string();
    if (ending != ".npy" && ending != ".npz" && ending != ".csv")
        throw BadUsage("--output wants a file that ends in .npy, .npz or .csv, not '" + path + "'");
    if (outputs > 1 && ending != ".npz")
        throw BadUsage("the model has " + std::to_string(outputs) +
                       " outputs, which take an .npz file, not '" + path + "'");
}

int run_predict(const Arguments& arguments) {
    const std::vector<std::string> inputs = arguments.texts("input");
    if (inputs.empty()) throw BadUsage("predict wants samples: --input data.npy");
    const Limits limits = limits_of(arguments);
    const auto model = read_model(
        arguments.files[0], read_architecture(arguments.text("architecture"), limits), limits);
    model->parameters();  // makes them, by which the inputs are known
    const std::vector<Spec> wanted = model->built_for();
    if (!wanted.empty() && wanted.size() != inputs.size())
        throw BadUsage("the model has " + std::to_string(wanted.size()) +
                       " inputs, so --input is to be given as often, not " +
                       std::to_string(inputs.size()) + " times");
    const std::string output = arguments.text("output");
    if (!output.empty()) check_output(output, model->outputs().size());

    std::vector<Tensor> x;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        x.push_back(read_samples(inputs[i], i < wanted.size() ? wanted[i] : Spec{{}, f32}));
    const auto batch = static_cast<Index>(arguments.number("batch-size", 32));
    const std::vector<Tensor> y = model->predict(x, batch);
    const std::vector<std::string>& names = model->output_names();
    if (!output.empty()) {
        write(output, y, names);
        return 0;
    }
    for (std::size_t i = 0; i < y.size(); ++i) {
        if (y.size() > 1) std::cout << one_line(names[i]) << ":\n";
        std::cout << csv(y[i]);
    }
    return 0;
}

}  // namespace

Subcommand predict() {
    std::vector<Option> options{
        {"input", "FILE", "samples, .npy or .csv; once for each input of the model"},
        {"output", "FILE", "where predictions go: .npy, .csv, or .npz for several outputs"},
        {"architecture", "FILE", "what the model is made of, where MODEL holds weights alone"},
        {"batch-size", "N", "samples at a time (32)"}};
    std::ranges::copy(limit_options(), std::back_inserter(options));
    return {{.name = "predict",
             .files = {"MODEL"},
             .about = "what a model says of samples",
             .more = "Without --output it prints a row for each sample. The rows of a table are "
                     "given the shape of\nthe model's input where they have as many values.",
             .options = options},
            run_predict};
}

}  // namespace command
