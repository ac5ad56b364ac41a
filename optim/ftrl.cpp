#include <shikumi/optim/ftrl.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>

namespace shikumi::optim {

namespace {

struct FtrlRule final : Rule {
    explicit FtrlRule(const FtrlOptions& o)
        : power(-o.learning_rate_power),
          start(o.initial_accumulator_value),
          l1(o.l1_regularization_strength),
          l2(o.l2_regularization_strength),
          shrinkage(o.l2_shrinkage_regularization_strength),
          beta(o.beta) {
        if (!(power >= 0))
            fail<ValueError>("Ftrl", "learning_rate_power must not be positive, got ", -power);
        detail::check_not_negative("Ftrl", "initial_accumulator_value", start);
        detail::check_not_negative("Ftrl", "l1_regularization_strength", l1);
        detail::check_not_negative("Ftrl", "l2_regularization_strength", l2);
        detail::check_not_negative("Ftrl", "l2_shrinkage_regularization_strength", shrinkage);
        detail::check_not_negative("Ftrl", "beta", beta);
    }
    std::string_view name() const noexcept override { return "Ftrl"; }
    std::vector<Slot> slots(const Parameter&) const override {
        return {{"accumulator", start}, {"linear"}};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        const Tensor n = slots[0];
        const Tensor sum = slots[0] = n + square(gradient);
        const Tensor scale = pow(sum, power);
        const Tensor z = slots[1] =
            slots[1] + gradient + w * (2 * shrinkage) - (scale - pow(n, power)) / scalars[0] * w;
        return (clip(z, -l1, l1) - z) / ((scale + beta) / scalars[0] + 2 * l2);
    }

    double power, start, l1, l2, shrinkage, beta;
};

}  // namespace

Ftrl::Ftrl(const FtrlOptions& options)
    : Optimizer(std::make_shared<FtrlRule>(options), options.learning_rate,
                StepOptions::of(options)) {}

}  // namespace shikumi::optim
