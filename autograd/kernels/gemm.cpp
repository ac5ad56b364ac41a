#include <shikumi/autograd/kernels/gemm.hpp>

#include <cblas.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <type_traits>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/kernels/detail/blas_kernels.hpp>
#include <shikumi/autograd/kernels/detail/blas_threads.hpp>
#include <shikumi/autograd/kernels/detail/onednn.hpp>
#include <shikumi/autograd/kernels/detail/pieces.hpp>
#include <shikumi/autograd/kernels/detail/scratch.hpp>
#include <shikumi/autograd/kernels/threads.hpp>

namespace shikumi::kernels {

namespace {

using detail::divide_up;
using detail::OneBlasThread;

// The product with the leading dimensions that weren't given.
Product with_leading_dimensions(Product p) {
    p.lda = std::max<Index>({1, p.lda, p.transpose_a ? p.m : p.k});
    p.ldb = std::max<Index>({1, p.ldb, p.transpose_b ? p.k : p.n});
    p.ldc = std::max(p.ldc, p.n);
    return p;
}

// Whether to transpose B before BLAS gets it. OpenBLAS's kernels for few rows of Bᵀ are up to three
// times as fast where they read B in the order of memory. Its kernels for very few columns of B are
// no faster than transposing B first, and allocate.
constexpr Index most_transposed = 8192;
bool worth_transposing(const Product& p) {
    if (p.transpose_a || p.n * p.k > most_transposed) return false;
    return p.transpose_b ? p.k <= 16 && p.k <= p.m : p.n <= 3 && p.k >= 32 && p.k <= 256;
}

// A product with all leading dimensions, as BLAS's arguments.
class Blas {
public:
    explicit Blas(const Product& p)
        : transpose_a_(p.transpose_a ? CblasTrans : CblasNoTrans),
          transpose_b_(p.transpose_b ? CblasTrans : CblasNoTrans),
          m_(static_cast<int>(p.m)),
          n_(static_cast<int>(p.n)),
          k_(static_cast<int>(p.k)),
          lda_(static_cast<int>(p.lda)),
          ldb_(static_cast<int>(p.ldb)),
          ldc_(static_cast<int>(p.ldc)),
          accumulate_(p.accumulate),
          turn_(worth_transposing(p)),
          may_use_threads_(detail::blas_may_use_threads(p.m, p.n, p.k)) {
        detail::choose_blas_kernels();
    }

    template <class T>
    void operator()(const T* a, const T* b, T* c) const {
        std::optional<OneBlasThread> one_thread;
        if (may_use_threads_) one_thread.emplace();
        if (!turn_) return call(transpose_b_, a, b, ldb_, c);
        const bool transposed = transpose_b_ == CblasTrans;
        const int columns = transposed ? k_ : n_, length = transposed ? n_ : k_;
        detail::SmallScratch<T> scratch(Index{columns} * length);
        T* const turned = scratch.data();
        for (Index i = 0; i < columns; ++i) gather_column(b + i, length, turned + i * length);
        call(transposed ? CblasNoTrans : CblasTrans, a, static_cast<const T*>(turned), length, c);
    }

private:
    void call(CBLAS_TRANSPOSE transpose_b, const float* a, const float* b, int ldb,
              float* c) const {
        cblas_sgemm(CblasRowMajor, transpose_a_, transpose_b, m_, n_, k_, 1, a, lda_, b, ldb,
                    accumulate_ ? 1.0F : 0.0F, c, ldc_);
    }
    void call(CBLAS_TRANSPOSE transpose_b, const double* a, const double* b, int ldb,
              double* c) const {
        cblas_dgemm(CblasRowMajor, transpose_a_, transpose_b, m_, n_, k_, 1, a, lda_, b, ldb,
                    accumulate_ ? 1.0 : 0.0, c, ldc_);
    }

    template <class T>
    void gather_column(const T* from, Index length, T* to) const {
        const Index step = ldb_;
        Index left = length;
        for (; left >= 4; left -= 4, from += 4 * step, to += 4) {
            to[0] = from[0];
            to[1] = from[step];
            to[2] = from[2 * step];
            to[3] = from[3 * step];
        }
        for (; left > 0; --left, from += step) *to++ = *from;
    }

