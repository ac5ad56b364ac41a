// Sparsemax: the nearest point of the simplex.
#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/detail/around_axis.hpp>
#include <shikumi/autograd/kernels/view.hpp>
#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

// τ with Σ max(z - τ, 0) = 1 for numbers in falling order, the first of which is 0: the k largest
// ones are above it, and k is the last one for which 1 + k z_k exceeds their sum.
template <class T>
double tau_of(const std::vector<T>& falling) {
    double sum = 0, tau = 0;
    for (std::size_t k = 0; k < falling.size(); ++k) {
        const auto z = static_cast<double>(falling[k]), count = static_cast<double>(k + 1);
        sum += z;
        if (!(1 + count * z > sum)) break;
        tau = (sum - 1) / count;
    }
    return tau;
}

// z becomes max(x - τ, 0). Less the largest x, no sum loses what decides; NaN makes all elements
// NaN.
template <class T>
void sparsemax_row(std::vector<T>& z, std::vector<T>& falling) {
    T largest = z.front();
    for (const T x : z) largest = x > largest || std::isnan(x) ? x : largest;
    if (std::isnan(largest)) {
        std::ranges::fill(z, largest);
        return;
    }
    for (T& x : z) x = x == largest ? T{0} : x - largest;
    falling = z;
    std::ranges::sort(falling, std::greater<>());
    const double tau = tau_of(falling);
    for (T& x : z) x = static_cast<T>(std::max(x - tau, 0.0));
}

template <class T>
void sparsemax_rows(ConstView x, int axis, View out) {
    const kernels::detail::AroundAxis around(x.spec.shape, axis);
    if (around.size == 0) return;
    const T* const from = x.as<T>();
    T* const to = out.as<T>();
    std::vector<T> row(static_cast<std::size_t>(around.size)), falling;
    for (Index i = 0; i < around.outer * around.inner; ++i) {
        const Index first = i / around.inner * around.size * around.inner + i % around.inner;
        for (std::size_t k = 0; k < row.size(); ++k)
            row[k] = from[first + static_cast<Index>(k) * around.inner];
        sparsemax_row(row, falling);
        for (std::size_t k = 0; k < row.size(); ++k)
            to[first + static_cast<Index>(k) * around.inner] = row[k];
    }
}

// p = max(x - τ, 0) with Σ p = 1; for the elements with p > 0, g less the mean of their g
struct Sparsemax final : General {
    explicit Sparsemax(int a) : axis(a) {}
    bool operator==(const Sparsemax&) const = default;
    std::string_view name() const noexcept override { return "sparsemax"; }
    Spec infer(Specs in) const override {
        detail::want_floating(name(), in[0]);
        return in[0];
    }
    void eval(ConstViews in, View out) const override {
        dispatch_floating(out.spec.dtype, [&]<class T>() { sparsemax_rows<T>(in[0], axis, out); });
    }
    Tensor vjp(int, Tensors, const Tensor& p, const Tensor& g) const override {
        const Tensor above = p > 0, kept = where(above, g, 0);
        const Tensor count = sum(above.cast(p.dtype()), axis, true);
        return where(above, kept - sum(kept, axis, true) / count, 0);
    }
    Tensor jvp(Tensors, const Tensor& p, Tensors t) const override { return vjp(0, {}, p, t[0]); }
    Tensor batched(const MappedInputs& in) const override {
        return record(Sparsemax(axis + 1), in[0]);
    }

    int axis;
};

}  // namespace

Tensor activations::sparsemax(const Tensor& x) { return shikumi::sparsemax(x, -1); }

Tensor sparsemax(const Tensor& x, Integer axis) {
    return record(Sparsemax(normalize_axis("sparsemax", axis, x.rank())), x);
}

}  // namespace shikumi
