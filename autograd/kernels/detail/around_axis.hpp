// A shape seen from one of its axes.
#pragma once

#include <shikumi/autograd/core/shape.hpp>

namespace shikumi::kernels::detail {

/// A shape as (outer, size, inner): the axes before one axis, that axis, and those after it.
struct AroundAxis {
    AroundAxis(const Shape& shape, int axis) : size(shape[axis]) {
        for (int i = 0; i < axis; ++i) outer *= shape[i];
        for (int i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
    }

    Index outer = 1, size, inner = 1;
};

}  // namespace shikumi::kernels::detail
