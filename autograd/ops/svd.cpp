// Singular values and vectors, and the pseudo-inverse.
#include <limits>

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

Index rows(const Tensor& x) { return x.shape()[x.rank() - 2]; }
Index columns(const Tensor& x) { return x.shape().back(); }
double cost(const Spec& a, double factor) {
    const Index m = a.shape[a.shape.rank() - 2], n = a.shape.back();
    return factor * static_cast<double>(a.size()) * static_cast<double>(std::min(m, n));
}

Shape values_shape(const Shape& a) {
    const int rank = a.rank();
    return with_last(without_last(a, 2), {std::min(a[rank - 2], a[rank - 1])});
}

// What of x is outside of the columns of u: x - u·uᵀ·x; of the rows of vh: x - x·vhᵀ·vh.
Tensor outside_columns(const Tensor& x, const Tensor& u) {
    return x - matmul(u, matmul(transposed(u), x));
}
Tensor outside_rows(const Tensor& x, const Tensor& vh) {
    return x - matmul(matmul(x, transposed(vh)), vh);
}
// uᵀ·x·vhᵀ
Tensor turned(const Tensor& x, const Tensor& u, const Tensor& vh) {
    return matmul(matmul(transposed(u), x), transposed(vh));
}
// x - xᵀ
Tensor skew(const Tensor& x) { return x - transposed(x); }

Tensor singular_value_tangent(Tensors in, const Tensor& e);

// How a and c both shape what singular values c(s) contribute along e: with P = uᵀ·e·v, its
// symmetric part times the quotients of differences and its other part times those of sums, between
// u and vᵀ; what e has outside of both, times c/s.
Tensor second_order(const Tensor& c, const Tensor& e, Tensors in) {
    const Tensor &s = in[2], &u = in[3], &vh = in[4];
    const Quotients quotients(c, s);
    const Tensor p = turned(e, u, vh);
    const Tensor inside =
        quotients.of_differences() * symmetric(p) + quotients.of_sums() * skew(p) * 0.5;
    Tensor all = matmul(matmul(u, inside), vh);
    const Index k = columns(s);
    if (rows(u) > k)
        add_to(all,
               matmul(matmul(outside_columns(e, u), transposed(vh)) * as_row(quotients.of_each()),
                      vh));
    if (columns(vh) > k)
        add_to(all, matmul(u, as_column(quotients.of_each()) *
                                  outside_rows(matmul(transposed(u), e), vh)));
    return all;
}

// (a, c, s, u, vh) ↦ u·diag(c)·vh, the gradient of a function of a's singular values s whose
// derivative by them is c. As a function of a and c: the others follow from a.
struct SingularValueGradient final : General {
    std::string_view name() const noexcept override { return "singular_value_gradient"; }
    Spec infer(Specs in) const override { return in[0]; }
    void eval(ConstViews in, View out) const override {
        if (out.size() > 0) kernels::from_diagonal(in[3], in[1], in[4], false, out);
    }
    double flops(Specs in, const Spec&) const noexcept override { return cost(in[0], 2); }
    Tensor vjp(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        if (i == 0) return second_order(in[1], g, in);
        return i == 1 ? singular_value_tangent(in, g) : Tensor();
    }
    Tensor batched(const MappedInputs& in) const override {
        return record(SingularValueGradient(), Tensors(whole(in)));
    }
    Tensor jvp(Tensors in, const Tensor&, Tensors t) const override {
        Tensor total;
        if (t[0].defined()) add_to(total, second_order(in[1], t[0], in));
        if (t[1].defined())
            add_to(total, record(SingularValueGradient(), in[0], t[1], in[2], in[3], in[4]));
        return total;
    }
};

Tensor singular_value_gradient(Tensors in, const Tensor& c) {
    return record(SingularValueGradient(), in[0], c, in[2], in[3], in[4]);
}

