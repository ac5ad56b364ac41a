// The mask that may be the last input of a sequence's operations.
#pragma once

#include <utility>

#include <shikumi/autograd/graph/op.hpp>

namespace shikumi::nn::detail {

/// Input number `i`, where there is one.
inline const bool* mask_at(std::size_t i, ConstViews in) {
    return i < in.size() ? in[i].as<bool>() : nullptr;
}
inline Tensor mask_at(std::size_t i, Tensors in) { return i < in.size() ? in[i] : Tensor(); }

/// Records `op` on `in` and, where it is defined, the mask.
template <class O, class... T>
Tensor record_with(const Tensor& mask, O op, const T&... in) {
    return mask.defined() ? record(std::move(op), in..., mask) : record(std::move(op), in...);
}

}  // namespace shikumi::nn::detail
