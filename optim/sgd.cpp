#include <shikumi/optim/sgd.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/formulas.hpp>
#include <shikumi/optim/detail/rule_of.hpp>

namespace shikumi::optim {

namespace {

namespace updates = detail::updates;

// What both forms share: a momentum that may change.
template <class Options>
struct MomentumRule : detail::RuleOf<Options> {
    explicit MomentumRule(const Options& options) : detail::RuleOf<Options>(options) {
        if (o.momentum.scheduled()) return;
        detail::check_share("SGD", "the momentum", o.momentum.constant());
        if (o.nesterov && plain())
            fail<ValueError>("SGD",
                             "nesterov needs a momentum, e.g. {.momentum = 0.9, .nesterov = true}");
    }
    std::string_view name() const noexcept override { return "SGD"; }
    bool plain() const noexcept { return !o.momentum.scheduled() && o.momentum.constant() == 0; }
    bool keeps_idle_weights() const noexcept override { return plain(); }
    // The learning rate, and the momentum where it changes.
    std::vector<Tensor> scalars(const Tensor& learning_rate, const Tensor& t,
                                std::span<Tensor>) const override {
        if (!o.momentum.scheduled()) return {learning_rate};
        return {learning_rate, o.momentum(t - 1)};
    }
    template <class Formula, class Ahead>
    Tensor step(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                std::span<const Tensor> scalars) const {
        const detail::Number share =
            o.momentum.scheduled() ? detail::Number(scalars[1]) : o.momentum.constant();
        return o.nesterov ? detail::updated<Ahead>(w, gradient, slots, {share, scalars[0]})
                          : detail::updated<Formula>(w, gradient, slots, {share, scalars[0]});
    }

    using detail::RuleOf<Options>::o;
};

struct KerasSgdRule final : MomentumRule<SGDOptions> {
    using MomentumRule::MomentumRule;
    std::vector<Slot> slots(const Parameter&) const override {
        if (plain()) return {};
        return {{"momentum"}};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        if (plain()) return w - scalars[0] * gradient;
        return step<updates::Momentum, updates::Nesterov>(w, gradient, slots, scalars);
    }
};

struct TorchSgdRule final : MomentumRule<torch::SGDOptions> {
    explicit TorchSgdRule(const torch::SGDOptions& options) : MomentumRule(options) {
        detail::check_share("SGD", "the dampening", o.dampening);
        if (o.nesterov && o.dampening != 0) fail<ValueError>("SGD", "nesterov allows no dampening");
    }
    std::vector<Slot> slots(const Parameter&) const override {
        if (plain()) return {};
        return {{"momentum_buffer"}};
    }
    // The last one is the share of the gradient in the buffer: all of the first.
    std::vector<Tensor> scalars(const Tensor& learning_rate, const Tensor& t,
                                std::span<Tensor> shared) const override {
        std::vector<Tensor> all = MomentumRule::scalars(learning_rate, t, shared);
        if (o.dampening != 0) all.push_back(where(t <= 1, 1, scalar(1 - o.dampening, f64)));
        return all;
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        if (plain()) return w - scalars[0] * gradient;
        const Tensor g = o.dampening == 0 ? gradient : gradient * scalars.back();
        return step<updates::BufferedMomentum, updates::BufferedNesterov>(w, g, slots, scalars);
    }
};

}  // namespace

SGD::SGD(const SGDOptions& options) : Optimizer(detail::optimizer_of<KerasSgdRule>(options)) {}

torch::SGD::SGD(const SGDOptions& options)
    : Optimizer(detail::optimizer_of<TorchSgdRule>(options)) {}

}  // namespace shikumi::optim
