#include "train.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iostream>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/open_tensor_file.hpp>
#include <shikumi/formats/safetensors.hpp>
#include <shikumi/nn/callbacks/early_stopping.hpp>
#include <shikumi/nn/io/model_file.hpp>
#include <shikumi/nn/io/weights.hpp>
#include <shikumi/nn/report/run_folder.hpp>
#include <shikumi/nn/tools/plot_history.hpp>

namespace examples {

using namespace shikumi;

namespace {

void say_written(const std::filesystem::path& file) {
    std::cout << "wrote " << file.string() << '\n';
}

// The whole model where a file can hold it, else its weights.
void save_model(nn::Model& model, const std::filesystem::path& file) {
    if (file.extension() == ".safetensors") {
        try {
            nn::save(model, file);
            return say_written(file);
        } catch (const IoError&) {
            throw;
        } catch (const Error& e) {  // a class or a function of the program's own
            std::cout << "saves the weights alone: " << e.what() << '\n';
        }
    }
    nn::save_weights(model, file);
    say_written(file);
}

// The weights of either.
void load_model(nn::Model& model, const std::filesystem::path& file) {
    if (formats::open_tensor_file(file)->metadata().contains("architecture"))
        model.set_weights(nn::load(file)->get_weights());
    else
        nn::load_weights(model, file);
    std::cout << "read " << file.string() << '\n';
}

// As long without improvement as a tenth of the training, three epochs at least.
nn::EarlyStopping early_stopping(const Options& options, const nn::FitOptions& how) {
    const bool validated = how.validation_data || how.validation_split > 0;
    return nn::EarlyStopping({.monitor = validated ? "val_loss" : "loss",
                              .patience = std::max(3, options.epochs / 10),
                              .verbose = 1,
                              .restore_best_weights = true});
}

nn::History fit_by(const std::function<nn::History(const nn::FitOptions&)>& train, nn::Model& model,
                   const Options& options, nn::FitOptions how,
                   const std::vector<std::string>& class_names) {
    how.batch_size = options.batch_size;
    how.epochs = options.epochs;
    if (!options.load.empty()) load_model(model, options.load);
    if (!options.resume.empty()) how.resume = options.resume.string();
    if (options.early_stopping) how.callbacks.push_back(early_stopping(options, how));
    const nn::RunFolder run({.folder = options.out / "runs", .class_names = class_names});
    if (options.report) how.callbacks.push_back(run);
    const nn::History history = train(how);
    if (!run.path().empty()) say_written(run.path() + "/report.html");
    if (!options.save.empty()) save_model(model, options.save);
    return history;
}

}  // namespace

nn::History fit(nn::Model& model, const nn::TensorList& x, const nn::TensorList& y,
                const Options& options, nn::FitOptions how,
                const std::vector<std::string>& class_names) {
    if (!options.load.empty()) model.ensure_built(nn::specs_of(x.list()));
    const auto train = [&](const nn::FitOptions& all) { return model.fit(x, y, all); };
    return fit_by(train, model, options, std::move(how), class_names);
}

nn::History fit(nn::Model& model, nn::BatchSource batches, const Options& options,
                nn::FitOptions how, const std::vector<std::string>& class_names) {
    const auto train = [&](const nn::FitOptions& all) { return model.fit(batches, all); };
    return fit_by(train, model, options, std::move(how), class_names);
}

void save(const std::vector<Parameter>& parameters, const std::filesystem::path& file,
          const formats::Metadata& metadata) {
    std::vector<formats::NamedTensor> tensors;
    for (const Parameter& p : parameters) tensors.push_back({p.name(), p.value()});
    formats::write_safetensors(file, tensors, {.metadata = metadata});
    say_written(file);
}

void load(std::vector<Parameter> parameters, const std::filesystem::path& file) {
    const formats::SafetensorsFile tensors(file);
    for (Parameter& p : parameters) p.assign(tensors.read(p.name()));
    std::cout << "read " << file.string() << '\n';
}

void write_history(const nn::History& history, const Options& options) {
    if (history.epoch.empty()) return;
    const auto file = options.out / (options.program + "-history.svg");
    nn::plot_history(history, options.program).write(file);
    say_written(file);
}

}  // namespace examples
