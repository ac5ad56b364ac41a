// The Γ function's logarithm and the derivatives of that.
#include <shikumi/autograd/kernels/special.hpp>
#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/detail/scalar_kernel.hpp>

namespace shikumi {

namespace {

// ψ⁽ⁿ⁾(x); ψ⁽ⁿ⁺¹⁾(x)
Tensor derivative_of_digamma(const Tensor& x, const Tensor& n) {
    return detail::of_order<"polygamma", kernels::polygamma>(
        x, n, [](auto& t, auto& order, auto&) { return derivative_of_digamma(t, order + 1); });
}

}  // namespace

Tensor lgamma(const Tensor& x) {
    return detail::special<"lgamma", kernels::lgamma>(x, [](auto& t, auto&) { return digamma(t); });
}
Tensor digamma(const Tensor& x) {
    return detail::special<"digamma", kernels::digamma>(
        x, [](auto& t, auto&) { return polygamma(1, t); });
}
Tensor polygamma(Integer n, const Tensor& x) {
    detail::want_floating("polygamma", x.spec());
    if (n < 0 || n > 100)
        fail<ValueError>("polygamma", "wants an order from 0 to 100, got ", Index{n});
    return n == 0 ? digamma(x) : derivative_of_digamma(x, scalar(Index{n}, x.dtype()));
}

}  // namespace shikumi
