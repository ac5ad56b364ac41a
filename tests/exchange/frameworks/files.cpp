// A model in every format, with what the next steps of training give.
#include <algorithm>
#include <string>

#include <shikumi/nn/training/compile_config.hpp>
#include <shikumi/shikumi.hpp>

#include "exchange/arrays.hpp"
#include "exchange/formats_of_models.hpp"
#include "exchange/training.hpp"
#include "models.hpp"
#include "support/case_program.hpp"

namespace shikumi::exchange {

namespace {

namespace fs = std::filesystem;

// The facts of a model, which stand in facts.json beside its files:
//   files       the names of all files
//   refused     for formats that don't hold it: why
//   architecture  Keras's to_json
//   inputs, outputs, weights  names of .npy files, in order; weights as they are in the files
//   training    where there is one: optimizer in Keras's terms, targets, losses, weights_after
constexpr int steps_before = 2, steps_after = 3;

void write_array(const fs::path& file, const Tensor& values) {
    formats::write_npy(file.string(), formats::StoredTensor(values));
}

json write_arrays(const fs::path& folder, const std::string& name, const std::vector<Tensor>& all) {
    json names = json::array();
    for (const Tensor& values : all) {
        names.push_back(name + std::to_string(names.size()) + ".npy");
        write_array(folder / names.back().get<std::string>(), values);
    }
    return names;
}

std::vector<Tensor> read_arrays(const fs::path& folder, const json& names) {
    std::vector<Tensor> all;
    for (const std::string name : names) all.push_back(formats::read_npy((folder / name).string()));
    return all;
}

// Layers whose training depends on random numbers, which other frameworks draw otherwise.
bool draws_random_numbers(const std::string& architecture) {
    for (const char* name : {"Dropout", "GaussianNoise", "Random"})
        if (architecture.find("\"class_name\":\"" + std::string(name)) != std::string::npos ||
            architecture.find(std::string(name) + "\"") != std::string::npos)
            return true;
    return false;
}

bool learns(nn::Model& model) {
    for (const Spec& output : model.outputs())
        if (!is_floating(output.dtype)) return false;
    return !model.trainable_weights().empty();
}

optim::Optimizer some_optimizer(std::size_t number) {
    // An epsilon that matters, so that gradients of rounding errors don't become whole steps.
    switch (number % 6) {
        case 0:
            return optim::SGD({.learning_rate = 0.02, .momentum = 0.9, .nesterov = true});
        case 1:
            return optim::Adam({.learning_rate = 0.01, .epsilon = 0.01});
        case 2:
            return optim::RMSprop(
                {.learning_rate = 0.01, .momentum = 0.5, .epsilon = 0.01, .centered = true});
        case 3:
            return optim::AdamW(
                {.learning_rate = 0.01, .weight_decay = 0.02, .epsilon = 0.01, .amsgrad = true});
        case 4:
            return optim::Nadam({.learning_rate = 0.01, .epsilon = 0.01});
        default:
            return optim::Adagrad({.learning_rate = 0.05, .epsilon = 0.01});
    }
}

}  // namespace

json write_model(const Exchanged& exchanged, const fs::path& folder) {
    nn::Model& model = *exchanged.model;
    std::vector<Tensor> targets;
    model.parameters();
    const std::string architecture = nn::to_json(model);
    const bool trains = learns(model) && !draws_random_numbers(architecture);
    if (trains) {
        Generator rng(7);
        for (const Tensor& output : model.predict(exchanged.inputs))
            targets.push_back(random_normal(output.shape(), rng));
        model.compile({.optimizer = some_optimizer(architecture.size()), .loss = "mse"});
        for (int step = 0; step < steps_before; ++step)
            model.train_on_batch(exchanged.inputs, targets);
    }
    json facts{{"files", json::array()},
               {"refused", json::object()},
               {"architecture", json::parse(architecture)},
               {"inputs", write_arrays(folder, "in", exchanged.inputs)},
               {"outputs", write_arrays(folder, "out", model.predict(exchanged.inputs))},
               {"weights", write_arrays(folder, "w", model.get_weights())}};
    for (const std::string& file : model_files()) {
        try {
            write_model_file(model, (folder / file).string());
            facts["files"].push_back(file);
        } catch (const Error& e) {
            facts["refused"][file] = e.what();
        }
    }
    if (!trains) return facts;
    json losses = json::array();
    for (int step = 0; step < steps_after; ++step)
        losses.push_back(model.train_on_batch(exchanged.inputs, targets)["loss"]);
    facts["training"] = {{"optimizer", json::parse(nn::to_json(to_config(model.optimizer())))},
                         {"targets", write_arrays(folder, "y", targets)},
                         {"losses", losses},
                         {"weights_after", write_arrays(folder, "after", model.get_weights())}};
    return facts;
}

void make_round_trip(const Exchanged& exchanged, const std::string& file) {
    nn::Model& model = *exchanged.model;
    model.parameters();
    const std::vector<Tensor> before = model.predict(exchanged.inputs);
    try {
        write_model_file(model, file);
    } catch (const ValueError& e) {
        throw shikumi_test::Skipped(e.what());
    }
    // Statistics that were given are in the architecture, which keeps no weights for Keras.
    if (file.ends_with(".weights.h5") &&
        nn::to_json(model).find("\"Normalization\"") != std::string::npos)
        throw shikumi_test::Skipped("what a Normalization was given isn't among Keras's weights");
    const auto again = read_model_file(file, nn::to_json(model));
    const std::vector<Tensor> after = again->predict(exchanged.inputs);
    want(after.size() == before.size(), "another number of outputs");
    for (std::size_t i = 0; i < after.size(); ++i)
        want(after[i].dtype() == before[i].dtype() && after[i].shape() == before[i].shape() &&
                 std::ranges::equal(formats::StoredTensor(after[i]).bytes(),
                                    formats::StoredTensor(before[i]).bytes()),
             "output " + std::to_string(i) + " has other bits");
}

void compare_file(const fs::path& folder, const std::string& file, const json& facts) {
    const auto model = read_model_file((folder / file).string(), facts.at("architecture").dump());
    const std::vector<Tensor> inputs = read_arrays(folder, facts.at("inputs")),
                              expected = read_arrays(folder, facts.at("outputs")),
                              outputs = model->predict(inputs);
    want(outputs.size() == expected.size(), "another number of outputs");
    for (std::size_t i = 0; i < outputs.size(); ++i)
        compare("output " + std::to_string(i), outputs[i], expected[i],
                facts.value("tolerance", 2e-5));
    if (!facts.contains("training") || !model->compiled()) return;
    const json& training = facts.at("training");
    const std::vector<Tensor> targets = read_arrays(folder, training.at("targets"));
    for (const double loss : training.at("losses"))
        compare("the loss", tensor({model->train_on_batch(inputs, targets)["loss"]}, f64),
                tensor({loss}, f64), 1e-4);
    const std::vector<Tensor> after = read_arrays(folder, training.at("weights_after")),
                              weights = model->get_weights();
    want(weights.size() == after.size(), "another number of weights");
    for (std::size_t i = 0; i < weights.size(); ++i)
        compare("weight " + std::to_string(i) + " after training", weights[i], after[i], 2e-4);
}

}  // namespace shikumi::exchange
