// Two operations share the work, each of several outputs. The first one runs the steps and keeps a
// tape of what the backward pass reads; nothing is differentiated by the tape. The second one runs
// backwards along the tape, once for all of the first one's inputs; its own derivatives come from
// the same recurrence written step by step.
#include <shikumi/nn/layers/recurrent/detail/lstm_sequence.hpp>

#include <vector>

#include <shikumi/autograd/graph/multi_output.hpp>
#include <shikumi/autograd/kernels/lstm.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
#include <shikumi/nn/layers/recurrent/detail/sequence.hpp>

namespace shikumi::nn::detail {

namespace {

using kernels::LstmSizes;

LstmSizes sizes_of(const Shape& inputs) { return {inputs[0], inputs[1], inputs[2] / 4}; }

// The flops of all steps' product with the recurrent weights, to which those of the gates are few.
double product(Specs in) {
    return 2.0 * static_cast<double>(in[0].shape[0] * in[0].shape[1] * in[1].size());
}

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

// (inputs, recurrent, h, c, tape, g, [mask]): the derivatives of <outputs, g> by the gates' sums
// z[t] = inputs[t] + h[t-1]·recurrent, by c, and by h where it isn't multiplied by `recurrent`
struct LstmGradient final : MultiOutput {
    std::string_view name() const noexcept override { return "lstm_gradient"; }
    OutputSpecs infer_all(Specs in) const override { return {in[0], in[3], in[3]}; }
    void eval_all(ConstViews in, std::span<const View> out) const override {
        kernels::lstm_gradient(sizes_of(in[0].spec.shape), in[4], in[1], in[3], mask_at(6, in),
                               in[5], out[0], out[1], out[2]);
    }
    double flops(Specs in, const Spec&) const noexcept override { return product(in); }
    // As functions of inputs, recurrent, h, c and g: the tape follows from the others.
    std::vector<Tensor> vjp_all(Tensors in, Tensors, Tensors cotangents) const override {
        const std::vector<Tensor> x = variables(in.first(6));
        const Tensor beside = identity(x[2]);
        const Tensor y = steps(x[0], x[1], x[2], beside, x[3], mask_at(6, in));
        const std::vector<Tensor> first = shikumi::vjp(y, {x[0], x[3], beside}, x[5]);
        std::vector<Tensor> second = grad(inner(first, cotangents), x);
        second[4] = {};
        second.resize(in.size());
        return second;
    }
};

// (inputs, recurrent, h, c, [mask]): the output of each step, then the last cell; the tape
struct Lstm final : MultiOutput {
    std::string_view name() const noexcept override { return "lstm"; }
    OutputSpecs infer_all(Specs in) const override {
        const LstmSizes n = sizes_of(in[0].shape);
        const DType dtype = common_dtype(name(), in.first(4));
        return {{Shape{n.steps + 1, n.batch, n.units}, dtype}, {Shape{n.tape()}, dtype}};
    }
    void eval_all(ConstViews in, std::span<const View> out) const override {
        kernels::lstm(sizes_of(in[0].spec.shape), in[0], in[1], in[2], in[3], mask_at(4, in),
                      out[0], out[1]);
    }
    double flops(Specs in, const Spec&) const noexcept override { return product(in); }
    // g, Σ h[t-1]ᵀ·g[t], g[0]·recurrentᵀ, with g the derivative by the gates' sums
    std::vector<Tensor> vjp_all(Tensors in, Tensors out, Tensors cotangents) const override {
        const Tensor& recurrent = in[1];
        const Tensor mask = mask_at(4, in);
        const auto by = record_all_with(mask, LstmGradient{}, in[0], recurrent, in[2], in[3],
                                        out[1], cotangents[0]);
        const Tensor &g = by[0], &by_c = by[1];
        const Tensor first = matmul(squeeze(slice(g, 0, {0, 1}), 0), transpose(recurrent));
        std::vector<Tensor> all{g, by_recurrent(in[2], out[0], g),
                                mask.defined() ? by[2] + first : first, by_c};
        all.resize(in.size());
        return all;
    }
};

}  // namespace

Tensor lstm_steps(const Tensor& inputs, const Tensor& recurrent, const Tensor& h, const Tensor& c,
                  const Tensor& mask) {
    return steps(inputs, recurrent, h, h, c, mask);
}

Tensor lstm_sequence(const Tensor& inputs, const Tensor& recurrent, const Tensor& h,
                     const Tensor& c, const Tensor& mask) {
    return record_all_with(mask, Lstm{}, inputs, recurrent, h, c)[0];
}

}  // namespace shikumi::nn::detail
