#include <shikumi/optim/lion.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>

namespace shikumi::optim {

namespace {

struct LionRule final : Rule {
    explicit LionRule(const LionOptions& o) : beta_1(o.beta_1), beta_2(o.beta_2) {
        if (!(beta_1 > 0 && beta_1 <= 1))
            fail<ValueError>("Lion", "beta_1 must lie in (0, 1], got ", beta_1);
        detail::check_decay("Lion", "beta_2", beta_2);
    }
    std::string_view name() const noexcept override { return "Lion"; }
    std::vector<Slot> slots() const override { return {{"momentum"}}; }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        const Tensor m = slots[0];
        slots[0] = m * beta_2 + gradient * (1 - beta_2);
        return w - scalars[0] * sign(m * beta_1 + gradient * (1 - beta_1));
    }

    double beta_1, beta_2;
};

}  // namespace

Lion::Lion(const LionOptions& options)
    : Optimizer(std::make_shared<LionRule>(options), options.learning_rate,
                Preparation::of(options)) {}

}  // namespace shikumi::optim
