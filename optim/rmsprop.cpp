#include <shikumi/optim/rmsprop.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>

namespace shikumi::optim {

namespace {

struct RMSpropRule final : Rule {
    explicit RMSpropRule(const RMSpropOptions& o)
        : rho(o.rho), momentum(o.momentum), epsilon(o.epsilon), centered(o.centered) {
        detail::check_decay("RMSprop", "rho", rho);
        detail::check_not_negative("RMSprop", "epsilon", epsilon);
        if (!(momentum >= 0 && momentum <= 1))
            fail<ValueError>("RMSprop", "the momentum must lie in [0, 1], got ", momentum);
    }
    std::string_view name() const noexcept override { return "RMSprop"; }
    std::vector<Slot> slots() const override {
        std::vector<Slot> all{{"velocity"}};
        if (momentum > 0) all.push_back({"momentum"});
        if (centered) all.push_back({"average_gradient"});
        return all;
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        const Tensor v = slots[0] = slots[0] * rho + square(gradient) * (1 - rho);
        Tensor variance = v;
        if (centered) {
            Tensor& average = slots.back();
            average = average * rho + gradient * (1 - rho);
            variance = v - square(average);
        }
        const Tensor step = scalars[0] * gradient * rsqrt(variance + epsilon);
        if (momentum == 0) return w - step;
        return w - (slots[1] = slots[1] * momentum + step);
    }

    double rho, momentum, epsilon;
    bool centered;
};

}  // namespace

RMSprop::RMSprop(const RMSpropOptions& options)
    : Optimizer(std::make_shared<RMSpropRule>(options), options.learning_rate,
                Preparation::of(options)) {}

}  // namespace shikumi::optim
