#include <shikumi/optim/asgd.hpp>

#include <shikumi/autograd/ops/detail/averages.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/rule_of.hpp>

namespace shikumi::optim {

namespace {

struct ASGDRule final : detail::RuleOf<ASGDOptions> {
    explicit ASGDRule(const ASGDOptions& options) : RuleOf(options) {
        detail::check_not_negative("ASGD", "lambd", o.lambd);
        detail::check_not_negative("ASGD", "alpha", o.alpha);
        detail::check_not_negative("ASGD", "t0", o.t0);
    }
    std::string_view name() const noexcept override { return "ASGD"; }
    std::vector<Slot> slots(const Parameter&) const override { return {{"ax"}}; }
    // The rate, the share of the weight that is kept, and the share of the average that is new.
    std::vector<Tensor> scalars(const Tensor& learning_rate, const Tensor& t,
                                std::span<Tensor>) const override {
        const Tensor rate = learning_rate / pow(1 + learning_rate * o.lambd * (t - 1), o.alpha);
        return {rate, 1 - rate * o.lambd, 1 / maximum(t - (1 + o.t0), 1)};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        const Tensor next = w * scalars[1] - scalars[0] * gradient;
        slots[0] = shikumi::detail::moving_average(slots[0], next, scalars[2]);
        return next;
    }
};

}  // namespace

ASGD::ASGD(const ASGDOptions& options) : Optimizer(detail::optimizer_of<ASGDRule>(options)) {}

}  // namespace shikumi::optim