    CBLAS_TRANSPOSE transpose_a_, transpose_b_;
    int m_, n_, k_, lda_, ldb_, ldc_;
    bool accumulate_, turn_, may_use_threads_;
};

// The size of the pieces into which C is cut.
struct PieceSize {
    Index rows, columns;
};

double operations(const Product& p) {
    return 2.0 * static_cast<double>(p.m) * static_cast<double>(p.n) * static_cast<double>(p.k);
}

constexpr double least_cut = 2e6;  // operations; smaller products stay in one piece

// Halves the longer side of C's pieces as long as the product is large enough. BLAS packs its
// operands for each piece, which costs relatively less for larger pieces: there are two pieces from
// `least_cut` operations on, and twice as many for each factor of 16.
PieceSize piece_size(const Product& p) {
    constexpr Index tile = 16;
    Index rows = 1, columns = 1;
    for (double enough = least_cut; operations(p) >= enough; enough *= 16) {
        const bool by_rows = p.m * columns > p.n * rows;
        if ((by_rows ? p.m / rows : p.n / columns) < 4 * tile) break;
        (by_rows ? rows : columns) *= 2;
    }
    return {divide_up(divide_up(p.m, rows), tile) * tile,
            divide_up(divide_up(p.n, columns), tile) * tile};
}

// Piece by piece. oneDNN is tried only for large products.
template <class T>
void multiply_floating(const Product& product, const void* a, const void* b, void* c) {
    const Product p = with_leading_dimensions(product);
    const bool large = operations(p) >= detail::onednn_least;
    const PieceSize piece = p.whole ? PieceSize{p.m, p.n} : piece_size(p);
    const Index across = divide_up(p.n, piece.columns);
    parallel_for(divide_up(p.m, piece.rows) * across, [&](Index block) {
        const Index i = block / across * piece.rows;
        const Index j = block % across * piece.columns;
        Product part = p;
        part.m = std::min(piece.rows, p.m - i);
        part.n = std::min(piece.columns, p.n - j);
        const T* const part_a = static_cast<const T*>(a) + (p.transpose_a ? i : i * p.lda);
        const T* const part_b = static_cast<const T*>(b) + (p.transpose_b ? j * p.ldb : j);
        T* const part_c = static_cast<T*>(c) + i * p.ldc + j;
        if constexpr (std::is_same_v<T, float>)
            if (large && detail::onednn_is_faster(part) &&
                detail::multiply_by_onednn(part, part_a, part_b, part_c))
                return;
        Blas{part}(part_a, part_b, part_c);
    });
}

template <class T>
void multiply_integer(const Product& p, const void* a, const void* b, void* c) {
    using Wrapping = std::make_unsigned_t<T>;
    const Index a_row = p.transpose_a ? 1 : p.k, a_column = p.transpose_a ? p.m : 1;
    const Index b_row = p.transpose_b ? 1 : p.n, b_column = p.transpose_b ? p.k : 1;
    const auto at = [](const void* matrix, Index i) {
        return static_cast<Wrapping>(static_cast<const T*>(matrix)[i]);
    };
    for (Index i = 0; i < p.m; ++i) {
        for (Index j = 0; j < p.n; ++j) {
            Wrapping sum = 0;
            for (Index l = 0; l < p.k; ++l)
                sum += at(a, i * a_row + l * a_column) * at(b, l * b_row + j * b_column);
            static_cast<T*>(c)[i * p.n + j] = static_cast<T>(sum);
        }
    }
}

// The number of matrices, and each axis's step from one to the next (0 where it is broadcast).
struct MatrixBatch {
    Index count = 1;
    Shape::Sizes sizes, steps_a, steps_b;
};

MatrixBatch batch_of(const Shape& a, const Shape& b, const Shape& out) {
    MatrixBatch batch;
    const auto size = [&](const Shape& s, int axis) {
        const int own = axis - (out.rank() - s.rank());
        return own < 0 ? Index{1} : s[own];
    };
    for (int i = 0; i < out.rank() - 2; ++i) {
        batch.sizes.push_back(out[i]);
        batch.steps_a.push_back(0);
        batch.steps_b.push_back(0);
        batch.count *= out[i];
    }
    Index step_a = 1, step_b = 1;
    for (int i = batch.sizes.rank() - 1; i >= 0; --i) {
        if (size(a, i) > 1) batch.steps_a[i] = step_a;
        if (size(b, i) > 1) batch.steps_b[i] = step_b;
        step_a *= size(a, i);
        step_b *= size(b, i);
    }
    return batch;
}

}  // namespace

void multiply(const Product& p, const void* a, const void* b, void* c) {
    if (p.m == 0 || p.n == 0) return;
    if (p.k == 0) {
        const auto row = static_cast<std::size_t>(std::max(p.ldc, p.n)) * size_of(p.dtype);
        for (Index i = 0; i < p.m && !p.accumulate; ++i)
            std::memset(static_cast<std::byte*>(c) + static_cast<std::size_t>(i) * row, 0,
                        static_cast<std::size_t>(p.n) * size_of(p.dtype));
        return;
    }
    if (std::max({p.m, p.n, p.k}) > std::numeric_limits<int>::max())
        fail<ShapeError>("matmul", "a product of ", p.m, " x ", p.k, " by ", p.k, " x ", p.n,
                         " exceeds BLAS's 32-bit sizes");
    switch (p.dtype) {
        case f32:
            return multiply_floating<float>(p, a, b, c);
        case f64:
            return multiply_floating<double>(p, a, b, c);
        case i32:
            return multiply_integer<std::int32_t>(p, a, b, c);
        case i64:
            return multiply_integer<std::int64_t>(p, a, b, c);
        default:
            fail<DTypeError>("matmul", "can't multiply ", p.dtype, " matrices");
    }
}

Prepared prepare_matmul(const Spec& a, bool transpose_a, const Spec& b, bool transpose_b,
                        const Spec& out) {
    if (a.shape.rank() != 2 || b.shape.rank() != 2 || !is_floating(out.dtype)) return {};
    const Product p{.dtype = out.dtype,
                    .transpose_a = transpose_a,
                    .transpose_b = transpose_b,
                    .m = out.shape[0],
                    .n = out.shape[1],
                    .k = a.shape[transpose_a ? 0 : 1]};
    if (out.size() == 0 || p.k == 0 || operations(p) >= least_cut) return {};
    const auto prepared = [blas = Blas(with_leading_dimensions(p))]<class T>() -> Prepared {
        return [blas](const void* const* in, void* c) {
            blas(static_cast<const T*>(in[0]), static_cast<const T*>(in[1]), static_cast<T*>(c));
        };
    };
    return p.dtype == f32 ? prepared.operator()<float>() : prepared.operator()<double>();
}

void matmul(ConstView a, bool transpose_a, ConstView b, bool transpose_b, View out) {
    const Shape& sa = a.spec.shape;
    const int rank = out.spec.shape.rank();
    Product p{.dtype = out.spec.dtype, .transpose_a = transpose_a, .transpose_b = transpose_b};
    p.m = out.spec.shape[rank - 2];
    p.n = out.spec.shape[rank - 1];
    p.k = sa[sa.rank() - (transpose_a ? 2 : 1)];

    if (rank == 2 && sa.rank() == 2) return multiply(p, a.data, b.data, out.data);
    const MatrixBatch batch = batch_of(sa, b.spec.shape, out.spec.shape);
    const auto matrices = [](const View& v, Index rows, Index columns) {
        return rows * columns == 0 ? Index{0} : v.size() / (rows * columns);
    };
    const Index matrices_b = matrices({nullptr, b.spec}, p.k, p.n);
    const Index matrices_a = matrices({nullptr, a.spec}, p.m, p.k);
    // One matrix on the right multiplies all rows on the left at once.
    if (!transpose_a && matrices_b == 1 && matrices_a == batch.count) {
        p.m *= batch.count;
        return multiply(p, a.data, b.data, out.data);
    }

    const auto bytes = static_cast<Index>(size_of(p.dtype));
    const auto piece = static_cast<Index>(1e6 / std::clamp(operations(p), 1.0, 1e6));
    parallel_pieces(batch.count, piece, [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) {
            Index at_a = 0, at_b = 0;
            Index rest = i;
            for (int axis = batch.sizes.rank() - 1; axis >= 0; --axis) {
                const Index position = rest % batch.sizes[axis];
                rest /= batch.sizes[axis];
                at_a += position * batch.steps_a[axis];
                at_b += position * batch.steps_b[axis];
            }
            multiply(p, static_cast<const std::byte*>(a.data) + at_a * p.m * p.k * bytes,
                     static_cast<const std::byte*>(b.data) + at_b * p.k * p.n * bytes,
                     static_cast<std::byte*>(out.data) + i * p.m * p.n * bytes);
        }
    });
}

}  // namespace shikumi::kernels
