#include <shikumi/nn/layers/preprocessing/detail/encode.hpp>

#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn::detail {

Tensor encode(const Tensor& indices, Index depth, OutputMode mode, DType dtype,
              const Tensor& counts) {
    if (mode == OutputMode::index) return indices;
    const bool single = indices.rank() < 2;
    if (mode == OutputMode::one_hot) {
        const bool alone = !single && indices.shape().back() == 1;
        return one_hot(alone ? squeeze(indices, -1) : indices, depth, dtype);
    }
    // A sample that is a single index is a list of one.
    Tensor hot = one_hot(single ? expand_dims(indices, -1) : indices, depth, dtype);
    if (counts.defined()) hot = hot * expand_dims(single ? expand_dims(counts, -1) : counts, -1);
    const Tensor sums = sum(hot, -2);
    return mode == OutputMode::multi_hot ? (sums > 0).cast(dtype) : sums;
}

}  // namespace shikumi::nn::detail
