// The exponential of a matrix.
#include <shikumi/autograd/kernels/matrix_functions.hpp>
#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/detail/linalg.hpp>
#include <shikumi/autograd/ops/linalg.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

using namespace detail;

namespace {

// (A, E₁ … Eₖ) ↦ the derivative of order k of exp A in these directions. Its own derivative by A
// along F is that of (A, E₁ … Eₖ, F). Transposed, with g in the place of a direction: that of
// (Aᵀ, E₁ᵀ … Eₖᵀ), since exp(A)ᵀ = exp(Aᵀ) and the trace of a product may be turned round.
struct Expm final : General {
    std::string_view name() const noexcept override { return "expm"; }
    Spec infer(Specs in) const override {
        if (in.size() > 9) fail<GradientError>(name(), "has no derivatives beyond order 8");
        return in[0];
    }
    void eval(ConstViews in, View out) const override { kernels::expm(in, out); }
    double flops(Specs in, const Spec& out) const noexcept override {
        double products = 10;
        for (std::size_t k = 1; k < in.size(); ++k) products *= 3;
        return 2 * products * static_cast<double>(out.size()) *
               static_cast<double>(out.shape.back());
    }
    Tensor vjp(int i, Tensors in, const Tensor&, const Tensor& g) const override {
        std::vector<Tensor> turned;
        for (const Tensor& x : in) turned.push_back(transposed(x));
        return along(i, turned, g);
    }
    Tensor jvp(Tensors in, const Tensor&, Tensors tangents) const override {
        Tensor total;
        for (std::size_t i = 0; i < in.size(); ++i) {
            if (tangents[i].defined())
                add_to(total, along(static_cast<int>(i), {in.begin(), in.end()}, tangents[i]));
        }
        return total;
    }
    Tensor batched(const MappedInputs& in) const override {
        return record(Expm(), Tensors(whole(in)));
    }
    Tensor along(int i, std::vector<Tensor> in, const Tensor& direction) const {
        if (i == 0)
            in.push_back(direction);
        else
            in[static_cast<std::size_t>(i)] = direction;
        return record(Expm(), Tensors(in));
    }
};

}  // namespace

Tensor expm(const Tensor& a) {
    want_square("expm", a.spec());
    return record(Expm(), a);
}

}  // namespace shikumi
