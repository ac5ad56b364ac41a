// Kernels of functions that have no vector code, compiled once.
#pragma once

#include <shikumi/autograd/kernels/block.hpp>
#include <shikumi/autograd/ops/detail/unary.hpp>

namespace shikumi::detail {

/// The kernel of a captureless generic lambda for f32 and f64.
template <class F>
kernels::BlockKernel scalar_floating(DType t, F) {
    return dispatch_floating(
        t, []<class T>() -> kernels::BlockKernel { return kernels::detail::Block<F, T>::run; });
}

/// The kernel of a captureless generic lambda for every dtype but bool.
template <class F>
kernels::BlockKernel scalar_numeric(DType t, F) {
    return dispatch(storage_of(t), []<class T>() -> kernels::BlockKernel {
        if constexpr (std::is_same_v<T, bool>)
            return {};
        else
            return kernels::detail::Block<F, T>::run;
    });
}

/// y = f(x) by a function of double; `Derivative` gives dy/dx from x and y.
template <OpName own_name, double (*f)(double), class Derivative>
struct Special final : FloatingOp {
    std::string_view name() const noexcept override { return own_name; }
    kernels::BlockKernel kernel(Specs in) const override {
        return scalar_floating(in[0].dtype, [](auto v) { return static_cast<decltype(v)>(f(v)); });
    }
    Tensor partial(int, Tensors in, const Tensor& out) const override {
        return Derivative{}(in[0], out);
    }
};

/// f(x) by a function of double, with the derivative d(x, y).
template <OpName name, double (*f)(double), class D>
Tensor special(const Tensor& x, D) {
    return record(Special<name, f, D>{}, x);
}

/// y = f(n, x) by a function of double, for the whole number that the second input holds;
/// `Derivative` gives dy/dx from x, n and y.
template <OpName own_name, double (*f)(int, double), class Derivative>
struct OfOrder final : FloatingOp {
    std::string_view name() const noexcept override { return own_name; }
    kernels::BlockKernel kernel(Specs in) const override {
        return scalar_floating(in[0].dtype, [](auto v, auto n) {
            return static_cast<decltype(v)>(f(static_cast<int>(std::abs(n)), v));
        });
    }
    Tensor partial(int i, Tensors in, const Tensor& out) const override {
        return i == 0 ? Derivative{}(in[0], in[1], out) : Tensor();
    }
};

/// f(|n|, x) by a function of double, with the derivative d(x, n, y).
template <OpName name, double (*f)(int, double), class D>
Tensor of_order(const Tensor& x, const Tensor& n, D) {
    return record(OfOrder<name, f, D>{}, x, n);
}

}  // namespace shikumi::detail
