#include <shikumi/optim/adagrad.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>

namespace shikumi::optim {

namespace {

struct AdagradRule final : Rule {
    explicit AdagradRule(const AdagradOptions& o)
        : start(o.initial_accumulator_value), epsilon(o.epsilon) {
        detail::check_not_negative("Adagrad", "initial_accumulator_value", start);
        detail::check_not_negative("Adagrad", "epsilon", epsilon);
    }
    std::string_view name() const noexcept override { return "Adagrad"; }
    std::vector<Slot> slots() const override { return {{"accumulator", start}}; }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        const Tensor a = slots[0] = slots[0] + square(gradient);
        return w - scalars[0] * gradient * rsqrt(a + epsilon);
    }

    bool keeps_idle_weights() const noexcept override { return true; }

    double start, epsilon;
};

}  // namespace

Adagrad::Adagrad(const AdagradOptions& options)
    : Optimizer(std::make_shared<AdagradRule>(options), options.learning_rate,
                Preparation::of(options)) {}

}  // namespace shikumi::optim
