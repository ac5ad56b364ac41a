// Batch: the samples of one training step.
#pragma once

#include <initializer_list>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn {

/// One tensor, or several: one for each of a model's inputs or outputs.
class TensorList {
public:
    /// A single one.
    TensorList(const Tensor& one) : list_{one} {}
    /// Several, in order.
    TensorList(std::initializer_list<Tensor> list) : list_(list) {}
    /// Several, in order.
    TensorList(std::vector<Tensor> list) : list_(std::move(list)) {}
    /// The tensors in order.
    const std::vector<Tensor>& list() const noexcept { return list_; }

private:
    std::vector<Tensor> list_;
};

/// What one step is trained or measured on.
struct Batch {
    std::vector<Tensor> x;  ///< for each input, (N, …)
    std::vector<Tensor> y;  ///< targets for each output, (N, …)
    Tensor weights;         ///< factors of the samples' losses, (N,); undefined: 1

    /// The number of samples, N. Throws StateError where there is no x.
    Index size() const {
        if (x.empty() || x.front().rank() == 0) fail<StateError>("batch", "has no samples");
        return x.front().shape().front();
    }
};

}  // namespace shikumi::nn
