// Reading and adding by index. Negative indices count from the end; one outside throws ValueError.
#pragma once

#include <string_view>

#include <shikumi/autograd/kernels/view.hpp>

namespace shikumi::kernels {

/// out[…, j…, …] = x[…, indices[j…], …] along `axis`.
void take(std::string_view op, ConstView x, ConstView indices, int axis, View out);
/// out[…, indices[j…], …] += x[…, j…, …] on zeros, in the order of the indices.
void scatter_add(std::string_view op, ConstView x, ConstView indices, int axis, View out);

/// out[i…] = x[i… with indices[i…] at `axis`]; indices and out have one shape.
void take_along(std::string_view op, ConstView x, ConstView indices, int axis, View out);
/// out[i… with indices[i…] at `axis`] += x[i…] on zeros, in row-major order.
void scatter_add_along(std::string_view op, ConstView x, ConstView indices, int axis, View out);

/// out = the indices, integers or whole real numbers, as numbers in [0, size).
void checked_indices(std::string_view op, ConstView indices, Index size, bool from_end, View out);
/// out = x, then out[indices[i]] = rows[i], in order. The indices are checked ones; out may be x.
void put_rows(ConstView x, ConstView indices, ConstView rows, View out);
/// out[i] = Σ rows[j] over the j with indices[j] = indices[i], in order.
void sum_by_index(ConstView rows, ConstView indices, View out);

/// out[i…, indices[i…]] = 1, the rest 0; no negative indices here.
void one_hot(std::string_view op, ConstView indices, View out);

}  // namespace shikumi::kernels
