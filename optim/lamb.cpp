#include <shikumi/optim/lamb.hpp>

#include <shikumi/autograd/ops/detail/averages.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>

namespace shikumi::optim {

namespace {

using shikumi::detail::moving_average;

struct LambRule final : Rule {
    explicit LambRule(const LambOptions& o)
        : beta_1(o.beta_1), beta_2(o.beta_2), epsilon(o.epsilon) {
        detail::check_decay("Lamb", "beta_1", beta_1);
        detail::check_decay("Lamb", "beta_2", beta_2);
        detail::check_not_negative("Lamb", "epsilon", epsilon);
    }
    std::string_view name() const noexcept override { return "Lamb"; }
    std::vector<Slot> slots(const Parameter&) const override {
        return {{"momentum"}, {"velocity"}};
    }
    // The rate and the factors of m and of √v.
    std::vector<Tensor> scalars(const Tensor& learning_rate, const Tensor& t,
                                std::span<Tensor>) const override {
        return {learning_rate, 1 / (1 - pow(beta_1, t)), rsqrt(1 - pow(beta_2, t))};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        const Tensor m = slots[0] = moving_average(slots[0], gradient, 1 - beta_1);
        const Tensor v = slots[1] = moving_average(slots[1], square(gradient), 1 - beta_2);
        const Tensor step = m * scalars[1] / (sqrt(v) * scalars[2] + epsilon);
        const Tensor length = norm(w), step_length = norm(step);
        const Tensor both = (length > 0) & (step_length > 0);
        return w - step * (scalars[0] * where(both, length / step_length, 1));
    }

    double beta_1, beta_2, epsilon;
};

}  // namespace

Lamb::Lamb(const LambOptions& options)
    : Optimizer(std::make_shared<LambRule>(options), options.learning_rate,
                StepOptions::of(options)) {}

}  // namespace shikumi::optim
