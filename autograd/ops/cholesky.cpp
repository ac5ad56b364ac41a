// Triangles: equations, and Cholesky's factor of a positive definite matrix.
#include <shikumi/autograd/graph/multi_output.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/detail/linalg.hpp>
#include <shikumi/autograd/ops/linalg.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

using namespace detail;
using kernels::Triangular;

namespace {

// (a, b) ↦ x = T⁻¹·b, where T is a triangle of a, or its transpose. By b, h = T⁻ᵀ·g; by T, -h·xᵀ
// within the triangle; the tangent is T⁻¹·(ḃ - Ṫ·x).
struct TriangularSolve final : MultiOutput {
    TriangularSolve(StaticName c, const Triangular& f, double s)
        : caller(c.text), form(f), smallest(s) {}
    bool operator==(const TriangularSolve&) const = default;
    std::string_view name() const noexcept override { return caller; }
    bool can_fail() const noexcept override { return true; }
    OutputSpecs infer_all(Specs in) const override { return {solution_spec(caller, in[0], in[1])}; }
    void eval_all(ConstViews in, std::span<const View> out) const override {
        kernels::solve_triangular(caller, in[0], form, smallest, in[1], out[0]);
    }
    double flops(Specs in, const Spec& out) const noexcept override {
        return static_cast<double>(out.size()) * static_cast<double>(in[0].shape.back());
    }
    std::vector<Tensor> vjp_all(Tensors in, Tensors out, Tensors g) const override {
        const Tensor &x = out[0], h = again(in[0], g[0], !form.transpose);
        return {-within(form.transpose ? matmul(x, transposed(h)) : matmul(h, transposed(x))), h};
    }
    std::vector<Tensor> jvp_all(Tensors in, Tensors out, Tensors t) const override {
        Tensor right = t[1];
        if (t[0].defined()) {
            const Tensor own = within(t[0]);
            add_to(right, -matmul(form.transpose ? transposed(own) : own, out[0]));
        }
        return {right.defined() ? again(in[0], right, form.transpose) : Tensor()};
    }
    std::vector<Tensor> batched_all(const MappedInputs& in) const override {
        const int rank = std::max(in.rank(0), in.rank(1));
        return record_all(TriangularSolve(*this), in.aligned(0, rank), in.aligned(1, rank));
    }
    // What of a matrix is the triangle.
    Tensor within(const Tensor& a) const {
        const Index offset = !form.unit_diagonal ? 0 : form.lower ? -1 : 1;
        return triangle(a, form.lower, offset);
    }
    Tensor again(const Tensor& a, const Tensor& b, bool transpose) const {
        TriangularSolve op(*this);
        op.form.transpose = transpose;
        return record_all(std::move(op), a, b)[0];
    }

    std::string_view caller;
    Triangular form;
    double smallest;
};

// The lower triangle with half its diagonal.
Tensor lower_half(const Tensor& x) { return (triangle(x, true) + triangle(x, true, -1)) * 0.5; }

// L⁻ᵀ·x
Tensor by_transpose(const Tensor& l, const Tensor& x) {
    return solve_triangle("cholesky", l, {.lower = true, .transpose = true}, x);
}

// symmetric a ↦ L; with Φ(x) the lower triangle and half the diagonal, by a L⁻ᵀ·Φ(Lᵀ·g)·L⁻¹, made
// symmetric; the tangent is L·Φ(L⁻¹·ȧ·L⁻ᵀ)
struct Cholesky final : General {
    std::string_view name() const noexcept override { return "cholesky"; }
    bool can_fail() const noexcept override { return true; }
    Spec infer(Specs in) const override { return in[0]; }
    void eval(ConstViews in, View out) const override {
        if (out.size() > 0) kernels::cholesky(name(), in[0], out);
    }
    double flops(Specs in, const Spec&) const noexcept override {
        return static_cast<double>(in[0].size()) * static_cast<double>(in[0].shape.back()) / 3;
    }
    Tensor vjp(int, Tensors, const Tensor& l, const Tensor& g) const override {
        const Tensor left = by_transpose(l, lower_half(matmul(transposed(l), g)));
        return symmetric(by_transpose(l, transposed(left)));
    }
    Tensor jvp(Tensors, const Tensor& l, Tensors t) const override {
        const auto solved = [&](const Tensor& x) {
            return solve_triangle("cholesky", l, {.lower = true}, x);
        };
        return matmul(l, lower_half(solved(transposed(solved(t[0])))));
    }
    Tensor batched(const MappedInputs& in) const override { return record(Cholesky(), in[0]); }
};

}  // namespace

Tensor detail::solve_triangle(StaticName op, const Tensor& a, const Triangular& form,
                              const Tensor& b, double smallest) {
    return record_all(TriangularSolve(op, form, smallest), a, b)[0];
}

Tensor triangular_solve(const Tensor& a, const Tensor& b, const TriangularSolveOptions& options) {
    want_square("triangular_solve", a.spec());
    if (b.rank() == 1) return squeeze(triangular_solve(a, expand_dims(b, 1), options), -1);
    return solve_triangle("triangular_solve", a,
                          {options.lower, options.transpose, options.unit_diagonal}, b);
}

Tensor cholesky(const Tensor& a, Boolean upper) {
    want_square("cholesky", a.spec());
    const Tensor l = record(Cholesky(), symmetric(a));
    return upper ? transposed(l) : l;
}

Tensor cholesky_solve(const Tensor& l, const Tensor& b, Boolean upper) {
    want_square("cholesky_solve", l.spec());
    if (b.rank() == 1) return squeeze(cholesky_solve(l, expand_dims(b, 1), upper), -1);
    const bool lower = !upper;
    const Tensor half =
        solve_triangle("cholesky_solve", l, {.lower = lower, .transpose = !lower}, b);
    return solve_triangle("cholesky_solve", l, {.lower = lower, .transpose = lower}, half);
}

}  // namespace shikumi
