// Equations and determinants by the factors L·U of a square matrix. The factors are worked out once
// and serve values and derivatives alike: they are constants to differentiation, and the operations
// that read them state their derivatives by the matrix itself.
#include <shikumi/autograd/graph/multi_output.hpp>
#include <shikumi/autograd/kernels/lu.hpp>
#include <shikumi/autograd/kernels/matrix_functions.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/detail/linalg.hpp>
#include <shikumi/autograd/ops/linalg.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

using namespace detail;

namespace {

double cube(Index n) { return static_cast<double>(n) * static_cast<double>(n * n); }
double matrices(const Spec& square) {
    const Index n = square.shape.back();
    return n == 0 ? 0 : static_cast<double>(square.size() / (n * n));
}

// a ↦ the factors of a, where its rows went; constants
struct Lu final : MultiOutput {
    std::string_view name() const noexcept override { return "lu"; }
    OutputSpecs infer_all(Specs in) const override {
        want_square(name(), in[0]);
        return {{in[0].shape, f64}, {without_last(in[0].shape, 1), i32}};
    }
    void eval_all(ConstViews in, std::span<const View> out) const override {
        if (in[0].size() > 0) kernels::factor_lu(in[0], out[0], out[1]);
    }
    double flops(Specs in, const Spec&) const noexcept override {
        return matrices(in[0]) * cube(in[0].shape.back()) * 2 / 3;
    }
    std::vector<Tensor> vjp_all(Tensors, Tensors, Tensors) const override { return {Tensor()}; }
    std::vector<Tensor> jvp_all(Tensors, Tensors, Tensors) const override {
        return {Tensor(), Tensor()};
    }
    std::vector<Tensor> batched_all(const MappedInputs& in) const override {
        return record_all(Lu(), in[0]);
    }
};

// (a, b, factors of a) ↦ x = A⁻¹·b, where A is a or aᵀ. By b, h = A⁻ᵀ·g; by A, -h·xᵀ; the tangent
// is A⁻¹·(ḃ - Ȧ·x).
struct Solve final : MultiOutput {
    Solve(StaticName c, bool t) : caller(c.text), transpose(t) {}
    bool operator==(const Solve&) const = default;
    std::string_view name() const noexcept override { return caller; }
    bool can_fail() const noexcept override { return true; }
    OutputSpecs infer_all(Specs in) const override { return {solution_spec(caller, in[0], in[1])}; }
    void eval_all(ConstViews in, std::span<const View> out) const override {
        kernels::solve_lu(caller, in[2], in[3], transpose, in[1], out[0]);
    }
    double flops(Specs in, const Spec& out) const noexcept override {
        return 2.0 * static_cast<double>(out.size()) * static_cast<double>(in[0].shape.back());
    }
    std::vector<Tensor> vjp_all(Tensors in, Tensors out, Tensors g) const override {
        const Tensor &x = out[0], h = again(in, g[0], !transpose);
        const Tensor by_a = transpose ? matmul(x, transposed(h)) : matmul(h, transposed(x));
        return {-by_a, h, {}, {}};
    }
    std::vector<Tensor> jvp_all(Tensors in, Tensors out, Tensors t) const override {
        Tensor right = t[1];
        if (t[0].defined()) add_to(right, -matmul(transpose ? transposed(t[0]) : t[0], out[0]));
        return {right.defined() ? again(in, right, transpose) : Tensor()};
    }
    std::vector<Tensor> batched_all(const MappedInputs& in) const override {
        const int rank = std::max(in.rank(0), in.rank(1));
        return record_all(Solve(*this), in.aligned(0, rank), in.aligned(1, rank),
                          in.aligned(2, rank), in.aligned(3, rank - 1));
    }
    Tensor again(Tensors in, const Tensor& b, bool t) const {
        Solve op(*this);
        op.transpose = t;
        return record_all(std::move(op), in[0], b, in[2], in[3])[0];
    }

