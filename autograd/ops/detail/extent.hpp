// What a slice takes of an axis.
#pragma once

#include <shikumi/autograd/ops/arguments.hpp>

namespace shikumi::detail {

/// The first position of a slice and how many positions it has.
struct Extent {
    Index start, count;
};

/// What `range` takes of an axis of `size` elements. Throws ValueError for a step of 0.
Extent extent(const Slice& range, Index size);

}  // namespace shikumi::detail
