#include <shikumi/optim/schedule_free_adamw.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/formulas.hpp>
#include <shikumi/optim/detail/rule_of.hpp>

namespace shikumi::optim {

namespace {

using shikumi::detail::moving_average;

struct ScheduleFreeRule final : detail::RuleOf<ScheduleFreeAdamWOptions> {
    explicit ScheduleFreeRule(const ScheduleFreeAdamWOptions& options)
        : RuleOf(options), warmup_steps(static_cast<double>(o.warmup_steps)) {
        detail::check_decay(name(), "beta_2", o.beta_2);
        detail::check_not_negative(name(), "epsilon", o.epsilon);
        detail::check_not_negative(name(), "warmup_steps", warmup_steps);
    }
    std::string_view name() const noexcept override { return "ScheduleFreeAdamW"; }
    std::vector<Slot> slots(const Parameter& weight) const override {
        return {{"momentum", 0, weight.value()}, {"velocity"}};
    }
    // The rate, the factor of √v, and the share of the mean that is the newest point.
    std::vector<Tensor> scalars(const Tensor& learning_rate, const Tensor& t,
                                std::span<Tensor>) const override {
        const Tensor rate =
            warmup_steps > 0 ? learning_rate * minimum(t / warmup_steps, 1) : learning_rate;
        return {rate, rsqrt(1 - pow(o.beta_2, t)), 1 / t};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        const Tensor v = slots[1] =
            moving_average(slots[1], square(gradient), detail::rest(o.beta_2, w.dtype()));
        const Tensor z = slots[0] =
            slots[0] - scalars[0] * gradient / (sqrt(v) * scalars[1] + o.epsilon);
        return w * (1 - scalars[2]) + z * scalars[2];
    }

    double warmup_steps;
};

}  // namespace

ScheduleFreeAdamW::ScheduleFreeAdamW(const ScheduleFreeAdamWOptions& options)
    : Optimizer(detail::optimizer_of<ScheduleFreeRule>(options)) {}

}  // namespace shikumi::optim
