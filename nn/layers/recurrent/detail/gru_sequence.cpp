// The same four operations as an LSTM's (lstm_sequence.cpp): the tape runs the steps, the sums
// stand for what the gates are functions of and collect the derivative by it, the outputs are read
// from the tape, and their derivative by the sums is the fourth.
#include <shikumi/nn/layers/recurrent/detail/gru_sequence.hpp>

#include <vector>

#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/gru.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
#include <shikumi/nn/layers/recurrent/detail/sequence_mask.hpp>

namespace shikumi::nn::detail {

namespace {

using kernels::GruSizes;

GruSizes sizes_of(const Shape& states, const Shape& first) {
    return {states[0], first[0], first[1]};
}

// The flops of all steps' product with the recurrent weights, to which those of the gates are few.
double product(const Shape& steps, const Shape& recurrent) {
    return 2.0 * static_cast<double>(steps[0] * steps[1] * recurrent.size());
}

Tensor outputs(const Tensor& tape, const Tensor& inputs, const Tensor& recurrent,
               const Tensor& bias, const Tensor& h, const Tensor& mask);

// (inputs, recurrent, bias, h, [mask]) ↦ all that the backward pass reads; a constant to
// differentiation
struct GruTape final : General {
    std::string_view name() const noexcept override { return "gru_tape"; }
    Spec infer(Specs in) const override {
        const Shape& first = in[3].shape;
        return {Shape{in[0].shape[0], first[0], 4 * first[1]}, common_dtype(name(), in.first(4))};
    }
    void eval(ConstViews in, View out) const override {
        kernels::gru(sizes_of(out.spec.shape, in[3].spec.shape), in[0], in[1], in[2], in[3],
                     mask_at(4, in), out);
    }
    double flops(Specs in, const Spec&) const noexcept override {
        return product(in[0].shape, in[1].shape);
    }
    Tensor vjp(int, Tensors, const Tensor&, const Tensor&) const override { return {}; }
};

// (tape, inputs, recurrent, bias, h, [mask]): stands for the sums a_z + b_z, a_r + b_r, a_n, b_n,
// of which nobody reads more than the derivative g; with g_b what of it concerns b: g without its
// third quarter, Σ h[t-1]ᵀ·g_b[t], Σ g_b[t], g_b[0]·recurrentᵀ
struct GruSums final : General {
    std::string_view name() const noexcept override { return "gru_sums"; }
    Form form() const noexcept override { return Form::view; }
    Spec infer(Specs in) const override { return in[0]; }
    void eval(ConstViews, View) const override {}
    Tensor vjp(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        const Index steps = g.shape()[0], units = g.shape()[2] / 4;
        if (i == 0 || i == 5) return {};
        if (i == 1) return slice(g, 2, {0, 3 * units});
        const Tensor by_b =
            concatenate({slice(g, 2, {0, 2 * units}), slice(g, 2, {3 * units, 4 * units})}, 2);
        if (i == 3) return sum(by_b, {0, 1});
        if (i == 4) return matmul(squeeze(slice(by_b, 0, {0, 1}), 0), transpose(in[2]));
        const Tensor h = outputs(in[0], in[1], in[2], in[3], in[4], mask_at(5, in));
        const Tensor before = concatenate({expand_dims(in[4], 0), slice(h, 0, {0, steps - 1})}, 0);
        return matmul(transpose(reshape(before, {-1, units})), reshape(by_b, {-1, 3 * units}));
    }
};

// The derivatives of <outputs, g> by the sums, or by the first state beside the sums.
struct GruGradient final : General {
    explicit GruGradient(bool by_first_state) : by_state(by_first_state) {}
    bool operator==(const GruGradient&) const = default;
    std::string_view name() const noexcept override { return "gru_gradient"; }
    // in: sums, h, outputs, inputs, recurrent, bias, g, [mask]
    Spec infer(Specs in) const override { return by_state ? in[1] : in[0]; }
    void eval(ConstViews in, View out) const override {
        const Array other(by_state ? in[0].spec : in[1].spec);
        const View beside{other.raw(), other.spec()};
        kernels::gru_gradient(sizes_of(in[0].spec.shape, in[1].spec.shape), in[0], in[2], in[4],
                              in[1], in[6], by_state ? beside : out, by_state ? out : beside);
    }
    double flops(Specs in, const Spec&) const noexcept override {
        return product(in[2].shape, in[4].shape);
    }
    // By the same recurrence in operations, where the sums begin as zeros that are added.
    Tensor vjp(int i, Tensors in, const Tensor&, const Tensor& cotangent) const override;

