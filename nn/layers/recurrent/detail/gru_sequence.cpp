// The same two operations as an LSTM's (lstm_sequence.cpp): one runs the steps and keeps a tape,
// one runs backwards along it.
#include <shikumi/nn/layers/recurrent/detail/gru_sequence.hpp>

#include <vector>

#include <shikumi/autograd/graph/multi_output.hpp>
#include <shikumi/autograd/kernels/gru.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
#include <shikumi/nn/layers/recurrent/detail/sequence.hpp>

namespace shikumi::nn::detail {

namespace {

using kernels::GruSizes;

GruSizes sizes_of(const Shape& steps, const Shape& first) { return {steps[0], first[0], first[1]}; }

// The flops of all steps' product with the recurrent weights, to which those of the gates are few.
double product(const Shape& steps, const Shape& recurrent) {
    return 2.0 * static_cast<double>(steps[0] * steps[1] * recurrent.size());
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

// (tape, h, outputs, inputs, recurrent, bias, g, [mask]): the derivatives of <outputs, g> by the
// sums a_z + b_z, a_r + b_r, a_n, b_n, and by h where it isn't multiplied by `recurrent`
struct GruGradient final : MultiOutput {
    std::string_view name() const noexcept override { return "gru_gradient"; }
    OutputSpecs infer_all(Specs in) const override { return {in[0], in[1]}; }
    void eval_all(ConstViews in, std::span<const View> out) const override {
        kernels::gru_gradient(sizes_of(in[0].spec.shape, in[1].spec.shape), in[0], in[2], in[4],
                              in[1], in[6], out[0], out[1]);
    }
    double flops(Specs in, const Spec&) const noexcept override {
        return product(in[2].shape, in[4].shape);
    }
    // As functions of h, inputs, recurrent, bias and g: tape and outputs follow from the others.
    // The sums begin as zeros that are added.
    std::vector<Tensor> vjp_all(Tensors in, Tensors, Tensors cotangents) const override {
        const std::vector<Tensor> x = variables(in.first(7));
        const Tensor direct = identity(x[1]), more = identity(zeros_like(in[0]));
        const Tensor y = steps(x[3], x[4], x[5], x[1], direct, more, mask_at(7, in));
        const std::vector<Tensor> first = shikumi::vjp(y, {more, direct}, x[6]);
        std::vector<Tensor> second = grad(inner(first, cotangents), x);
        second[0] = second[2] = {};
        second.resize(in.size());
        return second;
    }
};

// (inputs, recurrent, bias, h, [mask]): the state after each step; the tape
struct Gru final : MultiOutput {
    std::string_view name() const noexcept override { return "gru"; }
    OutputSpecs infer_all(Specs in) const override {
        const Index time = in[0].shape[0], batch = in[3].shape[0], units = in[3].shape[1];
        const DType dtype = common_dtype(name(), in.first(4));
        return {{Shape{time, batch, units}, dtype}, {Shape{time, batch, 4 * units}, dtype}};
    }
    void eval_all(ConstViews in, std::span<const View> out) const override {
        const GruSizes n = sizes_of(in[0].spec.shape, in[3].spec.shape);
        kernels::gru(n, in[0], in[1], in[2], in[3], mask_at(4, in), out[1]);
        kernels::gru_outputs(n, {out[1].data, out[1].spec}, in[3], out[0]);
    }
    double flops(Specs in, const Spec&) const noexcept override {
        return product(in[0].shape, in[1].shape);
    }
    // With g the derivative by the sums and g_b what of it concerns b: g without its third quarter,
    // Σ h[t-1]ᵀ·g_b[t], Σ g_b[t], g_b[0]·recurrentᵀ.
    std::vector<Tensor> vjp_all(Tensors in, Tensors out, Tensors cotangents) const override {
        const Tensor &recurrent = in[1], &h = in[3];
        const Index units = h.shape()[1];
        const auto by = record_all_with(mask_at(4, in), GruGradient{}, out[1], h, out[0], in[0],
                                        recurrent, in[2], cotangents[0]);
        const Tensor &g = by[0], &direct = by[1];
        const Tensor by_b =
            concatenate({slice(g, 2, {0, 2 * units}), slice(g, 2, {3 * units, 4 * units})}, 2);
        const Tensor first = matmul(squeeze(slice(by_b, 0, {0, 1}), 0), transpose(recurrent));
        std::vector<Tensor> all{slice(g, 2, {0, 3 * units}), by_recurrent(h, out[0], by_b),
                                sum(by_b, {0, 1}), direct + first};
        all.resize(in.size());
        return all;
    }
};

}  // namespace

Tensor gru_steps(const Tensor& inputs, const Tensor& recurrent, const Tensor& bias, const Tensor& h,
                 const Tensor& mask) {
    const Shape::Sizes sizes = inputs.shape().sizes();
    return steps(inputs, recurrent, bias, h, h,
                 zeros({sizes[0], sizes[1], sizes[2] / 3 * 4}, inputs.dtype()), mask);
}

Tensor gru_sequence(const Tensor& inputs, const Tensor& recurrent, const Tensor& bias,
                    const Tensor& h, const Tensor& mask) {
    return record_all_with(mask, Gru{}, inputs, recurrent, bias, h)[0];
}

}  // namespace shikumi::nn::detail
