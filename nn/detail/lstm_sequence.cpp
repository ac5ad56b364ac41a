// Three operations share the work. The tape runs the steps and keeps what the backward pass needs;
// nothing is differentiated through it. The gates' sums are where the derivative by a step's sums
// is collected once, and spread from there to inputs, recurrent weights and first state. The
// outputs are read from the tape, and their derivative by those sums is one more operation, whose
// own derivatives come from the same recurrence written step by step.
#include <shikumi/nn/detail/lstm_sequence.hpp>

#include <vector>

#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/lstm.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

namespace shikumi::nn::detail {

namespace {

using kernels::LstmSizes;

LstmSizes sizes_of(const Shape& inputs) { return {inputs[0], inputs[1], inputs[2] / 4}; }

Tensor outputs(const Tensor& inputs, const Tensor& recurrent, const Tensor& h, const Tensor& c,
               const Tensor& tape);

// (inputs, recurrent, h, c) ↦ all that the backward pass reads; a constant to differentiation
struct LstmTape final : General {
    std::string_view name() const noexcept override { return "lstm_tape"; }
    Spec infer(Specs in) const override {
        return {Shape{sizes_of(in[0].shape).tape()}, common_dtype(name(), in)};
    }
    void eval(ConstViews in, View out) const override {
        kernels::lstm(sizes_of(in[0].spec.shape), in[0], in[1], in[2], in[3], out);
    }
    Tensor vjp(int, Tensors, const Tensor&, const Tensor&) const override { return {}; }
};

// (inputs, recurrent, h, c, tape): stands for the sums z[t] = inputs[t] + h[t-1]·recurrent, of
// which nobody reads more than the derivative; g, Σ h[t-1]ᵀ·g[t] and g[0]·recurrentᵀ
struct GateSums final : General {
    std::string_view name() const noexcept override { return "lstm_gate_sums"; }
    Form form() const noexcept override { return Form::view; }
    Spec infer(Specs in) const override { return in[0]; }
    void eval(ConstViews, View) const override {}
    Tensor vjp(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        const Index steps = g.shape()[0];
        if (i == 0) return g;
        if (i == 1) {
            const Tensor h = outputs(in[0], in[1], in[2], in[3], in[4]);
            const Tensor before =
                concatenate({expand_dims(in[2], 0), slice(h, 0, {0, steps - 1})}, 0);
            return matmul(transpose(reshape(before, {-1, before.shape().back()})),
                          reshape(g, {-1, g.shape().back()}));
        }
        if (i == 2) return matmul(squeeze(slice(g, 0, {0, 1}), 0), transpose(in[1]));
        return {};
    }
};

// The derivatives of <outputs, g> by the sums, or by the first cell, as inputs' functions.
struct LstmGradient final : General {
    explicit LstmGradient(bool by_first_cell) : by_cell(by_first_cell) {}
    bool operator==(const LstmGradient&) const = default;
    std::string_view name() const noexcept override { return "lstm_gradient"; }
    Spec infer(Specs in) const override { return by_cell ? in[3] : in[0]; }
    // in: inputs, recurrent, h, c, tape, g
    void eval(ConstViews in, View out) const override {
        const Array other(by_cell ? in[0].spec : in[3].spec);
        const View beside{other.raw(), other.spec()};
        kernels::lstm_gradient(sizes_of(in[0].spec.shape), in[4], in[1], in[3], in[5],
                               by_cell ? beside : out, by_cell ? out : beside);
    }
    Tensor vjp(int i, Tensors in, const Tensor&, const Tensor& cotangent) const override {
        if (i == 4) return {};
        std::vector<Tensor> x;
        for (const Tensor& t : in) x.push_back(identity(t));
        const Tensor y = lstm_steps(x[0], x[1], x[2], x[3]);
        const Tensor first = shikumi::vjp(y, {by_cell ? x[3] : x[0]}, x[5])[0];
        return shikumi::vjp(first, {x[static_cast<std::size_t>(i)]}, cotangent)[0];
    }

    bool by_cell;
};

// (sums, c, tape, …): the tape's outputs and last cell; by the operation above
struct LstmOutputs final : General {
    std::string_view name() const noexcept override { return "lstm_outputs"; }
    // in: sums, c, tape, inputs, recurrent, h; the last three for the derivative alone
    Spec infer(Specs in) const override {
        return {Shape{in[0].shape[0] + 1, in[1].shape[0], in[1].shape[1]}, in[1].dtype};
    }
    void eval(ConstViews in, View out) const override {
        kernels::lstm_outputs(sizes_of(in[0].spec.shape), in[2], out);
    }
    Tensor vjp(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        if (i > 1) return {};
        return record(LstmGradient(i == 1), in[3], in[4], in[5], in[1], in[2], g);
    }
};

Tensor outputs(const Tensor& inputs, const Tensor& recurrent, const Tensor& h, const Tensor& c,
               const Tensor& tape) {
    const Tensor sums = record(GateSums{}, inputs, recurrent, h, c, tape);
    return record(LstmOutputs{}, sums, c, tape, inputs, recurrent, h);
}

}  // namespace

Tensor lstm_steps(const Tensor& inputs, const Tensor& recurrent, const Tensor& first_h,
                  const Tensor& first_c) {
    Tensor h = first_h, c = first_c;
    std::vector<Tensor> all;
    for (const Tensor& x : split(inputs, inputs.shape().front())) {
        const std::vector<Tensor> z = split(squeeze(x, 0) + matmul(h, recurrent), 4, 1);
        c = sigmoid(z[1]) * c + sigmoid(z[0]) * tanh(z[2]);
        h = sigmoid(z[3]) * tanh(c);
        all.push_back(h);
    }
    all.push_back(c);
    return stack(all);
}

Tensor lstm_sequence(const Tensor& inputs, const Tensor& recurrent, const Tensor& h,
                     const Tensor& c) {
    return outputs(inputs, recurrent, h, c, record(LstmTape{}, inputs, recurrent, h, c));
}

}  // namespace shikumi::nn::detail
