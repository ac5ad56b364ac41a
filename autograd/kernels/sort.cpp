#include <shikumi/autograd/kernels/sort.hpp>

#include <algorithm>
#include <numeric>
#include <vector>

#include <shikumi/autograd/kernels/detail/around_axis.hpp>
#include <shikumi/autograd/kernels/detail/pieces.hpp>
#include <shikumi/autograd/kernels/detail/scratch.hpp>
#include <shikumi/autograd/kernels/threads.hpp>

namespace shikumi::kernels {

namespace {

using detail::AroundAxis;

// A strict order of positions: by value, then by place, NaN behind all numbers.
template <class T>
struct Before {
    const T* x;
    bool descending;

    bool operator()(Index a, Index b) const {
        const T u = x[a], v = x[b];
        const bool no_u = u != u, no_v = v != v;
        if (no_u || no_v) return no_u == no_v ? a < b : no_v;
        if (u == v) return a < b;
        return descending ? v < u : u < v;
    }
};

}  // namespace

void arg_sort(bool descending, ConstView x, int axis, View out) {
    if (out.size() == 0) return;
    const AroundAxis from(x.spec.shape, axis), to(out.spec.shape, axis);
    const Index lines = from.outer * from.inner;
    dispatch(storage_of(x.spec.dtype), [&]<class T>() {
        parallel_pieces(
            lines, detail::items_per_piece(16 * from.size), [&](Index begin, Index end) {
                const detail::Scratch<T> line(from.size);
                std::vector<Index> order(static_cast<std::size_t>(from.size));
                const Before<T> before{line.data(), descending};
                for (Index i = begin; i < end; ++i) {
                    const Index outer = i / from.inner, inner = i % from.inner;
                    const T* const first = x.as<T>() + outer * from.size * from.inner + inner;
                    for (Index k = 0; k < from.size; ++k) line[k] = first[k * from.inner];
                    std::iota(order.begin(), order.end(), Index{0});
                    if (to.size == from.size)
                        std::sort(order.begin(), order.end(), before);
                    else
                        std::partial_sort(order.begin(), order.begin() + to.size, order.end(),
                                          before);
                    auto* const place = out.as<std::int64_t>() + outer * to.size * to.inner + inner;
                    for (Index k = 0; k < to.size; ++k)
                        place[k * to.inner] = order[static_cast<std::size_t>(k)];
                }
            });
    });
}

}  // namespace shikumi::kernels
