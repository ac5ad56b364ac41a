#include <shikumi/nn/io/detail/built_model.hpp>

#include <cstddef>

namespace shikumi::nn::detail {

ModelBudget budget_of(const formats::TensorFile& file) {
    std::size_t bytes = std::size_t{1} << 20;
    for (const formats::TensorEntry& tensor : file.tensors()) bytes += tensor.spec().bytes();
    return {.weight_bytes = bytes};
}

}  // namespace shikumi::nn::detail
