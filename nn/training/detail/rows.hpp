// Batches: rows of an array, copied. No graph is involved.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include <shikumi/autograd/memory/array.hpp>

namespace shikumi::nn::detail {

/// Throws ValueError naming `caller` unless it is positive.
void check_batch_size(std::string_view caller, Index batch_size);
/// first, first + 1, … below last.
std::vector<Index> in_order(Index first, Index last);
/// `rows` cut into pieces of `batch_size`; the last may be shorter.
std::vector<std::span<const Index>> batches(std::span<const Index> rows, Index batch_size);
/// Those rows (entries of the first axis) of `from`.
Array gather(const Array& from, std::span<const Index> rows);
/// Copies `rows` over those of `to` that begin at `first`.
void put(const Array& rows, Array& to, Index first);
/// The first row that holds a NaN or an infinity; -1 where none does.
Index non_finite_row(const Array& values);

}  // namespace shikumi::nn::detail
