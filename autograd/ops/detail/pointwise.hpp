// What the pointwise operations share.
#pragma once

#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::detail {

/// A pointwise operation on f32 and f64 only.
struct FloatingOp : Pointwise {
    Spec infer(Specs in) const override {
        return alike(in) && is_floating(in[0].dtype) ? in[0] : floating_spec(name(), in);
    }
};

/// A pointwise operation on every dtype but bool.
struct NumericOp : Pointwise {
    Spec infer(Specs in) const override {
        return alike(in) && in[0].dtype != bool_ ? in[0] : numeric_spec(name(), in);
    }
};

/// `value` as a scalar of the tensor's dtype. Throws DTypeError where that would change it: a real
/// number next to integers, 300 next to u8, 2 next to bool.
Tensor literal(std::string_view op, Scalar value, DType dtype);

/// As a number to compute with: integers become unsigned, whose overflow wraps around as NumPy's
/// does; that of signed ones is undefined.
template <class T>
constexpr auto wrapping(T x) noexcept {
    if constexpr (std::is_integral_v<T>)
        return static_cast<std::make_unsigned_t<T>>(x);
    else
        return x;
}

}  // namespace shikumi::detail
