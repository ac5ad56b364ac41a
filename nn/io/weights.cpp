#include <shikumi/nn/io/weights.hpp>

#include <filesystem>
#include <functional>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/npz.hpp>
#include <shikumi/formats/safetensors.hpp>
#include <shikumi/nn/io/detail/writing.hpp>

namespace shikumi::nn {

using formats::NamedTensor;
using formats::StoredTensor;

namespace {

// In files of Keras and PyTorch, whose readers want them as they are.
void refuse_options(const std::string& file, const SaveWeightsOptions& options) {
    if (options.floats || options.compress || !options.metadata.empty())
        fail<ValueError>("save_weights", "floats, compress and metadata are for .safetensors and ",
                         ".npz, got '", file, "'");
}

}  // namespace

std::function<void()> detail::weights_writing(Model& model, std::string file,
                                              const SaveWeightsOptions& options) {
    const std::string extension = std::filesystem::path(file).extension().string();
    const bool of_torch = extension == ".pt" || extension == ".pth";
    if (extension == ".h5" || of_torch) refuse_options(file, options);
    if (extension == ".h5")
        return keras_weights_writing(model, std::move(file),
                                     {.include_optimizer = false, .keep = options.keep});
    if (of_torch) return torch_weights_writing(model, std::move(file), {.keep = options.keep});
    if (extension != ".safetensors" && extension != ".npz")
        fail<ValueError>("save_weights", "can't tell the format of '", file,
                         "': its extension is none of .safetensors, .npz, .h5, .pt and .pth");
    std::vector<NamedTensor> tensors;
    for (const auto& [name, value] : state_dict(model)) {
        const StoredTensor stored = value;
        const bool converted = options.floats && is_floating(value.dtype());
        tensors.push_back({name, converted ? stored.as(*options.floats) : stored});
    }
    return [file = std::move(file), tensors = std::move(tensors), options,
            zipped = extension == ".npz"] {
        if (zipped)
            formats::write_npz(file, tensors, {.compress = options.compress, .keep = options.keep});
        else
            formats::write_safetensors(file, tensors,
                                       {.metadata = options.metadata, .keep = options.keep});
    };
}

void save_weights(Model& model, const std::string& file, const SaveWeightsOptions& options) {
    detail::weights_writing(model, file, options)();
}

}  // namespace shikumi::nn
