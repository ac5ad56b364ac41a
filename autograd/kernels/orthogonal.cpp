#include <shikumi/autograd/kernels/orthogonal.hpp>

#include <cmath>

#include <shikumi/autograd/kernels/detail/lapack.hpp>
#include <shikumi/autograd/kernels/detail/matrices.hpp>
#include <shikumi/autograd/kernels/detail/scratch.hpp>
#include <shikumi/autograd/kernels/gemm.hpp>

namespace shikumi::kernels {

namespace {

using detail::SmallScratch;

// LAPACK need not come back from NaN.
void want_finite(std::string_view op, const double* a, Index count, const Shape& batch, Index i) {
    if (!std::all_of(a, a + count, [](double x) { return std::isfinite(x); }))
        fail<ValueError>(op, detail::which_matrix(batch, i), " holds NaN or infinity");
}

void want_success(std::string_view op, bool success, const Shape& batch, Index i) {
    if (!success)
        fail<ValueError>(op, "LAPACK found no decomposition of ", detail::which_matrix(batch, i));
}

// Whether the number of largest magnitude among x[0], x[step], … is negative.
bool points_down(const double* x, Index count, Index step) {
    double largest = 0;
    for (Index i = 0; i < count; ++i) {
        if (std::abs(x[i * step]) > std::abs(largest)) largest = x[i * step];
    }
    return largest < 0;
}

void negate(double* x, Index count, Index step) {
    for (Index i = 0; i < count; ++i) x[i * step] = -x[i * step];
}

// The sizes of a batch of matrices.
struct Sizes {
    Sizes(std::string_view op, const Shape& shape)
        : batch(detail::batch_of(shape, 2)),
          m(shape[shape.rank() - 2]),
          n(shape[shape.rank() - 1]),
          k(std::min(m, n)) {
        detail::want_lapack_size(op, m, n);
    }
    Shape batch;
    Index m, n, k;
};

// The decomposition of one matrix, which is overwritten.
void decompose(std::string_view op, const Sizes& sizes, Index i, double* a, double* s, double* u,
               double* vh) {
    const auto [batch, m, n, k] = sizes;
    want_finite(op, a, m * n, batch, i);
    want_success(op, detail::singular(a, m, n, s, u, vh), batch, i);
    for (Index j = 0; u && j < k; ++j) {
        if (!points_down(u + j, m, k)) continue;
        negate(u + j, m, k);
        negate(vh + j * n, n, 1);
    }
}

}  // namespace

void qr(ConstView a, View q, View r) {
    const Sizes sizes("qr", a.spec.shape);
    const Index m = sizes.m, n = sizes.n;
    detail::for_each_matrix(sizes.batch.size(), std::max(m, n), [&](Index i) {
        SmallScratch<double> left(m * n), right(n * n);
        detail::load(a, i * m * n, m * n, left.data());
        detail::factor_qr(left.data(), m, n, right.data());
        for (Index j = 0; j < n; ++j) {
            if (!std::signbit(right.data()[j * n + j])) continue;
            negate(left.data() + j, m, n);
            negate(right.data() + j * n + j, n - j, 1);
        }
        detail::store(left.data(), i * m * n, m * n, q);
        detail::store(right.data(), i * n * n, n * n, r);
    });
}

void eigh(std::string_view op, ConstView a, View values, View vectors) {
    const Sizes sizes(op, a.spec.shape);
    const Index n = sizes.n;
    detail::for_each_matrix(sizes.batch.size(), n, [&](Index i) {
        SmallScratch<double> own(n * n), turned(n * n), w(n);
        double* const rows = own.data();
        detail::load(a, i * n * n, n * n, rows);
        want_finite(op, rows, n * n, sizes.batch, i);
        want_success(op, detail::eigen(rows, n, true, w.data()), sizes.batch, i);
        for (Index j = 0; j < n; ++j) {
            const double sign = points_down(rows + j * n, n, 1) ? -1 : 1;
            for (Index l = 0; l < n; ++l) turned.data()[l * n + j] = sign * rows[j * n + l];
        }
        detail::store(w.data(), i * n, n, values);
        detail::store(turned.data(), i * n * n, n * n, vectors);
    });
}

void eigvalsh(std::string_view op, ConstView a, View values) {
    const Sizes sizes(op, a.spec.shape);
    const Index n = sizes.n;
    detail::for_each_matrix(sizes.batch.size(), n, [&](Index i) {
        SmallScratch<double> own(n * n), w(n);
        detail::load(a, i * n * n, n * n, own.data());
        want_finite(op, own.data(), n * n, sizes.batch, i);
        want_success(op, detail::eigen(own.data(), n, false, w.data()), sizes.batch, i);
        detail::store(w.data(), i * n, n, values);
    });
}

void svd(std::string_view op, ConstView a, View u, View s, View vh) {
    const Sizes sizes(op, a.spec.shape);
    const auto [batch, m, n, k] = sizes;
    detail::for_each_matrix(batch.size(), std::max(m, n), [&, m = m, n = n, k = k](Index i) {
        SmallScratch<double> own(m * n), left(m * k), right(k * n), w(k);
        detail::load(a, i * m * n, m * n, own.data());
        decompose(op, sizes, i, own.data(), w.data(), left.data(), right.data());
        detail::store(left.data(), i * m * k, m * k, u);
        detail::store(w.data(), i * k, k, s);
        detail::store(right.data(), i * k * n, k * n, vh);
    });
}

void svdvals(std::string_view op, ConstView a, View s) {
    const Sizes sizes(op, a.spec.shape);
    const auto [batch, m, n, k] = sizes;
    detail::for_each_matrix(batch.size(), std::max(m, n), [&, m = m, n = n, k = k](Index i) {
        SmallScratch<double> own(m * n), w(k);
        detail::load(a, i * m * n, m * n, own.data());
        decompose(op, sizes, i, own.data(), w.data(), nullptr, nullptr);
        detail::store(w.data(), i * k, k, s);
    });
}

void pinv(std::string_view op, ConstView a, double smallest, View out) {
    const Sizes sizes(op, a.spec.shape);
    const auto [batch, m, n, k] = sizes;
    detail::for_each_matrix(batch.size(), std::max(m, n), [&, m = m, n = n, k = k](Index i) {
        SmallScratch<double> own(m * n), left(m * k), right(k * n), w(k), inverse(n * m);
        detail::load(a, i * m * n, m * n, own.data());
        decompose(op, sizes, i, own.data(), w.data(), left.data(), right.data());
        for (Index j = 0; j < k; ++j) {
            const double s = w.data()[j];
            const double factor = s > smallest * w.data()[0] ? 1 / s : 0;
            for (Index l = 0; l < n; ++l) right.data()[j * n + l] *= factor;
        }
        multiply({.dtype = f64, .transpose_a = true, .transpose_b = true, .m = n, .n = m, .k = k},
                 right.data(), left.data(), inverse.data());
        detail::store(inverse.data(), i * n * m, n * m, out);
    });
}

namespace {

// The sizes and the matrices of one product with a diagonal.
struct Turned {
    Turned(const Shape& left, const Shape& right, bool transposed)
        : m(left[left.rank() - 2]),
          k(left.back()),
          n(transposed ? right[right.rank() - 2] : right.back()),
          count(detail::batch_of(left, 2).size()) {}
    Index m, k, n, count;
};

}  // namespace

void from_diagonal(ConstView left, ConstView middle, ConstView right, bool transposed, View out) {
    const Turned t(left.spec.shape, right.spec.shape, transposed);
    detail::for_each_matrix(t.count, std::max(t.m, t.n), [&](Index i) {
        dispatch_floating(out.spec.dtype, [&]<class T>() {
            SmallScratch<T> scaled(t.m * t.k);
            const T* const u = left.as<T>() + i * t.m * t.k;
            const T* const c = middle.as<T>() + i * t.k;
            for (Index row = 0; row < t.m; ++row) {
                for (Index j = 0; j < t.k; ++j)
                    scaled.data()[row * t.k + j] = u[row * t.k + j] * c[j];
            }
            multiply(
                {.dtype = out.spec.dtype, .transpose_b = transposed, .m = t.m, .n = t.n, .k = t.k},
                scaled.data(), right.as<T>() + i * t.k * t.n, out.as<T>() + i * t.m * t.n);
        });
    });
}

void to_diagonal(ConstView left, ConstView middle, ConstView right, bool transposed, View out) {
    const Turned t(left.spec.shape, right.spec.shape, transposed);
    detail::for_each_matrix(t.count, std::max(t.m, t.n), [&](Index i) {
        dispatch_floating(out.spec.dtype, [&]<class T>() {
            SmallScratch<T> product(t.m * t.k);
            multiply(
                {.dtype = out.spec.dtype, .transpose_b = !transposed, .m = t.m, .n = t.k, .k = t.n},
                middle.as<T>() + i * t.m * t.n, right.as<T>() + i * t.k * t.n, product.data());
            const T* const u = left.as<T>() + i * t.m * t.k;
            T* const d = out.as<T>() + i * t.k;
            std::fill_n(d, t.k, T{0});
            for (Index row = 0; row < t.m; ++row) {
                for (Index j = 0; j < t.k; ++j)
                    d[j] += u[row * t.k + j] * product.data()[row * t.k + j];
            }
        });
    });
}

}  // namespace shikumi::kernels