    bool by_state;
};

// (sums, h, …): the states after each step; by the operation above
struct GruOutputs final : General {
    std::string_view name() const noexcept override { return "gru_outputs"; }
    // in: sums, h, inputs, recurrent, bias, [mask]; all but two for the derivative alone
    Spec infer(Specs in) const override {
        return {Shape{in[0].shape[0], in[1].shape[0], in[1].shape[1]}, in[1].dtype};
    }
    void eval(ConstViews in, View out) const override {
        kernels::gru_outputs(sizes_of(in[0].spec.shape, in[1].spec.shape), in[0], in[1], out);
    }
    Tensor vjp(int i, Tensors in, const Tensor& out, const Tensor& g) const override {
        if (i > 1) return {};
        return record_with(mask_at(5, in), GruGradient(i == 1), in[0], in[1], out, in[2], in[3],
                           in[4], g);
    }
};

Tensor outputs(const Tensor& tape, const Tensor& inputs, const Tensor& recurrent,
               const Tensor& bias, const Tensor& h, const Tensor& mask) {
    const Tensor sums = record_with(mask, GruSums{}, tape, inputs, recurrent, bias, h);
    return record_with(mask, GruOutputs{}, sums, h, inputs, recurrent, bias);
}

// The steps in operations. `more` (time, batch, 4 units) is added to the sums; `direct` is the
// first state where it isn't multiplied by `recurrent`.
Tensor steps(const Tensor& inputs, const Tensor& recurrent, const Tensor& bias, const Tensor& first,
             const Tensor& direct, const Tensor& more, const Tensor& mask) {
    const auto cut = [](const Tensor& x, Index t) { return squeeze(slice(x, 0, {t, t + 1}), 0); };
    std::vector<Tensor> all;
    Tensor h = direct;
    for (Index t = 0; t < inputs.shape().front(); ++t) {
        const std::vector<Tensor> a = split(cut(inputs, t), 3, 1), m = split(cut(more, t), 4, 1),
                                  b = split(matmul(t == 0 ? first : h, recurrent) + bias, 3, 1);
        const Tensor z = sigmoid(a[0] + b[0] + m[0]), r = sigmoid(a[1] + b[1] + m[1]);
        const Tensor next = z * h + (1 - z) * tanh(a[2] + m[2] + r * (b[2] + m[3]));
        h = mask.defined() ? where(expand_dims(cut(mask, t), -1), next, h) : next;
        all.push_back(h);
    }
    return stack(all);
}

Tensor GruGradient::vjp(int i, Tensors in, const Tensor&, const Tensor& cotangent) const {
    if (i == 0 || i == 2 || i == 7) return {};
    std::vector<Tensor> x;
    for (const Tensor& t : in.first(7)) x.push_back(identity(t));
    const Tensor direct = identity(x[1]), more = identity(zeros(in[0].shape(), in[0].dtype()));
    const Tensor y = steps(x[3], x[4], x[5], x[1], direct, more, mask_at(7, in));
    const Tensor first = shikumi::vjp(y, {by_state ? direct : more}, x[6])[0];
    return shikumi::vjp(first, {x[static_cast<std::size_t>(i)]}, cotangent)[0];
}

}  // namespace

Tensor gru_steps(const Tensor& inputs, const Tensor& recurrent, const Tensor& bias, const Tensor& h,
                 const Tensor& mask) {
    const Shape::Sizes sizes = inputs.shape().sizes();
    return steps(inputs, recurrent, bias, h, h,
                 zeros({sizes[0], sizes[1], sizes[2] / 3 * 4}, inputs.dtype()), mask);
}

Tensor gru_sequence(const Tensor& inputs, const Tensor& recurrent, const Tensor& bias,
                    const Tensor& h, const Tensor& mask) {
    const Tensor tape = record_with(mask, GruTape{}, inputs, recurrent, bias, h);
    return outputs(tape, inputs, recurrent, bias, h, mask);
}

}  // namespace shikumi::nn::detail
