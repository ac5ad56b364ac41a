// Factors with orthonormal columns, and the least squares that they solve.
#include <limits>

#include <shikumi/autograd/graph/multi_output.hpp>
#include <shikumi/autograd/kernels/orthogonal.hpp>
#include <shikumi/autograd/ops/detail/linalg.hpp>
#include <shikumi/autograd/ops/linalg.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

using namespace detail;

namespace {

// x·r⁻¹, or x·r⁻ᵀ
Tensor divided(const Tensor& x, const Tensor& r, bool transpose) {
    return transposed(
        solve_triangle("qr", r, {.lower = false, .transpose = !transpose}, transposed(x)));
}

// a (…, m, n) with m ≥ n ↦ q, r. By a: (g_q + q·S)·r⁻ᵀ, where S is the symmetric matrix with the
// lower triangle of r·g_rᵀ - g_qᵀ·q. With y = ȧ·r⁻¹, c = qᵀ·y and W = c's strict lower triangle
// minus its transpose, the tangents are y + q·(W - c) and (c - W)·r.
struct Qr final : MultiOutput {
    std::string_view name() const noexcept override { return "qr"; }
    OutputSpecs infer_all(Specs in) const override {
        const Index n = in[0].shape.back();
        return {in[0], {with_last(without_last(in[0].shape, 2), {n, n}), in[0].dtype}};
    }
    void eval_all(ConstViews in, std::span<const View> out) const override {
        if (in[0].size() > 0) kernels::qr(in[0], out[0], out[1]);
    }
    double flops(Specs in, const Spec&) const noexcept override {
        return 4.0 * static_cast<double>(in[0].size()) * static_cast<double>(in[0].shape.back());
    }
    std::vector<Tensor> vjp_all(Tensors, Tensors out, Tensors g) const override {
        const Tensor &q = out[0], &r = out[1];
        Tensor m;
        if (g[1].defined()) m = matmul(r, transposed(triangle(g[1], false)));
        if (g[0].defined()) {
            const Tensor of_q = matmul(transposed(g[0]), q);
            m = m.defined() ? m - of_q : -of_q;
        }
        const Tensor both = triangle(m, true) + transposed(triangle(m, true, -1));
        const Tensor turned = matmul(q, both);
        return {divided(g[0].defined() ? g[0] + turned : turned, r, true)};
    }
    std::vector<Tensor> jvp_all(Tensors, Tensors out, Tensors t) const override {
        const Tensor &q = out[0], &r = out[1];
        const Tensor y = divided(t[0], r, false), c = matmul(transposed(q), y),
                     below = triangle(c, true, -1), turn = below - transposed(below);
        return {y + matmul(q, turn - c), matmul(c - turn, r)};
    }
    std::vector<Tensor> batched_all(const MappedInputs& in) const override {
        return record_all(Qr(), in[0]);
    }
};

QrResult tall_qr(const Tensor& a) {
    const std::vector<Tensor> both = record_all(Qr(), a);
    return {both[0], both[1]};
}

}  // namespace

// A wide matrix (L R) has q of L, and r = (r of L, qᵀ·R).
QrResult qr(const Tensor& a) {
    want_matrix("qr", a.spec());
    const Index m = a.shape()[a.rank() - 2], n = a.shape().back();
    if (m >= n) return tall_qr(a);
    const auto [q, r] = tall_qr(slice(a, -1, {.stop = m}));
    return {q, concatenate({r, matmul(transposed(q), slice(a, -1, {.start = m}))}, -1)};
}

// For a = q·r the shortest of a's residuals is that of r·x = qᵀ·b. For aᵀ = q·r the shortest
// solution of rᵀ·qᵀ·x = b lies in the columns of q.
Tensor lstsq(const Tensor& a, const Tensor& b) {
    constexpr std::string_view op = "lstsq";
    want_matrix(op, a.spec());
    if (b.rank() == 1) return squeeze(lstsq(a, expand_dims(b, 1)), -1);
    want_matrix(op, b.spec());
    const std::array<const Spec*, 2> specs{&a.spec(), &b.spec()};
    common_dtype(op, specs);
    const Index m = a.shape()[a.rank() - 2], n = a.shape().back();
    if (b.shape()[b.rank() - 2] != m)
        fail<ShapeError>(op, "a of ", a.shape(), " wants a b of ", m, " rows, got ", b.shape());
    broadcast(op, without_last(a.shape(), 2), without_last(b.shape(), 2));
    const double epsilon = a.dtype() == f32 ? double{std::numeric_limits<float>::epsilon()}
                                            : std::numeric_limits<double>::epsilon();
    const double smallest = static_cast<double>(std::max(m, n)) * epsilon;
    if (m >= n) {
        const auto [q, r] = tall_qr(a);
        return solve_triangle("lstsq", r, {.lower = false}, matmul(transposed(q), b), smallest);
    }
    const auto [q, r] = tall_qr(transposed(a));
    return matmul(q, solve_triangle("lstsq", r, {.lower = false, .transpose = true}, b, smallest));
}

}  // namespace shikumi
