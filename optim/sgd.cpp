#include <shikumi/optim/sgd.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/formulas.hpp>

namespace shikumi::optim {

namespace {

namespace updates = detail::updates;

// What both forms share: a momentum that may change.
struct MomentumRule : Rule {
    MomentumRule(const Scheduled& own_momentum, bool looks_ahead)
        : momentum(own_momentum), nesterov(looks_ahead) {
        if (momentum.scheduled()) return;
        detail::check_share("SGD", "the momentum", momentum.constant());
        if (nesterov && plain())
            fail<ValueError>("SGD",
                             "nesterov needs a momentum, e.g. {.momentum = 0.9, .nesterov = true}");
    }
    std::string_view name() const noexcept override { return "SGD"; }
    bool plain() const noexcept { return !momentum.scheduled() && momentum.constant() == 0; }
    bool keeps_idle_weights() const noexcept override { return plain(); }
    // The learning rate, and the momentum where it changes.
    std::vector<Tensor> scalars(const Tensor& learning_rate, const Tensor& t,
                                std::span<Tensor>) const override {
        if (!momentum.scheduled()) return {learning_rate};
        return {learning_rate, momentum(t - 1)};
    }
    template <class Formula, class Ahead>
    Tensor step(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                std::span<const Tensor> scalars) const {
        const detail::Number share =
            momentum.scheduled() ? detail::Number(scalars[1]) : momentum.constant();
        return nesterov ? detail::updated<Ahead>(w, gradient, slots, {share, scalars[0]})
                        : detail::updated<Formula>(w, gradient, slots, {share, scalars[0]});
    }

    Scheduled momentum;
    bool nesterov;
};

struct KerasRule final : MomentumRule {
    explicit KerasRule(const SGDOptions& o) : MomentumRule(o.momentum, o.nesterov) {}
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

struct TorchRule final : MomentumRule {
    explicit TorchRule(const torch::SGDOptions& o)
        : MomentumRule(o.momentum, o.nesterov), dampening(o.dampening) {
        detail::check_share("SGD", "the dampening", dampening);
        if (nesterov && dampening != 0) fail<ValueError>("SGD", "nesterov allows no dampening");
    }
    std::vector<Slot> slots(const Parameter&) const override {
        if (plain()) return {};
        return {{"momentum_buffer"}};
    }
    // The last one is the share of the gradient in the buffer: all of the first.
    std::vector<Tensor> scalars(const Tensor& learning_rate, const Tensor& t,
                                std::span<Tensor> shared) const override {
        std::vector<Tensor> all = MomentumRule::scalars(learning_rate, t, shared);
        if (dampening != 0) all.push_back(where(t <= 1, 1, scalar(1 - dampening, f64)));
        return all;
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        if (plain()) return w - scalars[0] * gradient;
        const Tensor g = dampening == 0 ? gradient : gradient * scalars.back();
        return step<updates::BufferedMomentum, updates::BufferedNesterov>(w, g, slots, scalars);
    }

    double dampening;
};

}  // namespace

SGD::SGD(const SGDOptions& options)
    : Optimizer(std::make_shared<KerasRule>(options), options.learning_rate,
                StepOptions::of(options)) {}

torch::SGD::SGD(const SGDOptions& options)
    : Optimizer(std::make_shared<TorchRule>(options), options.learning_rate,
                StepOptions::of(options)) {}

}  // namespace shikumi::optim
