// Reading weights: programs that only save them link nothing of it.
#include <memory>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/file_format.hpp>
#include <shikumi/formats/open_tensor_file.hpp>
#include <shikumi/nn/io/detail/take_weights.hpp>
#include <shikumi/nn/io/keras_weights.hpp>
#include <shikumi/nn/io/torch_weights.hpp>
#include <shikumi/nn/io/weights.hpp>

namespace shikumi::nn {

namespace {

WeightsReport load_by_names(Model& model, const std::string& file,
                            const LoadWeightsOptions& options) {
    const std::unique_ptr<formats::TensorFile> in = formats::open_tensor_file(file, options.budget);
    std::vector<detail::OfferedTensor> offered;
    for (const formats::TensorEntry& tensor : in->tensors())
        offered.push_back(
            {tensor.name, tensor.spec(), [&in, &tensor] { return in->read(tensor.name); }});
    const detail::TakenWeights taken =
        detail::take_weights(model, offered, {.strict = options.strict, .rename = options.rename});
    if (!taken.done)
        fail<IoError>("load_weights", file, " doesn't hold the weights of '", model.name(),
                      "': ", taken.report.text());
    return taken.report;
}

}  // namespace

WeightsReport load_weights(Model& model, const std::string& file,
                           const LoadWeightsOptions& options) {
    using formats::FileFormat;
    const FileFormat format = formats::file_format(file, "load_weights");
    const bool of_keras = format == FileFormat::keras || format == FileFormat::hdf5;
    if (!of_keras && format != FileFormat::torch) return load_by_names(model, file, options);
    if (options.rename)
        fail<ValueError>("load_weights", "can't rename the weights of ", file,
                         ": in files of Keras and PyTorch the layers tell which they are");
    if (of_keras)
        return load_keras_weights(
            model, file,
            {.strict = options.strict, .include_optimizer = false, .budget = options.budget});
    return load_torch_weights(model, file, {.strict = options.strict, .budget = options.budget})
        .weights;
}

}  // namespace shikumi::nn
