#include <shikumi/nn/io/keras_file.hpp>

#include <functional>
#include <string_view>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/hdf5_file.hpp>
#include <shikumi/nn/io/detail/keras_archive.hpp>
#include <shikumi/nn/io/detail/keras_hdf5.hpp>
#include <shikumi/nn/io/detail/keras_layout.hpp>
#include <shikumi/nn/io/detail/writing.hpp>
#include <shikumi/nn/io/json.hpp>
#include <shikumi/nn/io/keras_config.hpp>

namespace shikumi::nn {

namespace {

using formats::Hdf5Content;

constexpr std::string_view writer = "save_keras";

std::function<void()> archive_writing(Model& model, std::string path, const CompileOptions* how,
                                      int keep) {
    Config config = keras_config(model);
    Hdf5Content content;
    detail::add_weights(content, model);
    if (how) {
        config.set("compile_config", keras_compile_config(*how, model.output_names()));
        detail::add_optimizer(content, how->optimizer, detail::keras_trained(model));
    }
    return [path = std::move(path), config = to_json(config), content = std::move(content), keep] {
        detail::write_keras_archive(writer, path, config, formats::hdf5_bytes(content), keep);
    };
}

std::function<void()> legacy_writing(Model& model, std::string path, const CompileOptions* how,
                                     int keep) {
    const std::string weights = "model_weights";
    Hdf5Content content{.attributes = {{"", "model_config", {to_json(keras_config(model))}}}};
    content.attributes.push_back({"", "keras_version", {std::string(detail::keras_version)}});
    content.attributes.push_back({"", "backend", {"tensorflow"}});
    detail::add_legacy_weights(content, model, weights);
    if (how) {
        const Config training = keras_training_config(*how, model.output_names());
        content.attributes.push_back({"", "training_config", {to_json(training)}});
        detail::add_legacy_optimizer(content, how->optimizer, model);
    }
    return [path = std::move(path), content = std::move(content), keep] {
        formats::write_hdf5(path, content, keep);
    };
}

}  // namespace

std::function<void()> detail::keras_writing(Model& model, std::string path,
                                            const SaveKerasOptions& options) {
    const bool archive = path.ends_with(".keras");
    if (!archive && !path.ends_with(".h5"))
        fail<ValueError>(writer, "can't tell the format of '", path,
                         "': its extension is neither .keras nor .h5");
    model.parameters();  // makes them
    const CompileOptions* const how = options.include_optimizer ? model.compiled() : nullptr;
    return archive ? archive_writing(model, std::move(path), how, options.keep)
                   : legacy_writing(model, std::move(path), how, options.keep);
}

void save_keras(Model& model, const std::string& path, const SaveKerasOptions& options) {
    detail::keras_writing(model, path, options)();
}

}  // namespace shikumi::nn
