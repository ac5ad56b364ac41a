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

std::function<void()> detail::weights_writing(Model& model, std::string file,
                                              const SaveWeightsOptions& options) {
    const std::string extension = std::filesystem::path(file).extension().string();
    if (extension != ".safetensors" && extension != ".npz")
        fail<ValueError>("save_weights", "can't tell the format of '", file,
                         "': its extension is neither .safetensors nor .npz");
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
