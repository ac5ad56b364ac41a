#include <shikumi/optim/rmsprop.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/formulas.hpp>
#include <shikumi/optim/detail/rule_of.hpp>

namespace shikumi::optim {

namespace {

namespace updates = detail::updates;
using shikumi::detail::moving_average;

// What both forms share. Slots: the mean square, then the momentum and the mean, where wanted.
template <class Options>
struct RMSpropRule : detail::RuleOf<Options> {
    RMSpropRule(double own_rho, const Options& options)
        : detail::RuleOf<Options>(options), rho(own_rho) {
        detail::check_decay("RMSprop", "rho", rho);
        detail::check_not_negative("RMSprop", "epsilon", o.epsilon);
        detail::check_share("RMSprop", "the momentum", o.momentum);
    }
    std::string_view name() const noexcept override { return "RMSprop"; }
    bool plain() const noexcept { return o.momentum == 0 && !o.centered; }
    std::vector<Slot> named_slots(const char* square, const char* steps, const char* mean) const {
        std::vector<Slot> all{{square}};
        if (o.momentum > 0) all.push_back({steps});
        if (o.centered) all.push_back({mean});
        return all;
    }
    // The mean square or the variance.
    Tensor variance(const Tensor& g, std::span<Tensor> slots) const {
        const Tensor v = slots[0] = moving_average(slots[0], square(g), 1 - rho);
        if (!o.centered) return v;
        const Tensor mean = slots.back() = moving_average(slots.back(), g, 1 - rho);
        return v - square(mean);
    }

    using detail::RuleOf<Options>::o;
    double rho;
};

struct KerasRMSpropRule final : RMSpropRule<RMSpropOptions> {
    explicit KerasRMSpropRule(const RMSpropOptions& options) : RMSpropRule(options.rho, options) {}
    std::vector<Slot> slots(const Parameter&) const override {
        return named_slots("velocity", "momentum", "average_gradient");
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        if (plain())
            return detail::updated<updates::RMSprop>(w, gradient, slots,
                                                     {1 - rho, scalars[0], o.epsilon});
        const Tensor step = scalars[0] * gradient * rsqrt(variance(gradient, slots) + o.epsilon);
        if (o.momentum == 0) return w - step;
        return w - (slots[1] = slots[1] * o.momentum + step);
    }
};

struct TorchRMSpropRule final : RMSpropRule<torch::RMSpropOptions> {
    explicit TorchRMSpropRule(const torch::RMSpropOptions& options)
        : RMSpropRule(options.alpha, options) {}
    std::vector<Slot> slots(const Parameter&) const override {
        return named_slots("square_avg", "momentum_buffer", "grad_avg");
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        if (plain())
            return detail::updated<updates::ShiftedRMSprop>(w, gradient, slots,
                                                            {1 - rho, scalars[0], o.epsilon});
        const Tensor step = gradient / (sqrt(variance(gradient, slots)) + o.epsilon);
        if (o.momentum == 0) return w - scalars[0] * step;
        return w - scalars[0] * (slots[1] = slots[1] * o.momentum + step);
    }
};

}  // namespace

RMSprop::RMSprop(const RMSpropOptions& options)
    : Optimizer(detail::optimizer_of<KerasRMSpropRule>(options)) {}

torch::RMSprop::RMSprop(const RMSpropOptions& options)
    : Optimizer(detail::optimizer_of<TorchRMSpropRule>(options)) {}

}  // namespace shikumi::optim
