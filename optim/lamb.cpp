#include <shikumi/optim/lamb.hpp>

#include <shikumi/autograd/ops/detail/averages.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/rule_of.hpp>

namespace shikumi::optim {

namespace {

using shikumi::detail::moving_average;

struct LambRule final : detail::RuleOf<LambOptions> {
    explicit LambRule(const LambOptions& options) : RuleOf(options) {
        detail::check_decay("Lamb", "beta_1", o.beta_1);
        detail::check_decay("Lamb", "beta_2", o.beta_2);
        detail::check_not_negative("Lamb", "epsilon", o.epsilon);
    }
    std::string_view name() const noexcept override { return "Lamb"; }
    std::vector<Slot> slots(const Parameter&) const override {
        return {{"momentum"}, {"velocity"}};
    }
    // The rate and the factors of m and of √v.
    std::vector<Tensor> scalars(const Tensor& learning_rate, const Tensor& t,
                                std::span<Tensor>) const override {
        return {learning_rate, 1 / (1 - pow(o.beta_1, t)), rsqrt(1 - pow(o.beta_2, t))};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        const Tensor m = slots[0] = moving_average(slots[0], gradient, 1 - o.beta_1);
        const Tensor v = slots[1] = moving_average(slots[1], square(gradient), 1 - o.beta_2);
        const Tensor step = m * scalars[1] / (sqrt(v) * scalars[2] + o.epsilon);
        const Tensor length = norm(w), step_length = norm(step);
        const Tensor both = (length > 0) & (step_length > 0);
        return w - step * (scalars[0] * where(both, length / step_length, 1));
    }
};

}  // namespace

Lamb::Lamb(const LambOptions& options) : Optimizer(detail::optimizer_of<LambRule>(options)) {}

}  // namespace shikumi::optim
