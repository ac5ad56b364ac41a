#include <shikumi/nn/io/keras_weights.hpp>

#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/hdf5_file.hpp>
#include <shikumi/nn/io/detail/keras_archive.hpp>
#include <shikumi/nn/io/detail/keras_hdf5.hpp>
#include <shikumi/nn/io/detail/keras_layout.hpp>
#include <shikumi/nn/io/detail/writing.hpp>

namespace shikumi::nn {

namespace {

constexpr std::string_view load_keras_weights_name = "load_keras_weights";

WeightsReport take(Model& model, const formats::Hdf5File& file,
                   const LoadKerasWeightsOptions& options) {
    const std::vector<Tensor> before = model.get_weights();
    WeightsReport report =
        detail::take_keras_weights(load_keras_weights_name, model, file, options.strict);
    if (!model.compiled() || !options.include_optimizer) return report;
    try {
        const std::vector<detail::KerasVariable> variables = detail::keras_variables_in(file);
        if (!variables.empty())
            detail::take_keras_variables(model.optimizer(), detail::keras_trained(model),
                                         variables);
    } catch (Error& e) {
        model.set_weights(before);
        e.add_context(sentence("in the file ", file.path()));
        throw;
    }
    return report;
}

}  // namespace

WeightsReport load_keras_weights(Model& model, const std::string& file,
                                 const LoadKerasWeightsOptions& options) {
    if (detail::is_zip(load_keras_weights_name, file))
        return take(model,
                    detail::KerasArchive(load_keras_weights_name, file, options.budget).weights(),
                    options);
    return take(model, formats::Hdf5File(file, options.budget), options);
}

std::function<void()> detail::keras_weights_writing(Model& model, std::string file,
                                                    const SaveKerasWeightsOptions& options) {
    if (!file.ends_with(".h5"))
        fail<ValueError>("save_keras_weights", "can't tell the format of '", file,
                         "': its name ends neither in .weights.h5 nor in .h5");
    model.parameters();  // makes them
    formats::Hdf5Content content;
    if (!file.ends_with(".weights.h5")) {
        add_legacy_weights(content, model, "");
    } else {
        add_weights(content, model);
        if (model.compiled() && options.include_optimizer)
            add_optimizer(content, model.optimizer(), keras_trained(model));
    }
    return [file = std::move(file), content = std::move(content), keep = options.keep] {
        formats::write_hdf5(file, content, keep);
    };
}

void save_keras_weights(Model& model, const std::string& file,
                        const SaveKerasWeightsOptions& options) {
    detail::keras_weights_writing(model, file, options)();
}

}  // namespace shikumi::nn
