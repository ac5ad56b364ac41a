// Batches of matrices for LAPACK: which matrix of an array belongs to which of a result, numbers as
// doubles, and the words by which errors name one.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/kernels/detail/blas_kernels.hpp>
#include <shikumi/autograd/kernels/detail/blas_threads.hpp>
#include <shikumi/autograd/kernels/threads.hpp>
#include <shikumi/autograd/kernels/view.hpp>

namespace shikumi::kernels::detail {

/// The axes in front of the last `own` ones.
inline Shape batch_of(const Shape& shape, int own) {
    const Shape::Sizes sizes = shape.sizes();
    return Shape(std::span(sizes.begin(), sizes.end() - own));
}

/// Which matrix of an array with the batch axes `own` belongs to matrix i of a result with the
/// batch axes `all`, to which they broadcast.
inline Index matrix_number(const Shape& own, const Shape& all, Index i) {
    if (own == all) return i;
    Index number = 0, step = 1;
    for (int axis = all.rank() - 1, mine = own.rank() - 1; mine >= 0; --axis, --mine) {
        if (own[mine] > 1) number += i % all[axis] * step;
        i /= all[axis];
        step *= own[mine];
    }
    return number;
}

/// "the matrix", or "matrix (1, 0) of the batch".
inline std::string which_matrix(const Shape& batch, Index i) {
    if (batch.rank() == 0) return "the matrix";
    Shape::Sizes place = batch.sizes();
    for (int axis = batch.rank() - 1; axis >= 0; --axis) {
        place[axis] = i % batch[axis];
        i /= batch[axis];
    }
    return sentence("matrix ", Shape(place), " of the batch");
}

/// `count` numbers of `from`, which is f32 or f64, from `begin` on, as doubles.
inline void load(const ConstView& from, Index begin, Index count, double* to) {
    dispatch_floating(from.spec.dtype,
                      [&]<class T>() { std::copy_n(from.as<T>() + begin, count, to); });
}
/// `count` doubles, rounded to the dtype of `to`.
inline void store(const double* from, Index begin, Index count, const View& to) {
    dispatch_floating(to.spec.dtype, [&]<class T>() {
        std::transform(from, from + count, to.as<T>() + begin,
                       [](double x) { return static_cast<T>(x); });
    });
}

/// Calls f(i) for each of `count` matrices of about n x n numbers, on any threads, while BLAS and
/// LAPACK compute with one thread: so neither of the numbers of threads changes bits. Where several
/// calls throw, the error is that of the lowest number.
template <class F>
void for_each_matrix(Index count, Index n, F&& f) {
    if (count == 0) return;
    choose_blas_kernels();
    std::optional<OneBlasThread> one_thread;
    if (n >= 16) one_thread.emplace();  // below that OpenBLAS starts none
    const double work = 10 * static_cast<double>(n) * static_cast<double>(n * n);
    const auto piece = static_cast<Index>(1e6 / std::clamp(work, 1.0, 1e6));
    parallel_pieces(count, piece, [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) f(i);
    });
}

}  // namespace shikumi::kernels::detail
