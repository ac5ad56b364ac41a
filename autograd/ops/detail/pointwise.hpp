// Bases and helpers of the pointwise operations.
#pragma once

#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::detail {

/// The common spec of all inputs, some of which may be single numbers of its dtype; null where they
/// differ in any other way. This covers most calls without comparing axes one by one.
inline const Spec* plain_spec(Specs in) noexcept {
    const Spec* wide = &in[0];
    for (std::size_t i = 1; i < in.size(); ++i) {
        if (in[i].dtype != wide->dtype) return nullptr;
        if (in[i].shape == wide->shape || in[i].shape.empty()) continue;
        if (!wide->shape.empty()) return nullptr;
        wide = &in[i];
    }
    return wide;
}

/// A pointwise operation on f32 and f64 only.
struct FloatingOp : Pointwise {
    Spec infer(Specs in) const override {
        const Spec* plain = plain_spec(in);
        return plain && is_floating(plain->dtype) ? *plain : floating_spec(name(), in);
    }
};

/// A pointwise operation on every dtype but bool.
struct NumericOp : Pointwise {
    Spec infer(Specs in) const override {
        const Spec* plain = plain_spec(in);
        return plain && plain->dtype != bool_ ? *plain : numeric_spec(name(), in);
    }
};

/// `value` as a scalar of the tensor's dtype. Throws DTypeError where that would change it: a real
/// number next to integers, 300 next to u8, 2 next to bool.
Tensor literal(std::string_view op, Scalar value, DType dtype);

/// `value` as a tensor of shape () that an operation makes. Throws ValueError for a number outside
/// the dtype's range, DTypeError for a fraction where the dtype holds integers.
Tensor number(std::string_view op, Scalar value, DType dtype);

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
