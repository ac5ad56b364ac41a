#include <shikumi/optim/rmsprop.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/formulas.hpp>

namespace shikumi::optim {

namespace {

namespace updates = detail::updates;
using shikumi::detail::moving_average;

// What both forms share. Slots: the mean square, then the momentum and the mean, where wanted.
struct RMSpropRule : Rule {
    template <class Options>
    RMSpropRule(double own_rho, const Options& o)
        : rho(own_rho), momentum(o.momentum), epsilon(o.epsilon), centered(o.centered) {
        detail::check_decay("RMSprop", "rho", rho);
        detail::check_not_negative("RMSprop", "epsilon", epsilon);
        detail::check_share("RMSprop", "the momentum", momentum);
    }
    std::string_view name() const noexcept override { return "RMSprop"; }
    bool plain() const noexcept { return momentum == 0 && !centered; }
    std::vector<Slot> named_slots(const char* square, const char* steps, const char* mean) const {
        std::vector<Slot> all{{square}};
        if (momentum > 0) all.push_back({steps});
        if (centered) all.push_back({mean});
        return all;
    }
    // The mean square or the variance.
    Tensor variance(const Tensor& g, std::span<Tensor> slots) const {
        const Tensor v = slots[0] = moving_average(slots[0], square(g), 1 - rho);
        if (!centered) return v;
        const Tensor mean = slots.back() = moving_average(slots.back(), g, 1 - rho);
        return v - square(mean);
    }

    double rho, momentum, epsilon;
    bool centered;
};

struct KerasRule final : RMSpropRule {
    explicit KerasRule(const RMSpropOptions& o) : RMSpropRule(o.rho, o) {}
    std::vector<Slot> slots(const Parameter&) const override {
        return named_slots("velocity", "momentum", "average_gradient");
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        if (plain())
            return detail::updated<updates::RMSprop>(w, gradient, slots,
                                                     {1 - rho, scalars[0], epsilon});
        const Tensor step = scalars[0] * gradient * rsqrt(variance(gradient, slots) + epsilon);
        if (momentum == 0) return w - step;
        return w - (slots[1] = slots[1] * momentum + step);
    }
};

struct TorchRule final : RMSpropRule {
    explicit TorchRule(const torch::RMSpropOptions& o) : RMSpropRule(o.alpha, o) {}
    std::vector<Slot> slots(const Parameter&) const override {
        return named_slots("square_avg", "momentum_buffer", "grad_avg");
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        if (plain())
            return detail::updated<updates::ShiftedRMSprop>(w, gradient, slots,
                                                            {1 - rho, scalars[0], epsilon});
        const Tensor step = gradient / (sqrt(variance(gradient, slots)) + epsilon);
        if (momentum == 0) return w - scalars[0] * step;
        return w - scalars[0] * (slots[1] = slots[1] * momentum + step);
    }
};

}  // namespace

RMSprop::RMSprop(const RMSpropOptions& options)
    : Optimizer(std::make_shared<KerasRule>(options), options.learning_rate,
                StepOptions::of(options)) {}

torch::RMSprop::RMSprop(const RMSpropOptions& options)
    : Optimizer(std::make_shared<TorchRule>(options), options.learning_rate,
                StepOptions::of(options)) {}

}  // namespace shikumi::optim
