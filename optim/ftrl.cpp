#include <shikumi/optim/ftrl.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/rule_of.hpp>

namespace shikumi::optim {

namespace {

struct FtrlRule final : detail::RuleOf<FtrlOptions> {
    explicit FtrlRule(const FtrlOptions& options) : RuleOf(options) {
        if (!(o.learning_rate_power <= 0))
            fail<ValueError>("Ftrl", "learning_rate_power must not be positive, got ",
                             o.learning_rate_power);
        detail::check_not_negative("Ftrl", "initial_accumulator_value",
                                   o.initial_accumulator_value);
        detail::check_not_negative("Ftrl", "l1_regularization_strength",
                                   o.l1_regularization_strength);
        detail::check_not_negative("Ftrl", "l2_regularization_strength",
                                   o.l2_regularization_strength);
        detail::check_not_negative("Ftrl", "l2_shrinkage_regularization_strength",
                                   o.l2_shrinkage_regularization_strength);
        detail::check_not_negative("Ftrl", "beta", o.beta);
    }
    std::string_view name() const noexcept override { return "Ftrl"; }
    std::vector<Slot> slots(const Parameter&) const override {
        return {{"accumulator", o.initial_accumulator_value}, {"linear"}};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        const double power = -o.learning_rate_power, l1 = o.l1_regularization_strength,
                     l2 = o.l2_regularization_strength,
                     shrinkage = o.l2_shrinkage_regularization_strength;
        const Tensor n = slots[0];
        const Tensor sum = slots[0] = n + square(gradient);
        const Tensor scale = pow(sum, power);
        const Tensor z = slots[1] =
            slots[1] + gradient + w * (2 * shrinkage) - (scale - pow(n, power)) / scalars[0] * w;
        return (clip(z, -l1, l1) - z) / ((scale + o.beta) / scalars[0] + 2 * l2);
    }
};

}  // namespace

Ftrl::Ftrl(const FtrlOptions& options) : Optimizer(detail::optimizer_of<FtrlRule>(options)) {}

}  // namespace shikumi::optim
