// Operations of two and three outputs, for tests.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include <shikumi/autograd/graph/multi_output.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi_test {

using shikumi::ConstViews;
using shikumi::Index;
using shikumi::MultiOutput;
using shikumi::OutputSpecs;
using shikumi::Shape;
using shikumi::Spec;
using shikumi::Specs;
using shikumi::Tensor;
using shikumi::Tensors;
using shikumi::View;

/// (x, y) ↦ radius, angle; counts how often it computes and how often it is differentiated.
struct Polar : MultiOutput {
    static inline int evaluations = 0, derivatives = 0;

    std::string_view name() const noexcept override { return "polar"; }
    OutputSpecs infer_all(Specs in) const override {
        const Spec spec = shikumi::floating_spec(name(), in);
        return {spec, spec};
    }
    void eval_all(ConstViews in, std::span<const View> out) const override {
        ++evaluations;
        dispatch_floating(in[0].spec.dtype, [&]<class T>() {
            for (Index i = 0; i < in[0].size(); ++i) {
                const T x = in[0].as<T>()[i], y = in[1].as<T>()[i];
                out[0].as<T>()[i] = std::sqrt(x * x + y * y);
                out[1].as<T>()[i] = std::atan2(y, x);
            }
        });
    }
    std::vector<Tensor> vjp_all(Tensors in, Tensors out, Tensors g) const override {
        ++derivatives;
        const Tensor &x = in[0], &y = in[1], &r = out[0];
        Tensor by_x, by_y;
        if (g[0].defined()) by_x = g[0] * x / r, by_y = g[0] * y / r;
        if (g[1].defined()) {
            const Tensor a = -g[1] * y / square(r), b = g[1] * x / square(r);
            by_x = by_x.defined() ? by_x + a : a;
            by_y = by_y.defined() ? by_y + b : b;
        }
        return {by_x, by_y};
    }
};

/// The same with a rule of its own for tangents.
struct PolarForward final : Polar {
    std::vector<Tensor> jvp_all(Tensors in, Tensors out, Tensors t) const override {
        const Tensor &x = in[0], &y = in[1], &r = out[0];
        const Tensor dx = t[0].defined() ? t[0] : zeros_like(x);
        const Tensor dy = t[1].defined() ? t[1] : zeros_like(y);
        return {(x * dx + y * dy) / r, (x * dy - y * dx) / square(r)};
    }
};

/// x (n) ↦ where the smallest and the largest element are (i64), which elements are positive
/// (bool), the largest element (a scalar). Three dtypes and three sizes.
struct Extremes final : MultiOutput {
    std::string_view name() const noexcept override { return "extremes"; }
    OutputSpecs infer_all(Specs in) const override {
        return {{Shape{2}, shikumi::i64}, {in[0].shape, shikumi::bool_}, {Shape{}, in[0].dtype}};
    }
    void eval_all(ConstViews in, std::span<const View> out) const override {
        dispatch_floating(in[0].spec.dtype, [&]<class T>() {
            const T* const x = in[0].as<T>();
            const auto [low, high] = std::minmax_element(x, x + in[0].size());
            out[0].as<std::int64_t>()[0] = low - x;
            out[0].as<std::int64_t>()[1] = high - x;
            for (Index i = 0; i < in[0].size(); ++i) out[1].as<bool>()[i] = x[i] > 0;
            *out[2].as<T>() = *high;
        });
    }
    std::vector<Tensor> vjp_all(Tensors in, Tensors out, Tensors g) const override {
        if (!g[2].defined()) return {Tensor()};
        return {cast(equal(in[0], out[2]), in[0].dtype()) * g[2]};
    }
};

}  // namespace shikumi_test
