// Cases with PyTorch's files: tensors, values and opaque objects; the model with the weights, by
// the library's own table; training that goes on; and the way back.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <shikumi/formats.hpp>
#include <shikumi/nn/io/architecture.hpp>
#include <shikumi/nn/io/json.hpp>
#include <shikumi/nn/io/torch_checkpoint.hpp>
#include <shikumi/nn/io/torch_weights.hpp>
#include <shikumi/nn/losses/configs.hpp>
#include <shikumi/shikumi.hpp>

#include "arrays.hpp"
#include "build.hpp"
#include "case.hpp"
#include "support/temporary.hpp"
#include "tensors.hpp"
#include "training.hpp"

namespace shikumi::exchange {

namespace fs = std::filesystem;
using formats::NamedTensor;
using formats::StoredTensor;
using formats::TorchFile;

namespace {

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
        const ByName tensors = by_name(*file);
        for (const json& tensor : the_case.list("tensors"))
            compare_tensor(the_case, tensor, tensor.at("name"), tensors);
        want(tensors.size() == the_case.list("tensors").size(),
             path.string() + " has another number of tensors");
        const auto* const torch = dynamic_cast<const TorchFile*>(file.get());
        if (!torch) continue;
        compare_opaque(the_case, *torch);
        if (the_case.facts.contains("values")) compare_values(the_case.facts.at("values"), *torch);
    }
    if (!the_case.facts.contains("checkpoint")) return;
    const json& facts = the_case.facts.at("checkpoint");
    const TorchFile file((the_case.folder / facts.at("file")).string());
    const ByName tensors = by_name(file);
    const std::string start = facts.at("model").get<std::string>() + '.';
    for (const json& tensor : the_case.list("tensors"))
        compare_tensor(the_case, tensor, start + tensor.at("name").get<std::string>(), tensors);
    for (const json& tensor : facts.at("tensors"))
        compare_tensor(the_case, tensor, tensor.at("name"), tensors);
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
        want(same_tensor(again.read_stored(name), file.read_stored(name)),
             "'" + name + "' was not written back as it was");
    want(again.values() == file.values(), "other values were written back");
}

// ---- the model ----------------------------------------------------------------------------------

// The model, whose Flatten takes channels last, so that the library has to change the order of what
// comes next. PyTorch's BatchNorm keeps the variance of the population.
std::shared_ptr<nn::Model> model_of(const Case& the_case) {
    json architecture = architecture_of(the_case, Flattening::ours);
    for (json& layer : architecture.at("config").at("layers"))
        if (layer.at("class_name") == "BatchNormalization") layer["config"]["unbiased"] = true;
    return nn::model_from_json(architecture.dump());
}

// Compares what the library's table made of the file with what the case says. Weights that lie
// otherwise, since the model has its channels last, are told by the outputs.
void compare_mapping(const Case& the_case, nn::Model& model, const formats::TensorFile& file) {
    if (the_case.facts.value("layout", "") == "channels_first") return;
    compare_mapped(
        the_case, model, [&](const std::string& name) { return file.read(name); }, 0);
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
        want(same_tensor(after.read_stored(name), before->read_stored(name)),
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
          x_(to_our_layout(the_case, array(the_case, facts_.at("x").at(0)))),
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
    void run_step(std::size_t step) {
        optim::Optimizer& optimizer = model_.optimizer();
        if (facts_.contains("learning_rates")) {
            const double rate = facts_.at("learning_rates").at(step);
            optimizer.set_learning_rate(rate);
            // Biases that are two of PyTorch's learn twice as fast.
            if (optimizer.groups() > 1) optimizer.set_learning_rate(2 * rate, 1);
        }
        const Tensor order = order_of(facts_, step), x = take(x_, order), y = take(y_, order);
        const double loss = tied_ ? tied_step(x, y) : model_.train_on_batch(x, y)["loss"];
        forget_padding();
        compare_loss(facts_, step, loss);
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
            concatenate({zeros({1, table.shape()[1]}), slice(table.value(), 0, Slice{1, {}})}));
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
            compare(expected.at("name"),
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
        compare_predictions(the_case, *model);
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
