#include <shikumi/optim/adadelta.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>

namespace shikumi::optim {

namespace {

struct AdadeltaRule final : Rule {
    explicit AdadeltaRule(const AdadeltaOptions& o) : rho(o.rho), epsilon(o.epsilon) {
        detail::check_decay("Adadelta", "rho", rho);
        detail::check_not_negative("Adadelta", "epsilon", epsilon);
    }
    std::string_view name() const noexcept override { return "Adadelta"; }
    std::vector<Slot> slots() const override {
        return {{"accumulated_grad"}, {"accumulated_delta"}};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        const Tensor a = slots[0] = slots[0] * rho + square(gradient) * (1 - rho);
        const Tensor d = gradient * sqrt(slots[1] + epsilon) * rsqrt(a + epsilon);
        slots[1] = slots[1] * rho + square(d) * (1 - rho);
        return w - scalars[0] * d;
    }

    double rho, epsilon;
};

}  // namespace

Adadelta::Adadelta(const AdadeltaOptions& options)
    : Optimizer(std::make_shared<AdadeltaRule>(options), options.learning_rate,
                Preparation::of(options)) {}

}  // namespace shikumi::optim
