// Cases with PyTorch's files: tensors, values and opaque objects; the model with the weights, by
// the library's own table; training that goes on; and the way back.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <shikumi/nn/io/architecture.hpp>
#include <shikumi/nn/io/json.hpp>
#include <shikumi/nn/io/torch_checkpoint.hpp>
#include <shikumi/nn/io/torch_weights.hpp>
#include <shikumi/nn/losses/configs.hpp>
#include <shikumi/shikumi.hpp>

#include "case.hpp"
#include "sha256.hpp"
#include "support/temporary.hpp"

namespace shikumi::exchange {

namespace fs = std::filesystem;
using formats::NamedTensor;
using formats::StoredTensor;
using formats::TorchFile;

namespace {

void want(bool holds, const std::string& what) {
    if (!holds) throw Different(what);
}

bool same(const StoredTensor& a, const StoredTensor& b) {
    return a.type() == b.type() && a.shape() == b.shape() &&
           std::ranges::equal(a.bytes(), b.bytes());
}

void compare_near(const std::string& what, const Tensor& got, const Tensor& expected,
                  double tolerance) {
    want(got.shape() == expected.shape(),
         what + " is " + to_string(got.shape()) + ", expected " + to_string(expected.shape()));
    const auto a = got.cast(f64).to_vector<double>(), b = expected.cast(f64).to_vector<double>();
    double largest = 0;
    for (const double x : b) largest = std::max(largest, std::abs(x));
    for (std::size_t i = 0; i < a.size(); ++i)
        want(std::abs(a[i] - b[i]) <= tolerance * largest,
             what + ": element " + std::to_string(i) + " is " + std::to_string(a[i]) +
                 ", expected " + std::to_string(b[i]));
}

// ---- files --------------------------------------------------------------------------------------

// The files that hold the weights as PyTorch names them.
std::vector<fs::path> files_of(const Case& the_case, bool checkpoints) {
    std::vector<fs::path> files;
    for (const json& file : the_case.facts.at("files")) {
        const bool checkpoint = the_case.facts.contains("checkpoint") &&
                                the_case.facts.at("checkpoint").at("file") == file.at("path");
        const std::string format = file.at("format");
        if (checkpoint == checkpoints && (format == "pt" || format == "safetensors"))
            files.push_back(the_case.folder / file.at("path"));
    }
    return files;
}

void compare_stored(const Case& the_case, const json& facts, const std::string& name,
                    const formats::TensorFile& file) {
    want(file.contains(name), "'" + name + "' wasn't read from " + file.path());
    const StoredTensor got = file.read_stored(name);
    const std::string dtype(formats::name(got.type()));
    want(dtype == facts.at("dtype"), name + " is " + dtype);
    const Shape::Sizes sizes = got.shape().sizes();
    want(json(std::vector<Index>(sizes.begin(), sizes.end())) == facts.at("shape"),
         name + " is " + to_string(got.shape()));
    if (facts.contains("sha256"))
        want(sha256(got.bytes()) == facts.at("sha256"), name + " has another SHA-256");
    if (!facts.contains("npy")) return;
    const StoredTensor expected = formats::read_stored_npy(the_case.folder / facts.at("npy"));
    // The types that NumPy lacks stand as float32 in the case.
    want(same(got.type() == expected.type() ? got : StoredTensor(got.tensor()), expected),
         name + " has other values");
}

bool is_value(const Config* got, const json& expected) {
    return got && json::parse(nn::to_json(*got)) == expected;
}

void compare_values(const json& values, const TorchFile& file) {
    for (const auto& [path, expected] : values.items())
        want(is_value(file.value(path), expected), "'" + path + "' has another value");
}

void compare_opaque(const Case& the_case, const TorchFile& file) {
    for (const std::string expected : the_case.list("opaque")) {
        want(std::ranges::any_of(file.opaque(),
                                 [&](const formats::OpaqueObject& object) {
                                     return object.class_name.find(expected) != std::string::npos;
                                 }),
             "the object " + expected + " isn't reported");
    }
}

void compare_files(const Case& the_case) {
    for (const fs::path& path : files_of(the_case, false)) {
        const auto file = formats::open_tensor_file(path);
        for (const json& tensor : the_case.list("tensors"))
            compare_stored(the_case, tensor, tensor.at("name"), *file);
        want(file->tensors().size() == the_case.list("tensors").size(),
             path.string() + " has another number of tensors");
        const auto* const torch = dynamic_cast<const TorchFile*>(file.get());
        if (!torch) continue;
        compare_opaque(the_case, *torch);
        if (the_case.facts.contains("values")) compare_values(the_case.facts.at("values"), *torch);
    }
    if (!the_case.facts.contains("checkpoint")) return;
    const json& facts = the_case.facts.at("checkpoint");
    const TorchFile file((the_case.folder / facts.at("file")).string());
    const std::string start = facts.at("model").get<std::string>() + '.';
    for (const json& tensor : the_case.list("tensors"))
        compare_stored(the_case, tensor, start + tensor.at("name").get<std::string>(), file);
    for (const json& tensor : facts.at("tensors"))
        compare_stored(the_case, tensor, tensor.at("name"), file);
    compare_values(facts.at("values"), file);
}

// What a file holds, under its flat names, is written and read again.
void write_back(const fs::path& path) {
    const TorchFile file(path.string());
    formats::TorchValue::Dict all;
    for (const std::string& name : file.names()) all.emplace_back(name, file.read_stored(name));
    for (const auto& [name, value] : file.values()) all.emplace_back(name, value);
    const shikumi_test::TemporaryFolder folder;
    const std::string copy = (folder.path() / "copy.pt").string();
    formats::write_torch(copy, all);
    const TorchFile again(copy);
    want(again.names() == file.names(), "other names were written back");
    for (const std::string& name : file.names())
        want(same(again.read_stored(name), file.read_stored(name)),
             "'" + name + "' was not written back as it was");
    want(again.values() == file.values(), "other values were written back");
}

// ---- the model ----------------------------------------------------------------------------------

bool channels_first(const Case& the_case) {
    return the_case.facts.value("layout", "") == "channels_first";
}
bool time_first(const Case& the_case) { return the_case.facts.value("layout", "") == "time_first"; }

// Channels last, as the library has pictures and series.
void put_channels_last(json& layer) {
    json& config = layer.at("config");
    if (config.contains("data_format")) config["data_format"] = "channels_last";
    if (config.contains("batch_shape")) {
        json& shape = config["batch_shape"];
        if (shape.size() > 2) std::rotate(shape.begin() + 1, shape.begin() + 2, shape.end());
    }
    if (config.contains("axis") && config["axis"] == 1) config["axis"] = -1;
    if (config.contains("shared_axes")) {
        for (json& axis : config["shared_axes"]) axis = axis == 1 ? 3 : axis.get<int>() - 1;
    }
}

json inbound(const std::vector<std::string>& names) {
    json arguments = json::array();
    for (const std::string& name : names)
        arguments.push_back(
            {{"class_name", "__keras_tensor__"},
             {"config",
              {{"shape", nullptr}, {"dtype", "float32"}, {"keras_history", {name, 0, 0}}}}});
    return arguments;
}

// The list of layers as Keras's configuration of a functional model.
json functional(json layers) {
    std::string before;
    for (json& layer : layers) {
        const std::string name = layer.at("config").at("name");
        layer["name"] = name;
        layer["module"] = "keras.layers";
        std::vector<std::string> from =
            layer.value("inbound", before.empty() ? std::vector<std::string>{}
                                                  : std::vector<std::string>{before});
        layer.erase("inbound");
        json arguments = inbound(from);
        if (layer.at("class_name") == "Add") arguments = json::array({arguments});
        layer["inbound_nodes"] = json::array();
        if (!from.empty())
            layer["inbound_nodes"].push_back({{"args", arguments}, {"kwargs", json::object()}});
        before = name;
    }
    const std::string first = layers.front().at("name");
    return {{"class_name", "Functional"},
            {"module", "keras"},
            {"config",
             {{"name", "model"},
              {"layers", layers},
              {"input_layers", {{first, 0, 0}}},
              {"output_layers", {{before, 0, 0}}}}}};
}

// PyTorch's BatchNorm keeps the variance of the population.
void keep_unbiased(json& layers) {
    for (json& layer : layers)
        if (layer.at("class_name") == "BatchNormalization") layer["config"]["unbiased"] = true;
}

std::shared_ptr<nn::Model> model_of(const Case& the_case) {
    json layers = the_case.facts.at("architecture");
    if (channels_first(the_case))
        for (json& layer : layers) put_channels_last(layer);
    keep_unbiased(layers);
    const bool graph =
        std::ranges::any_of(layers, [](const json& layer) { return layer.contains("inbound"); });
    const json sequential{{"class_name", "Sequential"},
                          {"config", {{"name", "model"}, {"layers", layers}}}};
    return nn::model_from_json((graph ? functional(layers) : sequential).dump());
}

// From the layout of the case to that of the model, and back where `back`.
Tensor laid_out(const Case& the_case, const Tensor& x, bool back = false) {
    const int rank = x.rank();
    if (rank < 3) return x;
    std::vector<int> axes(static_cast<std::size_t>(rank));
    for (int i = 0; i < rank; ++i) axes[static_cast<std::size_t>(i)] = i;
    if (time_first(the_case))
        std::swap(axes[0], axes[1]);
    else if (channels_first(the_case) && back)
        std::rotate(axes.begin() + 1, axes.end() - 1, axes.end());
    else if (channels_first(the_case))
        std::rotate(axes.begin() + 1, axes.begin() + 2, axes.end());
    return transpose(x, std::span<const int>(axes));
}

Tensor array(const Case& the_case, const json& facts) {
    return formats::read_npy(the_case.folder / facts.at("npy"));
}

// The value of a weight by the steps that the case says.
Tensor mapped(const json& mapping, const formats::TensorFile& file) {
    std::vector<Tensor> values;
    for (const std::string name : mapping.at("from")) values.push_back(file.read(name));
    for (const json& step : mapping.at("how")) {
        const std::string what = step.at(0);
        const std::vector<Index> numbers = [&] {
            std::vector<Index> all;
            for (std::size_t i = 1; i < step.size(); ++i)
                if (step.at(i).is_number()) all.push_back(step.at(i));
            return all;
        }();
        if (what == "sum" || what == "stack") {
            values = {what == "sum" ? values.at(0) + values.at(1) : stack(values)};
            continue;
        }
        for (Tensor& value : values) {
            if (what == "permute") {
                const std::vector<int> axes(numbers.begin(), numbers.end());
                value = transpose(value, std::span<const int>(axes));
            } else if (what == "reshape") {
                value = reshape(value, std::span<const Index>(numbers));
            } else if (what == "rows") {
                value = slice(value, 0, Slice(numbers.at(0), numbers.at(1)));
            } else if (what == "blocks") {
                const std::vector<Tensor> blocks = split(value, numbers.at(0));
                std::vector<Tensor> ordered;
                for (const std::size_t i : step.at(2)) ordered.push_back(blocks.at(i));
                value = concatenate(ordered);
            } else {
                throw Different("an unknown step " + what);
            }
        }
    }
    return values.at(0);
}

// Compares what the library's table made of the file with what the case says. Weights that lie
// otherwise, since the model has its channels last, are told by the outputs.
void compare_mapping(const Case& the_case, nn::Model& model, const formats::TensorFile& file) {
    if (channels_first(the_case)) return;
    for (const json& mapping : the_case.list("mapping")) {
        const std::string layer = mapping.at("layer"), weight = mapping.at("weight");
        const Tensor expected = mapped(mapping, file);
        const bool equal = std::ranges::any_of(model.parameters(), [&](const Parameter& p) {
            const std::string_view name = p.name();
            const std::string part = weight.substr(weight.find_last_of('.') + 1);
            return name.starts_with(layer + '/') && name.ends_with(part) &&
                   p.shape() == expected.shape() &&
                   p.value().to_vector<double>() == expected.to_vector<double>();
        });
        want(equal, layer + ": " + weight + " isn't as the case's mapping has it");
    }
}

void compare_outputs(const Case& the_case, nn::Model& model) {
    std::vector<Tensor> inputs;
    for (const json& input : the_case.list("inputs"))
        inputs.push_back(laid_out(the_case, array(the_case, input)));
    if (inputs.empty()) return;
    const Tensor got = model.predict(inputs).at(0);
    for (const json& output : the_case.list("outputs")) {
        if (output.at("name") != "output") continue;
        compare_near("the output", laid_out(the_case, got, true), array(the_case, output),
                     the_case.facts.value("tolerance", 1e-5));
    }
}

// The share of right answers on MNIST's test images, where these are at hand.
void compare_accuracy(const Case& the_case, nn::Model& model) {
    if (!the_case.facts.contains("test_accuracy") || !std::getenv("SHIKUMI_DATA")) return;
    const datasets::Images test = datasets::mnist().test;
    const Tensor pixels = datasets::scale_pixels(test.images);
    Shape::Sizes sizes = model.built_for().at(0).shape.sizes();
    sizes[0] = pixels.shape()[0];
    const Tensor x = reshape(pixels, std::span<const Index>(sizes.begin(), sizes.end()));
    const Tensor right = equal(argmax(model.predict(x, 500), 1), test.labels);
    const double got = mean(right.cast(f64)).item<double>();
    const double expected = the_case.facts.at("test_accuracy");
    want(std::abs(got - expected) < 1.5e-4,
         "the accuracy is " + std::to_string(got) + ", expected " + std::to_string(expected));
}

// The model's weights go back as they came.
void compare_way_back(nn::Model& model, const fs::path& original) {
    const shikumi_test::TemporaryFolder folder;
    const std::string copy = (folder.path() / "model.pt").string();
    nn::save_torch_weights(model, copy, {.like = original.string()});
    const auto before = formats::open_tensor_file(original.string());
    const TorchFile after(copy);
    want(after.names() == before->names(), "other names came back from the model");
    for (const std::string& name : after.names())
        want(same(after.read_stored(name), before->read_stored(name)),
             "'" + name + "' came back from the model as something else");
}

// ---- training -----------------------------------------------------------------------------------

class Training {
public:
    Training(const Case& the_case, nn::Model& model)
        : case_(the_case),
          facts_(the_case.facts.at("training")),
          model_(model),
          file_((the_case.folder / facts_.at("from")).string()),
          x_(batch_first(array(the_case, facts_.at("x").at(0)))),
          y_(array(the_case, facts_.at("y").at(0))) {}

