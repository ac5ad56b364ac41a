#include <shikumi/optim/lion.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/formulas.hpp>

namespace shikumi::optim {

namespace {

struct LionRule final : Rule {
    explicit LionRule(const LionOptions& o) : beta_1(o.beta_1), beta_2(o.beta_2) {
        if (!(beta_1 > 0 && beta_1 <= 1))
            fail<ValueError>("Lion", "beta_1 must lie in (0, 1], got ", beta_1);
        detail::check_decay("Lion", "beta_2", beta_2);
    }
    std::string_view name() const noexcept override { return "Lion"; }
    std::vector<Slot> slots(const Parameter&) const override { return {{"momentum"}}; }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        return detail::updated<detail::updates::Lion>(w, gradient, slots,
                                                      {1 - beta_1, 1 - beta_2, scalars[0]});
    }

    double beta_1, beta_2;
};

}  // namespace

Lion::Lion(const LionOptions& options)
    : Optimizer(std::make_shared<LionRule>(options), options.learning_rate,
                StepOptions::of(options)) {}

}  // namespace shikumi::optim
