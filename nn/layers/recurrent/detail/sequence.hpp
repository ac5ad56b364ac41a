// What the operations share that run a whole sequence.
#pragma once

#include <utility>
#include <vector>

#include <shikumi/autograd/graph/multi_output.hpp>

namespace shikumi::nn::detail {

/// The mask, which may be input number `i`; null where there is none.
inline const bool* mask_at(std::size_t i, ConstViews in) {
    return i < in.size() ? in[i].as<bool>() : nullptr;
}
/// The mask, which may be input number `i`; undefined where there is none.
inline Tensor mask_at(std::size_t i, Tensors in) { return i < in.size() ? in[i] : Tensor(); }

/// Records `op` on `in` and, where it is defined, the mask.
template <class O, class... T>
std::vector<Tensor> record_all_with(const Tensor& mask, O op, const T&... in) {
    return mask.defined() ? record_all(std::move(op), in..., mask)
                          : record_all(std::move(op), in...);
}

/// Σ h[t-1]ᵀ·g[t] over the steps t of g (time, batch, columns): the cotangent of the matrix by
/// which each step multiplies the state before it. `first` is the state before the first step,
/// `states` are those after each one.
Tensor by_recurrent(const Tensor& first, const Tensor& states, const Tensor& g);

/// Nodes of their own with the values of `in`.
std::vector<Tensor> variables(Tensors in);

/// Σ a·b over all pairs of which the second tensor is defined.
Tensor inner(Tensors a, Tensors b);

}  // namespace shikumi::nn::detail