    void run() {
        const nn::TorchReport report = nn::load_torch_weights(
            model_, file_, {.key = case_.facts.at("checkpoint").at("model"), .strict = true});
        const optim::Optimizer optimizer = nn::load_torch_optimizer(model_, file_);
        const json& loss = facts_.at("loss");
        const json form = loss.is_string() ? loss
                                           : json{{"module", "keras.losses"},
                                                  {"class_name", loss.at("class_name")},
                                                  {"config", loss.at("config")}};
        model_.compile({.optimizer = optimizer,
                        .loss = nn::loss_from_config(nn::parse_json(form.dump(), "loss"))});
        tied_ = std::ranges::any_of(
            report.notes, [](const std::string& note) { return note.starts_with("tied"); });
        for (std::size_t step = 0; step < facts_.at("steps"); ++step) run_step(step);
        compare_weights();
    }

private:
    Tensor batch_first(const Tensor& x) const {
        return time_first(case_) ? transpose(x, {1, 0, 2}) : laid_out(case_, x);
    }
    Tensor rows(const Tensor& x, std::size_t step) const {
        const std::size_t size = facts_.at("batch_size");
        std::vector<std::int64_t> numbers;
        for (std::size_t i = step * size; i < (step + 1) * size; ++i)
            numbers.push_back(facts_.at("sample_order").at(i).get<std::int64_t>());
        return take(x, tensor(numbers), 0);
    }
    void run_step(std::size_t step) {
        optim::Optimizer& optimizer = model_.optimizer();
        if (facts_.contains("learning_rates")) {
            const double rate = facts_.at("learning_rates").at(step);
            optimizer.set_learning_rate(rate);
            // Biases that are two of PyTorch's learn twice as fast.
            if (optimizer.groups() > 1) optimizer.set_learning_rate(2 * rate, 1);
        }
        const Tensor x = rows(x_, step), y = rows(y_, step);
        const double loss = tied_ ? tied_step(x, y) : model_.train_on_batch(x, y)["loss"];
        forget_padding();
        const double expected = facts_.at("losses").at(step);
        want(std::abs(loss - expected) <= tolerance() * std::abs(expected),
             "the loss of step " + std::to_string(step) + " is " + std::to_string(loss) +
                 ", expected " + std::to_string(expected));
    }
    double tolerance() const { return facts_.at("tolerance"); }

