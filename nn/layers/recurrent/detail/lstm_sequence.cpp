// Three operations share the work. The tape runs the steps and keeps what the backward pass needs;
// nothing is differentiated through it. The gates' sums are where the derivative by a step's sums
// is collected once, and spread from there to inputs, recurrent weights and first state. The
// outputs are read from the tape, and their derivative by those sums is one more operation, whose
// own derivatives come from the same recurrence written step by step.
#include <shikumi/nn/layers/recurrent/detail/lstm_sequence.hpp>

#include <vector>

#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/lstm.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
#include <shikumi/nn/layers/recurrent/detail/sequence_mask.hpp>

namespace shikumi::nn::detail {

namespace {

using kernels::LstmSizes;

LstmSizes sizes_of(const Shape& inputs) { return {inputs[0], inputs[1], inputs[2] / 4}; }

// The flops of all steps' product with the recurrent weights, to which those of the gates are few.
double product(Specs in) {
    return 2.0 * static_cast<double>(in[0].shape[0] * in[0].shape[1] * in[1].size());
}

Tensor outputs(const Tensor& inputs, const Tensor& recurrent, const Tensor& h, const Tensor& c,
               const Tensor& tape, const Tensor& mask);

// The steps in operations. `beside` is the first output where it isn't multiplied by `recurrent`.
Tensor steps(const Tensor& inputs, const Tensor& recurrent, const Tensor& first_h,
             const Tensor& beside, const Tensor& first_c, const Tensor& mask) {
    Tensor h = beside, c = first_c;
    std::vector<Tensor> all;
    for (Index t = 0; t < inputs.shape().front(); ++t) {
        const auto at = [t](const Tensor& x) { return squeeze(slice(x, 0, {t, t + 1}), 0); };
        const std::vector<Tensor> z =
            split(at(inputs) + matmul(t == 0 ? first_h : h, recurrent), 4, 1);
        const Tensor next_c = sigmoid(z[1]) * c + sigmoid(z[0]) * tanh(z[2]);
        const Tensor next_h = sigmoid(z[3]) * tanh(next_c);
        const Tensor real = mask.defined() ? expand_dims(at(mask), -1) : Tensor();
        c = mask.defined() ? where(real, next_c, c) : next_c;
        h = mask.defined() ? where(real, next_h, h) : next_h;
        all.push_back(h);
    }
    all.push_back(c);
    return stack(all);
}

// (inputs, recurrent, h, c, [mask]) ↦ all that the backward pass reads; a constant to
// differentiation
struct LstmTape final : General {
    std::string_view name() const noexcept override { return "lstm_tape"; }
    Spec infer(Specs in) const override {
        return {Shape{sizes_of(in[0].shape).tape()}, common_dtype(name(), in.first(4))};
    }
    void eval(ConstViews in, View out) const override {
        kernels::lstm(sizes_of(in[0].spec.shape), in[0], in[1], in[2], in[3], mask_at(4, in), out);
    }
    double flops(Specs in, const Spec&) const noexcept override { return product(in); }
    Tensor vjp(int, Tensors, const Tensor&, const Tensor&) const override { return {}; }
};

// (inputs, recurrent, h, c, tape, [mask]): stands for the sums z[t] = inputs[t] + h[t-1]·recurrent,
// of which nobody reads more than the derivative; g, Σ h[t-1]ᵀ·g[t] and g[0]·recurrentᵀ
struct GateSums final : General {
    std::string_view name() const noexcept override { return "lstm_gate_sums"; }
    Form form() const noexcept override { return Form::view; }
    Spec infer(Specs in) const override { return in[0]; }
    void eval(ConstViews, View) const override {}
    Tensor vjp(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        const Index steps = g.shape()[0];
        if (i == 0) return g;
        if (i == 1) {
            const Tensor h = outputs(in[0], in[1], in[2], in[3], in[4], mask_at(5, in));
            const Tensor before =
                concatenate({expand_dims(in[2], 0), slice(h, 0, {0, steps - 1})}, 0);
            return matmul(transpose(reshape(before, {-1, before.shape().back()})),
                          reshape(g, {-1, g.shape().back()}));
        }
        if (i == 2) return matmul(squeeze(slice(g, 0, {0, 1}), 0), transpose(in[1]));
        return {};
    }
};

// The derivatives of <outputs, g> by the sums, by the first cell, or by the first output beside the
// sums, as inputs' functions.
struct LstmGradient final : General {
    enum class By : std::uint8_t { sums, cell, output };
    explicit LstmGradient(By what) : by(what) {}
    bool operator==(const LstmGradient&) const = default;
    std::string_view name() const noexcept override { return "lstm_gradient"; }
    Spec infer(Specs in) const override { return by == By::sums ? in[0] : in[3]; }
    // in: inputs, recurrent, h, c, tape, g, [mask]
    void eval(ConstViews in, View out) const override {
        const auto beside = [&](By what) {
            return what == by ? Array() : Array(in[what == By::sums ? 0 : 3].spec);
        };
        const Array sums = beside(By::sums), cell = beside(By::cell), output = beside(By::output);
        const auto place = [&](const Array& a) { return a.raw() ? View{a.raw(), a.spec()} : out; };
        kernels::lstm_gradient(sizes_of(in[0].spec.shape), in[4], in[1], in[3], mask_at(6, in),
                               in[5], place(sums), place(cell), place(output));
    }
    double flops(Specs in, const Spec&) const noexcept override { return product(in); }
    Tensor vjp(int i, Tensors in, const Tensor&, const Tensor& cotangent) const override {
        if (i == 4 || i == 6) return {};
        std::vector<Tensor> x;
        for (const Tensor& t : in.first(6)) x.push_back(identity(t));
        const Tensor beside = identity(x[2]);
        const Tensor y = steps(x[0], x[1], x[2], beside, x[3], mask_at(6, in));
        const Tensor what = by == By::sums ? x[0] : by == By::cell ? x[3] : beside;
        const Tensor first = shikumi::vjp(y, {what}, x[5])[0];
        return shikumi::vjp(first, {x[static_cast<std::size_t>(i)]}, cotangent)[0];
    }