// (a, e, s, u, vh) ↦ uᵢᵀ·e·vᵢ, the tangents of a's singular values s along e. As a function of a
// and e; the adjoint of the above.
struct SingularValueTangent final : General {
    std::string_view name() const noexcept override { return "singular_value_tangent"; }
    Spec infer(Specs in) const override { return in[2]; }
    void eval(ConstViews in, View out) const override {
        if (in[0].size() > 0) kernels::to_diagonal(in[3], in[1], in[4], false, out);
    }
    double flops(Specs in, const Spec&) const noexcept override { return cost(in[0], 2); }
    Tensor vjp(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        if (i == 0) return second_order(g, in[1], in);
        return i == 1 ? singular_value_gradient(in, g) : Tensor();
    }
    Tensor batched(const MappedInputs& in) const override {
        return record(SingularValueTangent(), Tensors(whole(in)));
    }
    Tensor jvp(Tensors in, const Tensor&, Tensors t) const override {
        Tensor total;
        if (t[0].defined()) add_to(total, along(in, t[0]));
        if (t[1].defined())
            add_to(total, record(SingularValueTangent(), in[0], t[1], in[2], in[3], in[4]));
        return total;
    }
    // The transpose, by c, of what c contributes above.
    static Tensor along(Tensors in, const Tensor& d) {
        const Tensor &e = in[1], &s = in[2], &u = in[3], &vh = in[4], v = transposed(vh);
        const Tensor p = turned(e, u, vh), q = turned(d, u, vh);
        Tensor all = sum(symmetric(p) * symmetric(q) * reciprocal_differences(s) * 2 +
                             skew(p) * skew(q) * 0.5 / (as_row(s) + as_column(s)),
                         -2);
        const Index k = columns(s);
        if (rows(u) > k) add_to(all, sum(matmul(outside_columns(e, u), v) * matmul(d, v), -2) / s);
        if (columns(vh) > k) {
            const Tensor left = transposed(u);
            add_to(all, sum(outside_rows(matmul(left, e), vh) * matmul(left, d), -1) / s);
        }
        return all;
    }
};

Tensor singular_value_tangent(Tensors in, const Tensor& e) {
    return record(SingularValueTangent(), in[0], e, in[2], in[3], in[4]);
}

// a ↦ u, s, vh. By s as above; by u and vh, with V = vhᵀ, Sᵢⱼ = 1/(sⱼ² - sᵢ²) and skew(x) = x - xᵀ:
//   u·((skew(uᵀ·g_u) ∘ S)·diag(s) + diag(s)·(skew(Vᵀ·g_V) ∘ S))·vh
//   + (1 - u·uᵀ)·g_u·diag(1/s)·vh + u·diag(1/s)·g_Vᵀ·(1 - V·Vᵀ)
struct Svd final : MultiOutput {
    std::string_view name() const noexcept override { return "svd"; }
    bool can_fail() const noexcept override { return true; }
    OutputSpecs infer_all(Specs in) const override {
        const Shape &a = in[0].shape, s = values_shape(a), batch = without_last(a, 2);
        const DType dtype = in[0].dtype;
        const Index k = s.back();
        return {{with_last(batch, {a[a.rank() - 2], k}), dtype},
                {s, dtype},
                {with_last(batch, {k, a.back()}), dtype}};
    }
    void eval_all(ConstViews in, std::span<const View> out) const override {
        if (in[0].size() > 0) kernels::svd(name(), in[0], out[0], out[1], out[2]);
    }
    double flops(Specs in, const Spec&) const noexcept override { return cost(in[0], 20); }
    std::vector<Tensor> batched_all(const MappedInputs& in) const override {
        return record_all(Svd(), in[0]);
    }
    std::vector<Tensor> vjp_all(Tensors in, Tensors out, Tensors g) const override {
        const Tensor &u = out[0], &s = out[1], &vh = out[2];
        Tensor total;
        if (g[1].defined())
            total = singular_value_gradient(std::array{in[0], g[1], s, u, vh}, g[1]);
        const Tensor by_squares = reciprocal_differences(s) / (as_row(s) + as_column(s));
        const Index k = columns(s);
        if (g[0].defined()) {
            const Tensor turn = skew(matmul(transposed(u), g[0])) * by_squares * as_row(s);
            add_to(total, matmul(matmul(u, turn), vh));
            if (rows(u) > k) add_to(total, matmul(outside_columns(g[0], u) / as_row(s), vh));
        }
        if (g[2].defined()) {
            const Tensor turn = as_column(s) * (skew(matmul(vh, transposed(g[2]))) * by_squares);
            add_to(total, matmul(matmul(u, turn), vh));
            if (columns(vh) > k) add_to(total, matmul(u, outside_rows(g[2], vh) / as_column(s)));
        }
        return {total};
    }
};

