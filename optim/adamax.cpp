#include <shikumi/optim/adamax.hpp>

#include <shikumi/autograd/ops/detail/averages.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>

namespace shikumi::optim {

namespace {

using shikumi::detail::moving_average;

struct AdamaxRule final : Rule {
    explicit AdamaxRule(const AdamaxOptions& o)
        : beta_1(o.beta_1), beta_2(o.beta_2), epsilon(o.epsilon) {
        detail::check_decay("Adamax", "beta_1", beta_1);
        detail::check_decay("Adamax", "beta_2", beta_2);
        detail::check_not_negative("Adamax", "epsilon", epsilon);
    }
    std::string_view name() const noexcept override { return "Adamax"; }
    std::vector<Slot> slots() const override { return {{"m"}, {"u"}}; }
    std::vector<Tensor> scalars(const Tensor& learning_rate, const Tensor& t) const override {
        return {learning_rate / (1 - pow(beta_1, t))};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        const Tensor m = slots[0] = moving_average(slots[0], gradient, 1 - beta_1);
        const Tensor u = slots[1] = maximum(slots[1] * beta_2, abs(gradient));
        return w - scalars[0] * m / (u + epsilon);
    }

    double beta_1, beta_2, epsilon;
};

}  // namespace

Adamax::Adamax(const AdamaxOptions& options)
    : Optimizer(std::make_shared<AdamaxRule>(options), options.learning_rate,
                Preparation::of(options)) {}

}  // namespace shikumi::optim
