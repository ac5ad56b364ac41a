// Cases with Keras's files.
#include <algorithm>
#include <fstream>
#include <iterator>

#include <shikumi/formats.hpp>
#include <shikumi/nn/io/detail/keras_archive.hpp>
#include <shikumi/nn/io/json.hpp>
#include <shikumi/nn/io/keras_file.hpp>
#include <shikumi/nn/io/keras_weights.hpp>
#include <shikumi/shikumi.hpp>

#include "arrays.hpp"
#include "build.hpp"
#include "case.hpp"
#include "support/temporary.hpp"
#include "tensorflow_adam.hpp"
#include "tensors.hpp"
#include "training.hpp"

namespace shikumi::exchange {

namespace {

namespace fs = std::filesystem;

// The case in which an index of an Embedding occurs twice in a batch.
constexpr std::string_view repeated_index = "keras3_embedding_mask";

std::string path_of(const Case& the_case, const json& file) {
    return (the_case.folder / file.at("path")).string();
}

std::string text_in(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

bool holds_weights_alone(const json& file) {
    return file.at("format") == "keras_weights_h5" || file.at("format") == "keras_h5_weights";
}

// What a model is made of whose weights are in a file of their own.
std::string architecture_of(const Case& the_case) {
    if (the_case.facts.contains("architecture_file"))
        return text_in(the_case.folder / the_case.facts.at("architecture_file"));
    const json& architecture = the_case.facts.at("architecture");
    if (architecture.is_object()) return architecture.dump();
    return json{{"class_name", "Sequential"},
                {"config", {{"name", "model"}, {"layers", architecture}}}}
        .dump();
}

std::shared_ptr<nn::Model> model_without_weights(const Case& the_case) {
    nn::KerasReport report;
    auto model = nn::model_from_keras_config(
        nn::parse_json(architecture_of(the_case), "the case's architecture"), report);
    model->parameters();  // makes those that aren't made yet
    return model;
}

bool holds_optimizer(const Case& the_case, const json& file) {
    return file.value("optimizer_state", false) && the_case.facts.contains("training");
}

// The model in a file of the case, or in a copy of it; one that holds weights alone is given them.
std::shared_ptr<nn::Model> model_in(const Case& the_case, const json& file,
                                    const std::string& path) {
    if (!holds_weights_alone(file)) {
        nn::KerasReport report;
        auto model = nn::load_keras(path, {.report = &report});
        want(model->compiled() || !file.value("optimizer_state", false) ||
                 report.text().find("optimi") != std::string::npos,
             path + ": neither compiled nor is the optimiser in the report");
        return model;
    }
    auto model = model_without_weights(the_case);
    if (holds_optimizer(the_case, file))
        model->compile(compile_options(the_case.facts.at("training"), model->output_names()));
    nn::load_keras_weights(*model, path);  // with the optimiser, once it is compiled
    return model;
}

// ---- tensors ------------------------------------------------------------------------------------

ByName tensors_of(const std::string& path, const std::string& format) {
    if (format == "keras") return by_name(nn::detail::KerasArchive("exchange", path, {}).weights());
    return by_name(formats::Hdf5File(path));
}

void compare_tensors(const Case& the_case, const json& file) {
    if (file.at("format") == "keras_json") return;
    const std::string format = file.at("format");
    const ByName tensors = tensors_of(path_of(the_case, file), format);
    for (const json& facts : the_case.list("tensors")) {
        if (facts.at("in_file").contains(format))
            compare_tensor(the_case, facts, facts.at("in_file").at(format), tensors);
    }
}

// The model's own variables among the case's.
std::vector<json> variables(const Case& the_case) {
    std::vector<json> all;
    for (const json& facts : the_case.list("tensors")) {
        if (facts.value("role", "") != "optimizer") all.push_back(facts);
    }
    return all;
}

void compare_weights(const Case& the_case, nn::Model& model) {
    const std::vector<Tensor> weights = model.get_weights();
    const std::vector<json> expected = variables(the_case);
    if (expected.empty()) return;
    want(weights.size() == expected.size(), "the model has " + std::to_string(weights.size()) +
                                                " weights, expected " +
                                                std::to_string(expected.size()));
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (expected[i].contains("npy"))
            compare(expected[i].at("name"), weights[i], array(the_case, expected[i]), 0);
    }
}

void compare_trained_weights(const Case& the_case, nn::Model& model) {
    const json& after = the_case.facts.at("training").at("weights_after");
    const std::vector<Tensor> weights = model.get_weights();
    want(weights.size() == after.size(), "another number of weights after training");
    for (std::size_t i = 0; i < weights.size(); ++i)
        compare(after[i].at("name").get<std::string>() + " after training", weights[i],
                array(the_case, after[i]), the_case.facts.at("training").at("tolerance"));
}

// ---- writing ------------------------------------------------------------------------------------

bool is_narrow(const formats::StoredTensor& tensor) {
    return tensor.type() == formats::StoredType::f16 || tensor.type() == formats::StoredType::bf16;
}

// The dataset of ours for one of a file's. Keras leaves the Sequential's name out of the path of a
// weight where the Sequential was made from a configuration, which no file tells: we never do.
ByName::const_iterator find_written(const ByName& written, const std::string& name,
                                    const std::string& model) {
    if (const auto exact = written.find(name); exact != written.end()) return exact;
    const std::string weights = "model_weights/";
    if (!name.starts_with(weights)) return written.end();
    return written.find(std::string(name).insert(name.find('/', weights.size()) + 1, model + '/'));
}

// What Keras 3's names say comes back under them. Keras 2's weights have Keras 3's names in .h5
// files, and the same places in .keras files, but for the optimiser's, whose training tells. Types
// that our tensors don't have come back as f32.
void compare_written(const Case& the_case, const json& file, const std::string& copy,
                     const std::string& model) {
    const std::string format = file.at("format");
    const bool keras_3 = the_case.facts.at("made_by").contains("keras");
    if (!keras_3 && format != "keras") return;
    const ByName before = tensors_of(path_of(the_case, file), format),
                 after = tensors_of(copy, format);
    for (const json& facts : the_case.list("tensors")) {
        if (!facts.at("in_file").contains(format)) continue;
        if (!keras_3 && facts.value("role", "") == "optimizer") continue;
        const std::string name = facts.at("in_file").at(format);
        const auto found = find_written(after, name, model);
        want(found != after.end(), "'" + name + "' was not written back");
        const formats::StoredTensor& tensor = before.at(name);
        const bool same = is_narrow(tensor)
                              ? same_tensor(found->second, formats::StoredTensor(tensor.tensor()))
                              : same_tensor(found->second, tensor);
        want(same, "'" + name + "' was not written back as it was");
    }
}

void write(const std::string& path, const json& file, nn::Model& model) {
    if (holds_weights_alone(file))
        nn::save_keras_weights(model, path,
                               {.include_optimizer = file.value("optimizer_state", false)});
    else
        nn::save_keras(model, path);
}

// ---- all of it ----------------------------------------------------------------------------------

void compare_training(const Case& the_case, const json& file, nn::Model& model) {
    if (!holds_optimizer(the_case, file)) return;
    if (the_case.facts.at("name").get<std::string>() == repeated_index)
        train_as_tensorflow(the_case, model);
    train(the_case, model);
    compare_trained_weights(the_case, model);
}

void compare_model(const Case& the_case, nn::Model& model) {
    compare_weights(the_case, model);
    compare_predictions(the_case, model);
}

void write_back(const Case& the_case, const json& file, nn::Model& model) {
    const shikumi_test::TemporaryFolder folder;
    const std::string format = file.at("format");
    const std::string copy = (folder.path() / (format == "keras"              ? "copy.keras"
                                               : format == "keras_weights_h5" ? "copy.weights.h5"
                                                                              : "copy.h5"))
                                 .string();
    write(copy, file, model);
    compare_written(the_case, file, copy, model.name());
    const auto again = model_in(the_case, file, copy);
    compare_model(the_case, *again);
    compare_training(the_case, file, *again);
}

void run_file(const Case& the_case, const json& file) {
    if (file.at("format") == "keras_json") return;  // its model is that of the weights
    compare_tensors(the_case, file);
    const auto model = model_in(the_case, file, path_of(the_case, file));
    compare_model(the_case, *model);
    compare_accuracy(the_case, *model);
    if (!the_case.list("write_back").empty()) write_back(the_case, file, *model);
    compare_training(the_case, file, *model);
}

}  // namespace

void run_keras(const Case& the_case) {
    for (const json& file : the_case.facts.at("files")) {
        try {
            run_file(the_case, file);
        } catch (const std::exception& e) {
            throw Different(file.at("path").get<std::string>() + ": " + e.what());
        }
    }
}

void read_keras(const Case& the_case, const json& file) {
    if (!holds_weights_alone(file)) {
        nn::load_keras(path_of(the_case, file));
        return;
    }
    const auto model = model_without_weights(the_case);
    const std::vector<Tensor> before = model->get_weights();
    try {
        nn::load_keras_weights(*model, path_of(the_case, file));
    } catch (const Error&) {
        const std::vector<Tensor> after = model->get_weights();
        for (std::size_t i = 0; i < before.size(); ++i)
            compare("a weight of the model that was to stay as it is", after[i], before[i], 0);
        throw;
    }
}

}  // namespace shikumi::exchange
