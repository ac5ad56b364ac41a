// Reading Keras's models: programs that only save them link nothing of it.
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/hdf5_file.hpp>
#include <shikumi/nn/io/detail/built_model.hpp>
#include <shikumi/nn/io/detail/keras_archive.hpp>
#include <shikumi/nn/io/detail/keras_hdf5.hpp>
#include <shikumi/nn/io/detail/keras_layout.hpp>
#include <shikumi/nn/io/json.hpp>
#include <shikumi/nn/io/keras_file.hpp>

namespace shikumi::nn {

namespace {

using formats::Hdf5File;

constexpr std::string_view load_keras_name = "load_keras";

// What the configurations in a file say.
struct Configs {
    Config model;
    Config training;  // nothing where the model wasn't compiled
};

void take_optimizer(Model& model, const Hdf5File& file, KerasReport& report) {
    const std::vector<detail::KerasVariable> variables = detail::keras_variables_in(file);
    if (!model.compiled()) {
        if (!variables.empty())
            report.notes.push_back("the optimizer's memory is left out: the model isn't compiled");
    } else if (variables.empty()) {
        report.notes.push_back("the optimizer begins anew: the file doesn't hold its memory");
    } else if (auto note = detail::take_keras_variables(model.optimizer(),
                                                        detail::keras_trained(model), variables)) {
        report.notes.push_back(std::move(*note));
    }
}

std::shared_ptr<Model> model_of(const Configs& configs, const Hdf5File& file,
                                const LoadKerasOptions& options) {
    KerasReport unread;
    KerasReport& report = options.report ? *options.report : unread;
    std::shared_ptr<Model> model =
        detail::built_model(configs.model, &report, detail::budget_of(file));
    detail::take_keras_weights(load_keras_name, *model, file, true);
    if (!options.compile) return model;
    if (!configs.training.is_null()) {
        auto how =
            compile_options_from_keras_config(configs.training, model->output_names(), report);
        if (how) model->compile(std::move(*how));
    }
    take_optimizer(*model, file, report);
    return model;
}

Config compile_config_in(const Config& config) {
    const Config* const found = config.find("compile_config");
    return found ? *found : Config();
}

std::shared_ptr<Model> load_archive(const std::string& path, const LoadKerasOptions& options) {
    const detail::KerasArchive archive(load_keras_name, path, options.budget);
    if (options.report) {
        for (const std::string& member : archive.passed_over())
            options.report->notes.push_back("the member '" + member + "' is passed over");
    }
    const Config config = parse_json(archive.config(), path + ", config.json");
    return model_of({config, compile_config_in(config)}, archive.weights(), options);
}

std::shared_ptr<Model> load_hdf5(const std::string& path, const LoadKerasOptions& options) {
    const Hdf5File file(path, options.budget);
    const auto text = [&](const char* name) {
        const auto found = file.metadata().find(name);
        return found == file.metadata().end() ? Config()
                                              : parse_json(found->second, path + ", " + name);
    };
    Configs configs{text("model_config"), text("training_config")};
    if (configs.model.is_null())
        fail<IoError>(load_keras_name, path,
                      " holds no architecture: it lacks the attribute 'model_config'. ",
                      "Weights alone are read by load_keras_weights");
    // Which Keras wrote it tells how its configuration is meant.
    if (const auto version = file.metadata().find("keras_version");
        version != file.metadata().end() && !configs.model.find("keras_version"))
        configs.model.set("keras_version", version->second);
    return model_of(configs, file, options);
}

}  // namespace

std::shared_ptr<Model> load_keras(const std::string& path, const LoadKerasOptions& options) {
    try {
        return detail::is_zip(load_keras_name, path) ? load_archive(path, options)
                                                     : load_hdf5(path, options);
    } catch (IoError&) {
        throw;  // says which file it is
    } catch (Error& e) {
        e.add_context(sentence("in the file ", path));
        throw;
    }
}

}  // namespace shikumi::nn
