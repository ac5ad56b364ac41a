// Pointwise functions of one real number, each stated where it is exported.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <shikumi/autograd/ops/detail/pointwise.hpp>

namespace shikumi::detail {

/// An operation's name as a template argument.
template <std::size_t size>
struct OpName {
    consteval OpName(const char (&name)[size]) { std::copy_n(name, size, text); }
    constexpr operator std::string_view() const noexcept { return {text, size - 1}; }

    char text[size];
};

/// y = f(x) for f32 and f64. `Functions` are what kernels::floating takes; `Derivative` gives dy/dx
/// from x and y.
template <OpName own_name, class Derivative, class... Functions>
struct Unary final : FloatingOp {
    std::string_view name() const noexcept override { return own_name; }
    kernels::BlockKernel kernel(Specs in) const override {
        return kernels::floating(in[0].dtype, Functions{}...);
    }
    Tensor partial(int, Tensors in, const Tensor& out) const override {
        return Derivative{}(in[0], out);
    }
};

/// f(x) with the derivative d(x, y).
template <OpName name, class F, class D>
Tensor unary(const Tensor& x, F, D) {
    return record(Unary<name, D, F>{}, x);
}

/// f(x) by a function for f32 and one for f64, with the derivative d(x, y).
template <OpName name, class Single, class Double, class D>
Tensor unary(const Tensor& x, Single, Double, D) {
    return record(Unary<name, D, Single, Double>{}, x);
}

/// f(x) by a fast function for those f32 that it takes and a slow one for all other numbers, with
/// the derivative d(x, y).
template <OpName name, class Takes, class Fast, class Slow, class D>
Tensor unary(const Tensor& x, Takes, Fast, Slow, D) {
    return record(Unary<name, D, Takes, Fast, Slow>{}, x);
}

}  // namespace shikumi::detail
