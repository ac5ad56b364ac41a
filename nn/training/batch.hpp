// Batch: the samples of one training step.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn {

/// One tensor, or several: one for each of a model's inputs or outputs, in their order or
/// `{{"name", a}, …}` by their names.
class TensorList {
public:
    /// None.
    TensorList() = default;
    /// A single one.
    TensorList(const Tensor& one) : list_{one} {}
    /// Several, in order.
    TensorList(std::initializer_list<Tensor> list) : list_(list) {}
    /// Several, in order.
    TensorList(std::vector<Tensor> list) : list_(std::move(list)) {}
    /// Several by the names of inputs or outputs.
    TensorList(std::initializer_list<std::pair<std::string, Tensor>> by_name);
    /// Several by the names of inputs or outputs.
    TensorList(std::vector<std::pair<std::string, Tensor>> by_name);

    /// The tensors in the order in which they were given.
    const std::vector<Tensor>& list() const noexcept { return list_; }
    /// The tensors in the order of these names, where they were given by name. Throws ValueError
    /// beginning with `caller` and calling them `what` where a name is missing, unknown or there
    /// twice.
    std::vector<Tensor> in_order(std::string_view caller, std::string_view what,
                                 const std::vector<std::string>& names) const;

private:
    std::vector<Tensor> list_;
    std::vector<std::string> names_;  // empty: in order
};

/// What one step is trained or measured on.
struct Batch {
    std::vector<Tensor> x;  ///< for each input, (N, …)
    std::vector<Tensor> y;  ///< targets for each output, (N, …)
    /// Factors of the losses of the samples, (N,), or of the steps of sequences, (N, T); undefined:
    /// 1.
    Tensor weights = {};
    std::vector<Tensor> output_weights = {};  ///< the same for each output by itself, if not empty

    /// The number of samples, N. Throws StateError where there is no x.
    Index size() const {
        if (x.empty() || x.front().rank() == 0) fail<StateError>("batch", "has no samples");
        return x.front().shape().front();
    }
    /// The weights for output number `i`; undefined: 1.
    const Tensor& weights_of(std::size_t i) const {
        return i < output_weights.size() ? output_weights[i] : weights;
    }
    /// Sets the weights: one for all outputs, or one for each.
    void set_weights(std::vector<Tensor> given) {
        weights = given.size() == 1 ? given.front() : Tensor();
        output_weights = given.size() == 1 ? std::vector<Tensor>() : std::move(given);
    }
};

}  // namespace shikumi::nn
