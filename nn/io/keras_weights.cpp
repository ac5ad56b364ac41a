#include <shikumi/nn/io/keras_weights.hpp>

#include <string_view>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/hdf5_file.hpp>
#include <shikumi/nn/io/detail/keras_archive.hpp>
#include <shikumi/nn/io/detail/keras_hdf5.hpp>

namespace shikumi::nn {

WeightsReport load_keras_weights(Model& model, const std::string& file,
                                 const LoadKerasWeightsOptions& options) {
    constexpr std::string_view who = "load_keras_weights";
    if (detail::is_zip(who, file)) {
        const detail::KerasArchive archive(who, file, options.budget);
        return detail::take_keras_weights(who, model, archive.weights(), options.strict);
    }
    return detail::take_keras_weights(who, model, formats::Hdf5File(file, options.budget),
                                      options.strict);
}

void save_keras_weights(Model& model, const std::string& file,
                        const SaveKerasWeightsOptions& options) {
    if (!file.ends_with(".h5"))
        fail<ValueError>("save_keras_weights", "can't tell the format of '", file,
                         "': its name ends neither in .weights.h5 nor in .h5");
    model.parameters();  // makes them
    formats::Hdf5Content content;
    if (file.ends_with(".weights.h5"))
        detail::add_weights(content, model);
    else
        detail::add_legacy_weights(content, model, "");
    formats::write_hdf5(file, content, options.keep);
}

}  // namespace shikumi::nn
