// Lists of positions that are known when they are recorded.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/memory/array.hpp>

namespace shikumi::detail {

/// position(0), position(1), … under a shape, as i64. Throws MemoryError where there is no room.
template <class F>
Tensor index_list(const Shape& shape, F position) {
    Array list({shape, i64});
    Index i = 0;
    for (Index& at : list.mutable_data<Index>()) at = position(i++);
    return Tensor(list);
}

}  // namespace shikumi::detail