    // Keras's terms know no tied weights: both places get the sum of the gradients.
    double tied_step(const Tensor& x, const Tensor& y) {
        const Parameter table = weight("embeddings"), kernel = weight("out/kernel");
        std::vector<Parameter> parameters = model_.parameters();
        std::erase(parameters, kernel);
        const Tensor loss =
            mean(nn::sparse_categorical_crossentropy_from_logits(y, model_(x, nn::Mode::train)));
        std::vector<Parameter> all = parameters;
        all.push_back(kernel);
        std::vector<Tensor> gradients = grad(loss, std::vector<Tensor>(all.begin(), all.end()));
        const auto at = std::ranges::find(parameters, table) - parameters.begin();
        gradients[static_cast<std::size_t>(at)] =
            gradients[static_cast<std::size_t>(at)] + transpose(gradients.back());
        gradients.pop_back();
        const double value = loss.item<double>();
        for (const Assignment& update : model_.optimizer().updates(parameters, gradients)) {
            Parameter target = update.parameter;
            target.assign(update.value);
        }
        Parameter(kernel).assign(transpose(table.value()));
        return value;
    }
    // The row of padding gets no gradient in PyTorch, and is 0.
    void forget_padding() {
        if (case_.facts.at("about").get<std::string>().find("padding_idx 0") == std::string::npos)
            return;
        Parameter table = weight("embeddings");
        table.assign(
            concatenate({zeros({1, table.shape()[1]}), slice(table.value(), 0, Slice(1, {}))}));
    }
    Parameter weight(const std::string& name) {
        for (const Parameter& p : model_.parameters())
            if (p.name().ends_with(name)) return p;
        throw Different("there is no weight " + name);
    }