    By by;
};

// (sums, c, tape, …, h, …): the tape's outputs and last cell; by the operation above
struct LstmOutputs final : General {
    std::string_view name() const noexcept override { return "lstm_outputs"; }
    // in: sums, c, tape, inputs, recurrent, h, [mask]; the last four for the derivative alone
    Spec infer(Specs in) const override {
        return {Shape{in[0].shape[0] + 1, in[1].shape[0], in[1].shape[1]}, in[1].dtype};
    }
    void eval(ConstViews in, View out) const override {
        kernels::lstm_outputs(sizes_of(in[0].spec.shape), in[2], out);
    }
    Tensor vjp(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        const Tensor mask = mask_at(6, in);
        if (i > 1 && !(i == 5 && mask.defined())) return {};
        using By = LstmGradient::By;
        return record_with(mask,
                           LstmGradient(i == 0   ? By::sums
                                        : i == 1 ? By::cell
                                                 : By::output),
                           in[3], in[4], in[5], in[1], in[2], g);
    }
};

Tensor outputs(const Tensor& inputs, const Tensor& recurrent, const Tensor& h, const Tensor& c,
               const Tensor& tape, const Tensor& mask) {
    const Tensor sums = record_with(mask, GateSums{}, inputs, recurrent, h, c, tape);
    return record_with(mask, LstmOutputs{}, sums, c, tape, inputs, recurrent, h);
}

}  // namespace

Tensor lstm_steps(const Tensor& inputs, const Tensor& recurrent, const Tensor& h, const Tensor& c,
                  const Tensor& mask) {
    return steps(inputs, recurrent, h, h, c, mask);
}

Tensor lstm_sequence(const Tensor& inputs, const Tensor& recurrent, const Tensor& h,
                     const Tensor& c, const Tensor& mask) {
    const Tensor tape = record_with(mask, LstmTape{}, inputs, recurrent, h, c);
    return outputs(inputs, recurrent, h, c, tape, mask);
}

}  // namespace shikumi::nn::detail
