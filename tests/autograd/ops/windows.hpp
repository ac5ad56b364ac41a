// The reference for convolution and pooling: windows over one to three axes, one element at a time.
#pragma once

#include <functional>
#include <vector>

#include "op_table.hpp"

namespace shikumi_test {

/// How a window moves, for each axis; 1 (or 0 before) where a list is shorter.
struct Slid {
    std::vector<Index> stride = {}, dilation = {}, before = {};
    Index groups = 1;
};

/// Calls f(position, tap) for each element that a window of `size` sees at the place `p`: positions
/// in x of `shape` without the channel; taps are numbered.
void for_each_seen(const Slid& s, const Position& size, const Shape& shape, const Position& p,
                   const std::function<void(const Position&, Index)>& f);

/// Calls f(in x, in the kernel, in y) for each product that a convolution adds up, all positions
/// complete.
using Triple = std::function<void(const Position&, const Position&, const Position&)>;
void for_each_product(const Slid& s, const Shape& x, const Shape& kernel, const Shape& y,
                      const Triple& f);

Values convolved(const Slid& s, const Values& x, const Values& kernel, const Shape& y);
Values convolved_back(const Slid& s, const Values& y, const Values& kernel, const Shape& x);
Values correlated(const Slid& s, const Values& x, const Values& y, const Shape& kernel);

}  // namespace shikumi_test
