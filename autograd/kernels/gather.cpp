#include <shikumi/autograd/kernels/gather.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/kernels/detail/around_axis.hpp>
#include <shikumi/autograd/kernels/detail/dispatch_index.hpp>
#include <shikumi/autograd/kernels/detail/pieces.hpp>
#include <shikumi/autograd/kernels/threads.hpp>

namespace shikumi::kernels {

namespace {

using detail::AroundAxis;
using detail::dispatch_index;
using detail::items_per_piece;

Index resolve(std::string_view op, Index index, Index size, bool from_end) {
    if (index >= size || index < (from_end ? -size : 0))
        fail<ValueError>(op, "index ", index, " is outside an axis of size ", size,
                         from_end ? sentence() : sentence(": wanted 0 to ", size - 1));
    return index < 0 ? index + size : index;
}

// Numbers of 2⁶² and more are whole, and outside any axis.
template <class T>
Index resolve_whole(std::string_view op, T index, Index size, bool from_end) {
    constexpr T most = T{1ULL << 62};
    if (std::trunc(index) != index)  // NaN, too
        fail<ValueError>(op, "an index is a whole number, got ", static_cast<double>(index));
    return resolve(op, static_cast<Index>(std::clamp(index, -most, most)), size, from_end);
}

// All indices, checked before anything is written.
std::vector<Index> resolved(std::string_view op, ConstView indices, Index size,
                            bool from_end = true) {
    std::vector<Index> list(static_cast<std::size_t>(indices.size()));
    dispatch_index(indices.spec.dtype, [&]<class I>() {
        std::transform(indices.as<I>(), indices.as<I>() + list.size(), list.begin(), [&](I index) {
            return resolve(op, static_cast<Index>(index), size, from_end);
        });
    });
    return list;
}

// Integers wrap around.
template <class T>
void add(T& to, T x) {
    if constexpr (std::is_floating_point_v<T>)
        to += x;
    else if constexpr (std::is_same_v<T, bool>)
        to = to || x;
    else
        to = static_cast<T>(static_cast<std::uint64_t>(to) + static_cast<std::uint64_t>(x));
}

void clear(View out) {
    if (out.size() > 0) std::memset(out.data, 0, out.spec.bytes());
}

}  // namespace

void take(std::string_view op, ConstView x, ConstView indices, int axis, View out) {
    const AroundAxis from(x.spec.shape, axis);
    const std::vector<Index> list = resolved(op, indices, from.size);
    if (out.size() == 0) return;
    const auto count = static_cast<Index>(list.size());
    dispatch(storage_of(x.spec.dtype), [&]<class T>() {
        parallel_pieces(
            from.outer * count, items_per_piece(from.inner), [&](Index begin, Index end) {
                for (Index i = begin; i < end; ++i) {
                    const Index position = list[static_cast<std::size_t>(i % count)];
                    std::copy_n(x.as<T>() + (i / count * from.size + position) * from.inner,
                                from.inner, out.as<T>() + i * from.inner);
                }
            });
    });
}

void scatter_add(std::string_view op, ConstView x, ConstView indices, int axis, View out) {
    const AroundAxis to(out.spec.shape, axis);
    const std::vector<Index> list = resolved(op, indices, to.size);
    clear(out);
    if (x.size() == 0) return;
    const auto count = static_cast<Index>(list.size());
    dispatch(x.spec.dtype, [&]<class T>() {
        parallel_pieces(to.outer, items_per_piece(count * to.inner), [&](Index begin, Index end) {
            for (Index i = begin * count; i < end * count; ++i) {
                const Index position = list[static_cast<std::size_t>(i % count)];
                T* row = out.as<T>() + (i / count * to.size + position) * to.inner;
                for (Index j = 0; j < to.inner; ++j) add(row[j], x.as<T>()[i * to.inner + j]);
            }
        });
    });
}

void take_along(std::string_view op, ConstView x, ConstView indices, int axis, View out) {
    const AroundAxis from(x.spec.shape, axis), at(indices.spec.shape, axis);
    const std::vector<Index> list = resolved(op, indices, from.size);
    dispatch(storage_of(x.spec.dtype), [&]<class T>() {
        for (Index i = 0; i < out.size(); ++i) {
            const Index outer = i / (at.size * at.inner), inner = i % at.inner;
            out.as<T>()[i] =
                x.as<T>()[(outer * from.size + list[static_cast<std::size_t>(i)]) * at.inner +
                          inner];
        }
    });
}

void scatter_add_along(std::string_view op, ConstView x, ConstView indices, int axis, View out) {
    const AroundAxis to(out.spec.shape, axis), at(indices.spec.shape, axis);
    const std::vector<Index> list = resolved(op, indices, to.size);
    clear(out);
    dispatch(x.spec.dtype, [&]<class T>() {
        for (Index i = 0; i < x.size(); ++i) {
            const Index outer = i / (at.size * at.inner), inner = i % at.inner;
            add(out.as<T>()[(outer * to.size + list[static_cast<std::size_t>(i)]) * at.inner +
                            inner],
                x.as<T>()[i]);
        }
    });
}

void checked_indices(std::string_view op, ConstView indices, Index size, bool from_end, View out) {
    if (is_floating(indices.spec.dtype))
        return dispatch_floating(indices.spec.dtype, [&]<class T>() {
            std::transform(indices.as<T>(), indices.as<T>() + indices.size(), out.as<Index>(),
                           [&](T index) { return resolve_whole(op, index, size, from_end); });
        });
    std::ranges::copy(resolved(op, indices, size, from_end), out.as<Index>());
}

void put_rows(ConstView x, ConstView indices, ConstView rows, View out) {
    if (out.size() == 0) return;
    if (out.data != x.data) std::memcpy(out.data, x.data, out.spec.bytes());
    const std::size_t row = out.spec.bytes() / static_cast<std::size_t>(out.spec.shape.front());
    const auto* from = static_cast<const std::byte*>(rows.data);
    for (Index i = 0; i < indices.size(); ++i)
        std::memcpy(static_cast<std::byte*>(out.data) +
                        static_cast<std::size_t>(indices.as<Index>()[i]) * row,
                    from + static_cast<std::size_t>(i) * row, row);
}

void sum_by_index(ConstView rows, ConstView indices, View out) {
    if (out.size() == 0) return;
    const Index count = indices.size(), width = rows.size() / count;
    std::vector<std::pair<Index, Index>> order;  // (index, row)
    dispatch_index(indices.spec.dtype, [&]<class I>() {
        for (Index i = 0; i < count; ++i)
            order.emplace_back(static_cast<Index>(indices.as<I>()[i]), i);
    });
    std::ranges::sort(order);
    dispatch(rows.spec.dtype, [&]<class T>() {
        const auto row = [&](auto* data, std::size_t i) { return data + order[i].second * width; };
        for (std::size_t first = 0, next = 0; first < order.size(); first = next) {
            T* const sum = row(out.as<T>(), first);
            std::copy_n(row(rows.as<T>(), first), width, sum);
            for (next = first + 1; next < order.size() && order[next].first == order[first].first;
                 ++next) {
                for (Index j = 0; j < width; ++j) add(sum[j], row(rows.as<T>(), next)[j]);
            }
            for (std::size_t copy = first + 1; copy < next; ++copy)
                std::copy_n(sum, width, row(out.as<T>(), copy));
        }
    });
}

void one_hot(std::string_view op, ConstView indices, View out) {
    const Index depth = out.spec.shape.back();
    const std::vector<Index> list = resolved(op, indices, depth, false);
    clear(out);
    dispatch(storage_of(out.spec.dtype), [&]<class T>() {
        for (std::size_t i = 0; i < list.size(); ++i)
            out.as<T>()[static_cast<Index>(i) * depth + list[i]] = T{1};
    });
}

}  // namespace shikumi::kernels