// a ↦ s, as above
struct Svdvals final : General {
    std::string_view name() const noexcept override { return "svdvals"; }
    bool can_fail() const noexcept override { return true; }
    Spec infer(Specs in) const override { return {values_shape(in[0].shape), in[0].dtype}; }
    void eval(ConstViews in, View out) const override {
        if (out.size() > 0) kernels::svdvals(name(), in[0], out);
    }
    double flops(Specs in, const Spec&) const noexcept override { return cost(in[0], 3); }
    Tensor batched(const MappedInputs& in) const override { return record(Svdvals(), in[0]); }
    Tensor vjp(int, Tensors in, const Tensor& s, const Tensor& g) const override {
        return singular_value_gradient(with_vectors(in[0], s), g);
    }
    Tensor jvp(Tensors in, const Tensor& s, Tensors t) const override {
        return singular_value_tangent(with_vectors(in[0], s), t[0]);
    }
    static std::vector<Tensor> with_vectors(const Tensor& a, const Tensor& s) {
        const std::vector<Tensor> all = record_all(Svd(), a);
        return {a, {}, s, all[0], all[2]};
    }
};

// a ↦ p. With M = 1 - a·p and N = 1 - p·a, by a -pᵀ·g·pᵀ + M·gᵀ·p·pᵀ + pᵀ·p·gᵀ·N; the tangent is
// -p·ȧ·p + p·pᵀ·ȧᵀ·M + N·ȧᵀ·pᵀ·p.
struct Pinv final : General {
    explicit Pinv(double s) : smallest(s) {}
    bool operator==(const Pinv&) const = default;
    std::string_view name() const noexcept override { return "pinv"; }
    bool can_fail() const noexcept override { return true; }
    Spec infer(Specs in) const override {
        const Shape& a = in[0].shape;
        return {with_last(without_last(a, 2), {a.back(), a[a.rank() - 2]}), in[0].dtype};
    }
    void eval(ConstViews in, View out) const override {
        if (out.size() > 0) kernels::pinv(name(), in[0], smallest, out);
    }
    double flops(Specs in, const Spec&) const noexcept override { return cost(in[0], 22); }
    Tensor batched(const MappedInputs& in) const override { return record(Pinv(smallest), in[0]); }
    Tensor vjp(int, Tensors in, const Tensor& p, const Tensor& g) const override {
        const Tensor &a = in[0], pt = transposed(p), gt = transposed(g);
        return matmul(matmul(gt - matmul(a, matmul(p, gt)), p), pt) +
               matmul(pt, matmul(p, gt - matmul(matmul(gt, p), a))) - matmul(matmul(pt, g), pt);
    }
    Tensor jvp(Tensors in, const Tensor& p, Tensors t) const override {
        const Tensor &a = in[0], pt = transposed(p), dt = transposed(t[0]);
        return matmul(p, matmul(pt, dt - matmul(matmul(dt, a), p))) +
               matmul(matmul(dt - matmul(p, matmul(a, dt)), pt), p) - matmul(matmul(p, t[0]), p);
    }

    double smallest;
};

}  // namespace

SvdResult svd(const Tensor& a) {
    want_matrix("svd", a.spec());
    const std::vector<Tensor> all = record_all(Svd(), a);
    return {all[0], all[1], all[2]};
}

Tensor svdvals(const Tensor& a) {
    want_matrix("svdvals", a.spec());
    return record(Svdvals(), a);
}

Tensor pinv(const Tensor& a, std::optional<double> smallest) {
    want_matrix("pinv", a.spec());
    const double epsilon = a.dtype() == f32 ? double{std::numeric_limits<float>::epsilon()}
                                            : std::numeric_limits<double>::epsilon();
    const auto size = static_cast<double>(std::max(rows(a), columns(a)));
    const double limit = smallest.value_or(size * epsilon);
    if (!(limit >= 0 && limit < 1))
        fail<ValueError>("pinv", "wants a part of the largest singular value in [0, 1), got ",
                         limit);
    return record(Pinv(limit), a);
}

}  // namespace shikumi
