// Infinite numbers, and numbers that are nearly equal.
#include <array>
#include <cmath>
#include <limits>

#include <shikumi/autograd/ops/detail/axes.hpp>
#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/detail/pointwise.hpp>
#include <shikumi/autograd/ops/detail/recomputable.hpp>

namespace shikumi {

namespace {

// Whether a real number is infinite.
struct IsInf final : Pointwise, detail::Recomputable {
    std::string_view name() const noexcept override { return "isinf"; }
    Spec infer(Specs in) const override { return {floating_spec(name(), in).shape, bool_}; }
    kernels::BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, [](auto x) { return std::isinf(x); });
    }
    Tensor partial(int, Tensors, const Tensor&) const override { return {}; }
};

// The largest finite number of a dtype, f32 or f64.
double largest(DType t) {
    return t == f32 ? double{std::numeric_limits<float>::max()}
                    : std::numeric_limits<double>::max();
}

}  // namespace

Tensor(isinf)(const Tensor& x) { return record(IsInf{}, x); }

Tensor nan_to_num(const Tensor& x, const Replacements& by) {
    detail::want_floating("nan_to_num", x.spec());
    const Tensor infinite =
        where(x > 0, scalar(by.infinity.value_or(largest(x.dtype())), x.dtype()),
              by.negative_infinity.value_or(-largest(x.dtype())));
    return where(isfinite(x), x, where(isnan(x), scalar(by.nan, x.dtype()), infinite));
}

Tensor isclose(const Tensor& a, const Tensor& b, const Closeness& within) {
    if (!(within.relative >= 0) || !(within.absolute >= 0))
        fail<ValueError>("isclose", "wants tolerances of at least 0, got ", within.relative,
                         " and ", within.absolute);
    const std::array<const Spec*, 2> specs{&a.spec(), &b.spec()};
    if (!is_floating(pointwise_spec("isclose", specs).dtype)) return equal(a, b);
    const Tensor same = equal(a, b);
    const Tensor near = abs(a - b) <= within.absolute + within.relative * abs(b);
    const Tensor close = same | (near & isfinite(b));
    return within.equal_nan ? close | (isnan(a) & isnan(b)) : close;
}

bool allclose(const Tensor& a, const Tensor& b, const Closeness& within) {
    return all(isclose(a, b, within)).item<bool>();
}

Tensor count_nonzero(const Tensor& x, const Axes& axes, Boolean keepdims) {
    detail::axis_set("count_nonzero", axes, x.rank());
    return sum((x.dtype() == bool_ ? x : not_equal(x, 0)).cast(i64), axes, keepdims);
}

}  // namespace shikumi
