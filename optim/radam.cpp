#include <shikumi/optim/radam.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/formulas.hpp>

namespace shikumi::optim {

namespace {

struct RAdamRule final : Rule {
    explicit RAdamRule(const RAdamOptions& o)
        : beta_1(o.beta_1), beta_2(o.beta_2), epsilon(o.epsilon) {
        detail::check_decay("RAdam", "beta_1", beta_1);
        detail::check_decay("RAdam", "beta_2", beta_2);
        detail::check_not_negative("RAdam", "epsilon", epsilon);
    }
    std::string_view name() const noexcept override { return "RAdam"; }
    std::vector<Slot> slots(const Parameter&) const override {
        return {{"exp_avg"}, {"exp_avg_sq"}};
    }
    // The rate, and 1 and 0 where v is used, else 0 and 1.
    std::vector<Tensor> scalars(const Tensor& learning_rate, const Tensor& t,
                                std::span<Tensor>) const override {
        const double most = 2 / (1 - beta_2) - 1;
        const Tensor kept = pow(beta_2, t), rest = 1 - kept,
                     rate = learning_rate / (1 - pow(beta_1, t));
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
            {1 - beta_1, 1 - beta_2, scalars[0], epsilon, scalars[1], scalars[2]});
    }

    double beta_1, beta_2, epsilon;
};

}  // namespace

RAdam::RAdam(const RAdamOptions& options)
    : Optimizer(std::make_shared<RAdamRule>(options), options.learning_rate,
                StepOptions::of(options)) {}

}  // namespace shikumi::optim