    // The weights as PyTorch has them: the model's way back is a part of the comparison.
    void compare_weights() {
        const shikumi_test::TemporaryFolder folder;
        const std::string after = (folder.path() / "after.pt").string();
        nn::save_torch_checkpoint(model_, after,
                                  {.weights = {.like = file_,
                                               .key = case_.facts.at("checkpoint").at("model"),
                                               .batches = facts_.at("steps")}});
        const TorchFile file(after);
        for (const json& expected : facts_.at("weights_after"))
            compare_near(expected.at("name"),
                         file.read("model." + expected.at("name").get<std::string>()),
                         array(case_, expected), tolerance());
    }

    const Case& case_;
    const json& facts_;
    nn::Model& model_;
    std::string file_;
    Tensor x_, y_;
    bool tied_ = false;
};

void compare_model(const Case& the_case) {
    for (const fs::path& path : files_of(the_case, false)) {
        const auto model = model_of(the_case);
        const nn::TorchReport report = nn::load_torch_weights(*model, path.string());
        want(report.weights.complete(), report.text());
        for (const std::string expected : the_case.list("report"))
            want(report.text().find(expected) != std::string::npos,
                 "the report doesn't mention " + expected + ": " + report.text());
        compare_mapping(the_case, *model, *formats::open_tensor_file(path.string()));
        compare_outputs(the_case, *model);
        compare_accuracy(the_case, *model);
        compare_way_back(*model, path);
    }
    if (the_case.facts.contains("training")) Training(the_case, *model_of(the_case)).run();
}

}  // namespace

void run_torch(const Case& the_case) {
    compare_files(the_case);
    if (!the_case.list("write_back").empty()) {
        for (const bool checkpoints : {false, true})
            for (const fs::path& path : files_of(the_case, checkpoints))
                if (path.extension() == ".pt") write_back(path);
    }
    if (the_case.facts.contains("architecture")) compare_model(the_case);
}

}  // namespace shikumi::exchange
