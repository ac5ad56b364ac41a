#include <shikumi/autograd/kernels/cumulative.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include <shikumi/autograd/kernels/detail/around_axis.hpp>
#include <shikumi/autograd/kernels/detail/pieces.hpp>
#include <shikumi/autograd/kernels/threads.hpp>

namespace shikumi::kernels {

namespace {

using detail::AroundAxis;
using detail::items_per_piece;

// In which sums of T are added up: unsigned, since that may wrap around.
template <class T>
using Total = std::conditional_t<std::is_floating_point_v<T>, double, std::uint64_t>;

// f(first element of an outer array) for each of them, on all threads.
template <class F>
void for_each_outer(const AroundAxis& x, F f) {
    const Index each = x.size * x.inner;
    parallel_pieces(x.outer, items_per_piece(each), [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) f(i * each);
    });
}

template <class T, class R>
void sum_up(bool backwards, const AroundAxis& around, const T* x, R* out) {
    for_each_outer(around, [&](Index first) {
        std::vector<Total<T>> total(static_cast<std::size_t>(around.inner), 0);
        for (Index i = 0; i < around.size; ++i) {
            const Index row = first + (backwards ? around.size - 1 - i : i) * around.inner;
            for (Index j = 0; j < around.inner; ++j) {
                Total<T>& sum = total[static_cast<std::size_t>(j)];
                sum += static_cast<Total<T>>(x[row + j]);
                out[row + j] = static_cast<R>(sum);
            }
        }
    });
}

template <class T>
void log_sum_exp_row(Index n, const T* x, T* out) {
    double most = -std::numeric_limits<double>::infinity(), sum = 0;  // of exp(x - most)
    for (Index i = 0; i < n; ++i) {
        const double next = x[i];
        if (next > most) {
            sum = sum * std::exp(most - next) + 1;
            most = next;
        } else if (next == most) {
            sum += 1;
        } else {
            sum += std::exp(next - most);
        }
        out[i] = static_cast<T>(std::isinf(most) ? most + (std::isnan(sum) ? sum : 0)
                                                 : most + std::log(sum));
    }
}

}  // namespace

void cumulative_sum(bool backwards, ConstView x, int axis, View out) {
    if (out.size() == 0) return;
    const AroundAxis around(x.spec.shape, axis);
    dispatch(x.spec.dtype, [&]<class T>() {
        using R = std::conditional_t<std::is_floating_point_v<T>, T, std::int64_t>;
        sum_up(backwards, around, x.as<T>(), out.as<R>());
    });
}

void cumulative_arg(bool largest, ConstView x, int axis, View out) {
    if (out.size() == 0) return;
    const AroundAxis around(x.spec.shape, axis);
    dispatch(storage_of(x.spec.dtype), [&]<class T>() {
        const T* const from = x.as<T>();
        auto* const to = out.as<std::int64_t>();
        const auto takes_over = [&](T next, T best) {
            return next != next || (largest ? next >= best : next <= best);
        };
        for_each_outer(around, [&](Index first) {
            std::fill_n(to + first, around.inner, 0);
            for (Index i = 1; i < around.size; ++i) {
                for (Index j = 0; j < around.inner; ++j) {
                    const Index at = first + i * around.inner + j;
                    const Index best = to[at - around.inner];
                    to[at] = takes_over(from[at], from[first + best * around.inner + j]) ? i : best;
                }
            }
        });
    });
}

void log_cumulative_sum_exp(ConstView x, View out) {
    if (out.size() == 0) return;
    const Index n = x.spec.shape.back();
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        parallel_pieces(x.size() / n, items_per_piece(8 * n), [&](Index begin, Index end) {
            for (Index row = begin; row < end; ++row)
                log_sum_exp_row(n, x.as<T>() + row * n, out.as<T>() + row * n);
        });
    });
}

}  // namespace shikumi::kernels
