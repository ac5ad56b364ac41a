// Rows of a table by index: for embeddings, and for optimisers that change a few rows of a weight.
#pragma once

#include <string_view>

#include <shikumi/autograd/core/named_function.hpp>
#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::detail {

/// The indices as i64 from 0 to size - 1, negative ones counted from the end if `from_end`. They
/// are integers, or whole numbers as f32 or f64, else DTypeError; one outside, or that isn't whole,
/// throws ValueError when it is evaluated. Errors name `op`, whose indices they are.
Tensor checked_indices(StaticName op, const Tensor& indices, Index size, bool from_end = false);

/// x with other rows: out[indices[i]] = rows[i], the last one where an index occurs again. Throws
/// ShapeError or DTypeError where the rows don't fit the table.
Tensor put_rows(const Tensor& x, const Tensor& indices, const Tensor& rows);

/// Zeros (size), to whose element indices[i] values[i] is added, for each i. Throws DTypeError for
/// values of bool and for other indices than integers, ShapeError where the shapes differ;
/// ValueError, when it is evaluated, for an index outside. Errors name `op`.
Tensor sum_at(std::string_view op, const Tensor& values, const Tensor& indices, Index size);

/// Each row replaced by the sum of all rows that have the same index.
Tensor sum_by_index(const Tensor& rows, const Tensor& indices);

/// A sparse gradient: rows of a table and the index of each; rows with the same index add up.
struct IndexedRows {
    Tensor indices, rows;
    bool defined() const noexcept { return rows.defined(); }
};

/// The rows of which `gradient` consists, where it is the pending gradient of a table through a
/// single `take` of its rows; else undefined.
IndexedRows indexed_rows_of(const Tensor& gradient);

}  // namespace shikumi::detail
