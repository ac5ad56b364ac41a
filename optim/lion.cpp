#include <shikumi/optim/lion.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/formulas.hpp>
#include <shikumi/optim/detail/rule_of.hpp>

namespace shikumi::optim {

namespace {

struct LionRule final : detail::RuleOf<LionOptions> {
    explicit LionRule(const LionOptions& options) : RuleOf(options) {
        if (!(o.beta_1 > 0 && o.beta_1 <= 1))
            fail<ValueError>("Lion", "beta_1 must lie in (0, 1], got ", o.beta_1);
        detail::check_decay("Lion", "beta_2", o.beta_2);
    }
    std::string_view name() const noexcept override { return "Lion"; }
    std::vector<Slot> slots(const Parameter&) const override { return {{"momentum"}}; }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        return detail::updated<detail::updates::Lion>(w, gradient, slots,
                                                      {1 - o.beta_1, 1 - o.beta_2, scalars[0]});
    }
};

}  // namespace

Lion::Lion(const LionOptions& options) : Optimizer(detail::optimizer_of<LionRule>(options)) {}

}  // namespace shikumi::optim
