#include <shikumi/autograd/transform/gradient_hook.hpp>

#include <memory>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/kernels/copy.hpp>
#include <shikumi/autograd/transform/detail/batched_rule.hpp>
#include <shikumi/autograd/transform/detail/checks.hpp>

namespace shikumi {

namespace {

using Hook = std::function<Tensor(const Tensor&)>;

// out = x; what the hook makes of g
struct Hooked final : General, detail::Unshared {
    explicit Hooked(std::shared_ptr<const Hook> h) : hook(std::move(h)) {}
    bool operator==(const Hooked&) const = default;
    std::string_view name() const noexcept override { return "on_gradient"; }
    Form form() const noexcept override { return Form::view; }
    Spec infer(Specs in) const override { return in[0]; }
    void eval(ConstViews in, View out) const override { kernels::copy_bytes(in[0], out); }
    Tensor vjp(int, Tensors, const Tensor&, const Tensor& g) const override {
        const Tensor replaced = (*hook)(g);
        if (!replaced.defined()) return g;
        if (replaced.spec() != g.spec())
            fail<GradientError>(name(), "the hook gave ", replaced.spec(), " for a gradient ",
                                g.spec());
        return replaced;
    }
    Tensor jvp(Tensors, const Tensor&, Tensors tangents) const override { return tangents[0]; }
    Tensor batched(const MappedInputs& in) const override {
        const auto each = [one = hook](const Tensor& g) {
            return detail::batched_rule(
                {{g}}, [&](const auto& example) { return std::vector{(*one)(example[0][0])}; })[0];
        };
        return record(Hooked(std::make_shared<const Hook>(each)), in[0]);
    }

    std::shared_ptr<const Hook> hook;
};

}  // namespace

Tensor detail::hooked(const Tensor& x, Hook hook) {
    check_floating("on_gradient", x);
    return record(Hooked(std::make_shared<const Hook>(std::move(hook))), x);
}

}  // namespace shikumi
