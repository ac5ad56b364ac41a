// What transforms refuse. `op` is the transform that the user called.
#pragma once

#include <string_view>

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/graph/traversal.hpp>

namespace shikumi::detail {

/// Refuses a y that has no gradient: one that is no floating scalar, or that was consumed.
void check_scalar(std::string_view op, const Tensor& y);
/// Refuses to differentiate by anything but f32 and f64.
void check_floating(std::string_view op, const Tensor& x);
/// Refuses a tangent or cotangent of another shape or dtype than x.
void check_like(std::string_view op, std::string_view what, const Tensor& t, const Tensor& x);
/// Refuses another number of tangents or cotangents than there are tensors.
void check_count(std::string_view op, std::string_view what, std::size_t got, std::size_t wanted);
/// Refuses x where the graph knows it only as it was before an assignment: the derivative by the
/// parameter would be 0 without a word.
void refuse_former(std::string_view op, const Traversal& walk, const Tensor& x);

}  // namespace shikumi::detail
