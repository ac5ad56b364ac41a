// Rows of arrays: chosen, copied, checked. No graph is involved.
#pragma once

#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/memory/array.hpp>

namespace shikumi::nn::detail {

/// Throws ValueError beginning with `caller` unless the batch size is positive.
void check_batch_size(std::string_view caller, Index batch_size);
/// The numbers first, first + 1, … below last.
std::vector<Index> in_order(Index first, Index last);
/// Rows that come piece by piece.
class Rows {
public:
    /// Adds rows at the end.
    void add(Array rows) { pieces_.push_back(std::move(rows)); }
    /// All rows as one array. Throws StateError where there was no piece.
    Array joined() const;

private:
    std::vector<Array> pieces_;
};
/// The first row that holds NaN or infinity; -1 where none does.
Index non_finite_row(const Array& values);

}  // namespace shikumi::nn::detail