    std::string_view caller;
    bool transpose;
};

// (A, E₁ … Eₖ) ↦ the derivative of order k, in these directions, of A's cofactors: what the
// derivative of order k + 1 of det A is by one more direction. So its own derivative by A along F
// is the same of (A, E₁ … Eₖ, F), and so is its transpose, since the order of directions is free.
struct Cofactors final : General {
    std::string_view name() const noexcept override { return "cofactors"; }
    bool can_fail() const noexcept override { return true; }
    Spec infer(Specs in) const override {
        if (in.size() > 8) fail<GradientError>("det", "has no derivatives beyond order 8");
        return in[0];
    }
    void eval(ConstViews in, View out) const override { kernels::cofactors("det", in, out); }
    double flops(Specs in, const Spec& out) const noexcept override {
        return 20 * matrices(out) * cube(out.shape.back()) * static_cast<double>(in.size());
    }
    Tensor vjp(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        return along(i, in, g);
    }
    Tensor jvp(Tensors in, const Tensor&, Tensors tangents) const override {
        Tensor total;
        for (std::size_t i = 0; i < in.size(); ++i) {
            if (tangents[i].defined()) add_to(total, along(static_cast<int>(i), in, tangents[i]));
        }
        return total;
    }
    Tensor batched(const MappedInputs& in) const override {
        return record(Cofactors(), Tensors(whole(in)));
    }
    Tensor along(int i, Tensors in, const Tensor& direction) const {
        std::vector<Tensor> all(in.begin(), in.end());
        if (i == 0)
            all.push_back(direction);
        else
            all[static_cast<std::size_t>(i)] = direction;
        return record(Cofactors(), Tensors(all));
    }
};

// (a, factors of a) ↦ det a; g times the cofactors
struct Det final : General {
    std::string_view name() const noexcept override { return "det"; }
    Spec infer(Specs in) const override { return {without_last(in[0].shape, 2), in[0].dtype}; }
    void eval(ConstViews in, View out) const override {
        kernels::determinant(kernels::OfDeterminant::value, in[1], in[2], out);
    }
    Tensor vjp(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        return i == 0 ? cofactors(in) * as_matrix(g) : Tensor();
    }
    Tensor jvp(Tensors in, const Tensor&, Tensors t) const override {
        return t[0].defined() ? sum(cofactors(in) * t[0], {-2, -1}) : Tensor();
    }
    Tensor batched(const MappedInputs& in) const override {
        return record(Det(), Tensors(whole(in)));
    }
    static Tensor cofactors(Tensors in) { return record(Cofactors(), in.first(1)); }
};

// (a, factors of a) ↦ the sign of det a; a constant
struct DetSign final : General {
    std::string_view name() const noexcept override { return "slogdet"; }
    Spec infer(Specs in) const override { return {without_last(in[0].shape, 2), in[0].dtype}; }
    void eval(ConstViews in, View out) const override {
        kernels::determinant(kernels::OfDeterminant::sign, in[1], in[2], out);
    }
    Tensor vjp(int, Tensors, const Tensor&, const Tensor&) const override { return {}; }
    Tensor batched(const MappedInputs& in) const override {
        return record(DetSign(), Tensors(whole(in)));
    }
};

// (a, factors of a) ↦ log |det a|; g·a⁻ᵀ
struct DetLog final : General {
    std::string_view name() const noexcept override { return "slogdet"; }
    Spec infer(Specs in) const override { return {without_last(in[0].shape, 2), in[0].dtype}; }
    void eval(ConstViews in, View out) const override {
        kernels::determinant(kernels::OfDeterminant::log, in[1], in[2], out);
    }
    Tensor vjp(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        return i == 0 ? inverse_transposed(in) * as_matrix(g) : Tensor();
    }
    Tensor jvp(Tensors in, const Tensor&, Tensors t) const override {
        return t[0].defined() ? sum(inverse_transposed(in) * t[0], {-2, -1}) : Tensor();
    }
    Tensor batched(const MappedInputs& in) const override {
        return record(DetLog(), Tensors(whole(in)));
    }
    static Tensor inverse_transposed(Tensors in) {
        return solve_by("slogdet", in[0], {in[1], in[2]}, unit_like(in[0]), true);
    }
};

}  // namespace

LuFactors detail::lu_factors(const Tensor& a) {
    const std::vector<Tensor> both = record_all(Lu(), a);
    return {both[0], both[1]};
}

Tensor detail::solve_by(StaticName op, const Tensor& a, const LuFactors& factors, const Tensor& b,
                        bool transpose) {
    return record_all(Solve(op, transpose), a, b, factors.factors, factors.pivots)[0];
}

Tensor solve(const Tensor& a, const Tensor& b) {
    want_square("solve", a.spec());
    if (b.rank() == 1) return squeeze(solve(a, expand_dims(b, 1)), -1);
    solution_spec("solve", a.spec(), b.spec());
    return solve_by("solve", a, lu_factors(a), b);
}

Tensor inv(const Tensor& a) {
    want_square("inv", a.spec());
    return solve_by("inv", a, lu_factors(a), unit_like(a));
}

Tensor det(const Tensor& a) {
    want_square("det", a.spec());
    const LuFactors factors = lu_factors(a);
    return record(Det(), a, factors.factors, factors.pivots);
}

SlogdetResult slogdet(const Tensor& a) {
    want_square("slogdet", a.spec());
    const auto [factors, pivots] = lu_factors(a);
    return {record(DetSign(), a, factors, pivots), record(DetLog(), a, factors, pivots)};
}

}  // namespace shikumi
