// Eigenvalues and eigenvectors of symmetric matrices.
#include <shikumi/autograd/graph/multi_output.hpp>
#include <shikumi/autograd/kernels/orthogonal.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/detail/linalg.hpp>
#include <shikumi/autograd/ops/detail/spectral.hpp>
#include <shikumi/autograd/ops/linalg.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

using namespace detail;

namespace {

double cost(const Spec& a, double factor) {
    return factor * static_cast<double>(a.size()) * static_cast<double>(a.shape.back());
}

// vᵀ·x·v
Tensor turned(const Tensor& x, const Tensor& v) { return matmul(transposed(v), matmul(x, v)); }
// v·x·vᵀ
Tensor turned_back(const Tensor& x, const Tensor& v) { return matmul(matmul(v, x), transposed(v)); }

Tensor eigenvalue_tangent(const Tensor& a, const Tensor& e, const Tensor& w, const Tensor& v);

// How a and c both shape what eigenvalues c(w) contribute: v·(quotients of c ∘ vᵀ·e·v)·vᵀ.
Tensor second_order(const Tensor& c, const Tensor& e, const Tensor& w, const Tensor& v) {
    return turned_back(Quotients(c, w).of_differences() * turned(symmetric(e), v), v);
}

// (a, c, w, v) ↦ v·diag(c)·vᵀ, the gradient of a function of a's eigenvalues w whose derivative by
// them is c. As a function of a and c: w and v follow from a.
struct EigenvalueGradient final : General {
    std::string_view name() const noexcept override { return "eigenvalue_gradient"; }
    Spec infer(Specs in) const override { return in[0]; }
    void eval(ConstViews in, View out) const override {
        kernels::from_diagonal(in[3], in[1], in[3], true, out);
    }
    double flops(Specs in, const Spec&) const noexcept override { return cost(in[0], 2); }
    Tensor vjp(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        if (i == 0) return second_order(in[1], g, in[2], in[3]);
        return i == 1 ? eigenvalue_tangent(in[0], g, in[2], in[3]) : Tensor();
    }
    Tensor batched(const MappedInputs& in) const override {
        return record(EigenvalueGradient(), Tensors(whole(in)));
    }
    Tensor jvp(Tensors in, const Tensor&, Tensors t) const override {
        Tensor total;
        if (t[0].defined()) add_to(total, second_order(in[1], t[0], in[2], in[3]));
        if (t[1].defined()) add_to(total, record(EigenvalueGradient(), in[0], t[1], in[2], in[3]));
        return total;
    }
};

Tensor eigenvalue_gradient(const Tensor& a, const Tensor& c, const Tensor& w, const Tensor& v) {
    return record(EigenvalueGradient(), a, c, w, v);
}

// (a, e, w, v) ↦ vᵢᵀ·e·vᵢ, the tangents of a's eigenvalues w along e. As a function of a and e; the
// adjoint of the above. Along ȧ the vectors turn by 1/(wⱼ - wᵢ) times vᵢᵀ·ȧ·vⱼ.
struct EigenvalueTangent final : General {
    std::string_view name() const noexcept override { return "eigenvalue_tangent"; }
    Spec infer(Specs in) const override { return in[2]; }
    void eval(ConstViews in, View out) const override {
        kernels::to_diagonal(in[3], in[1], in[3], true, out);
    }
    double flops(Specs in, const Spec&) const noexcept override { return cost(in[0], 2); }
    Tensor vjp(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        if (i == 0) return second_order(g, in[1], in[2], in[3]);
        return i == 1 ? eigenvalue_gradient(in[0], g, in[2], in[3]) : Tensor();
    }
    Tensor batched(const MappedInputs& in) const override {
        return record(EigenvalueTangent(), Tensors(whole(in)));
    }
    Tensor jvp(Tensors in, const Tensor&, Tensors t) const override {
        Tensor total;
        const auto inside = [&](const Tensor& x) { return turned(symmetric(x), in[3]); };
        if (t[0].defined())
            add_to(total,
                   sum(inside(in[1]) * inside(t[0]) * reciprocal_differences(in[2]), -2) * 2);
        if (t[1].defined()) add_to(total, record(EigenvalueTangent(), in[0], t[1], in[2], in[3]));
        return total;
    }
};

Tensor eigenvalue_tangent(const Tensor& a, const Tensor& e, const Tensor& w, const Tensor& v) {
    return record(EigenvalueTangent(), a, e, w, v);
}

// symmetric a ↦ w, v. By w as above; by v, v·(F ∘ vᵀ·g)·vᵀ with Fᵢⱼ = 1/(wⱼ - wᵢ); the tangent of v
// is v·(F ∘ vᵀ·ȧ·v).
struct Eigh final : MultiOutput {
    std::string_view name() const noexcept override { return "eigh"; }
    bool can_fail() const noexcept override { return true; }
    OutputSpecs infer_all(Specs in) const override {
        return {{without_last(in[0].shape, 1), in[0].dtype}, in[0]};
    }
    void eval_all(ConstViews in, std::span<const View> out) const override {
        if (in[0].size() > 0) kernels::eigh(name(), in[0], out[0], out[1]);
    }
    double flops(Specs in, const Spec&) const noexcept override { return cost(in[0], 9); }
    std::vector<Tensor> batched_all(const MappedInputs& in) const override {
        return record_all(Eigh(), in[0]);
    }
    std::vector<Tensor> vjp_all(Tensors in, Tensors out, Tensors g) const override {
        const Tensor &w = out[0], &v = out[1];
        Tensor total;
        if (g[0].defined()) total = eigenvalue_gradient(in[0], g[0], w, v);
        if (g[1].defined())
            add_to(total, turned_back(reciprocal_differences(w) * matmul(transposed(v), g[1]), v));
        return {total};
    }
    std::vector<Tensor> jvp_all(Tensors in, Tensors out, Tensors t) const override {
        const Tensor &w = out[0], &v = out[1];
        return {eigenvalue_tangent(in[0], t[0], w, v),
                matmul(v, reciprocal_differences(w) * turned(t[0], v))};
    }
};

// symmetric a ↦ w, as above
struct Eigvalsh final : General {
    std::string_view name() const noexcept override { return "eigvalsh"; }
    bool can_fail() const noexcept override { return true; }
    Spec infer(Specs in) const override { return {without_last(in[0].shape, 1), in[0].dtype}; }
    void eval(ConstViews in, View out) const override {
        if (out.size() > 0) kernels::eigvalsh(name(), in[0], out);
    }
    double flops(Specs in, const Spec&) const noexcept override { return cost(in[0], 4.0 / 3); }
    Tensor batched(const MappedInputs& in) const override { return record(Eigvalsh(), in[0]); }
    Tensor vjp(int, Tensors in, const Tensor& w, const Tensor& g) const override {
        return eigenvalue_gradient(in[0], g, w, vectors(in[0]));
    }
    Tensor jvp(Tensors in, const Tensor& w, Tensors t) const override {
        return eigenvalue_tangent(in[0], t[0], w, vectors(in[0]));
    }
    static Tensor vectors(const Tensor& a) { return record_all(Eigh(), a)[1]; }
};

}  // namespace

EighResult eigh(const Tensor& a) {
    want_square("eigh", a.spec());
    const std::vector<Tensor> both = record_all(Eigh(), symmetric(a));
    return {both[0], both[1]};
}

Tensor eigvalsh(const Tensor& a) {
    want_square("eigvalsh", a.spec());
    return record(Eigvalsh(), symmetric(a));
}

}  // namespace shikumi
