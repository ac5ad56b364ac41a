// shikumi convert A B: a model or its weights in another format.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

#include <shikumi/autograd/core/new_file.hpp>
#include <shikumi/formats/npz.hpp>
#include <shikumi/formats/safetensors.hpp>
#include <shikumi/formats/torch_file.hpp>
#include <shikumi/nn/io/c_source.hpp>
#include <shikumi/nn/io/json.hpp>
#include <shikumi/nn/io/keras_config.hpp>
#include <shikumi/nn/io/keras_file.hpp>
#include <shikumi/nn/io/keras_weights.hpp>
#include <shikumi/nn/io/model_file.hpp>
#include <shikumi/nn/io/torch_weights.hpp>
#include <shikumi/nn/io/weights.hpp>

#include "contents.hpp"
#include "reading.hpp"
#include "subcommands.hpp"
#include "text.hpp"

namespace command {

using namespace shikumi;
namespace fs = std::filesystem;

namespace {

using Tensors = std::span<const formats::NamedTensor>;

// How a format is written, which the end of the new file's name says, or the name itself.
struct Target {
    std::string_view ending;
    void (*model)(nn::Model& model, const std::string& path);    // null: it holds weights alone
    void (*weights)(nn::Model& model, const std::string& path);  // null: it holds no weights alone
    void (*tensors)(Tensors tensors, const std::string& path);   // null: it needs a model
};

void write_json(nn::Model& model, const std::string& path) {
    shikumi::detail::NewFile file("convert", path);
    file.write(nn::to_json(nn::keras_config(model), nn::JsonStyle{.indent = 2}));
    file.keep();
}

void write_torch(Tensors tensors, const std::string& path) {
    formats::write_torch(path,
                         formats::TorchValue::StateDict{{tensors.begin(), tensors.end()}, {}});
}

constexpr auto save = [](nn::Model& m, const std::string& path) { nn::save(m, path); };
constexpr auto save_weights = [](nn::Model& m, const std::string& path) {
    nn::save_weights(m, path);
};
constexpr auto save_keras = [](nn::Model& m, const std::string& path) { nn::save_keras(m, path); };
constexpr auto save_keras_weights = [](nn::Model& m, const std::string& path) {
    nn::save_keras_weights(m, path);
};
constexpr auto save_torch = [](nn::Model& m, const std::string& path) {
    nn::save_torch_weights(m, path);
};

// ".h5" comes behind ".weights.h5", which ends so, too, and ".json" behind "model.json".
constexpr Target targets[] = {
    {".safetensors", save, save_weights,
     [](Tensors all, const std::string& path) { formats::write_safetensors(path, all); }},
    {".npz", nullptr, save_weights,
     [](Tensors all, const std::string& path) { formats::write_npz(path, all); }},
    {".keras", save_keras, nullptr, nullptr},
    {".weights.h5", nullptr, save_keras_weights, nullptr},
    {".h5", save_keras, save_keras_weights, nullptr},
    {".onnx", save, nullptr, nullptr},
    {".pt", nullptr, save_torch, write_torch},
    {".pth", nullptr, save_torch, write_torch},
    {".c", [](nn::Model& m, const std::string& path) { nn::save_c(m, path); }, nullptr, nullptr},
    {"model.json", save, nullptr, nullptr},
    {".json", write_json, nullptr, nullptr},
};

const Target& target_of(const std::string& path) {
    std::string endings;
    for (const Target& target : targets) {
        const bool is_name = !target.ending.starts_with('.');
        if (is_name ? fs::path(path).filename() == target.ending : path.ends_with(target.ending))
            return target;
        endings += (endings.empty() ? "" : ", ") + std::string(target.ending);
    }
    throw BadUsage("the end of its name says the format of the new file, but '" + path +
                   "' ends in none of " + endings);
}

int run_convert(const Arguments& arguments) {
    const std::string &from = arguments.files[0], &to = arguments.files[1];
    const Target& target = target_of(to);
    const Limits limits = limits_of(arguments);
    const Config architecture = read_architecture(arguments.text("architecture"), limits);
    const bool alone = arguments.has("weights") || !target.model;
    if (alone && !target.weights)
        throw BadUsage("a " + std::string(target.ending) + " file holds no weights alone");
    const auto holds_model = [&] {
        const Contents contents = read_contents(from, limits);
        return contents.holds == "model" || !contents.architecture.is_null();
    };
    const bool has_model = !architecture.is_null() || holds_model();
    if (has_model) {
        const auto model = read_model(from, architecture, limits);
        (alone ? target.weights : target.model)(*model, to);
    } else if (target.tensors) {
        target.tensors(read_tensors(from, limits), to);
    } else {
        throw BadUsage(from + " holds weights alone, and a " + std::string(target.ending) +
                       " file more; --architecture FILE says what the model is made of");
    }
    std::cout << "wrote " << to << '\n';
    return 0;
}

}  // namespace

Subcommand convert() {
    std::vector<Option> options{
        {"architecture", "FILE", "what the model is made of, where A holds weights alone"},
        {"weights", "", "write the weights alone"}};
    std::ranges::copy(limit_options(), std::back_inserter(options));
    return {{.name = "convert",
             .files = {"A", "B"},
             .about = "a model or its weights in another format",
             .more = "The content of A says its format, the end of B's name that of B. An older B "
                     "stays until the new\none is complete. Tensors of a file without a model keep "
                     "their names.",
             .options = options},
            run_convert};
}

}  // namespace command
