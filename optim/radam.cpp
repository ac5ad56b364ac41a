#include <shikumi/optim/radam.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/formulas.hpp>
#include <shikumi/optim/detail/rule_of.hpp>

namespace shikumi::optim {

namespace {

struct RAdamRule final : detail::RuleOf<RAdamOptions> {
    explicit RAdamRule(const RAdamOptions& options) : RuleOf(options) {
        detail::check_decay("RAdam", "beta_1", o.beta_1);
        detail::check_decay("RAdam", "beta_2", o.beta_2);
        detail::check_not_negative("RAdam", "epsilon", o.epsilon);
    }
    std::string_view name() const noexcept override { return "RAdam"; }
    std::vector<Slot> slots(const Parameter&) const override {
        return {{"exp_avg"}, {"exp_avg_sq"}};
    }
    // The rate, and 1 and 0 where v is used, else 0 and 1.
    std::vector<Tensor> scalars(const Tensor& learning_rate, const Tensor& t,
                                std::span<Tensor>) const override {
        const double most = 2 / (1 - o.beta_2) - 1;
        const Tensor kept = pow(o.beta_2, t), rest = 1 - kept,
                     rate = learning_rate / (1 - pow(o.beta_1, t));
        const Tensor length = most - 2 * t * kept / rest;
        const Tensor adapts = length > 5;
        const Tensor factor =
            (length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length);
        const Tensor adaptive = adapts.cast(f64);
        return {where(adapts, rate * sqrt(factor * rest), rate), adaptive, 1 - adaptive};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        return detail::updated<detail::updates::RectifiedAdam>(
            w, gradient, slots,
            {1 - o.beta_1, 1 - o.beta_2, scalars[0], o.epsilon, scalars[1], scalars[2]});
    }
};

}  // namespace

RAdam::RAdam(const RAdamOptions& options) : Optimizer(detail::optimizer_of<RAdamRule>(options)) {}

}  // namespace shikumi::optim
