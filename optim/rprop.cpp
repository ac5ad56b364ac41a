#include <shikumi/optim/rprop.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/rule_of.hpp>

namespace shikumi::optim {

namespace {

struct RpropRule final : detail::RuleOf<RpropOptions> {
    explicit RpropRule(const RpropOptions& options)
        : RuleOf(options), first(o.learning_rate(scalar(0, f64)).item<double>()) {
        if (!(o.eta_minus > 0 && o.eta_minus < 1))
            fail<ValueError>("Rprop", "eta_minus must lie in (0, 1), got ", o.eta_minus);
        if (!(o.eta_plus >= 1))
            fail<ValueError>("Rprop", "eta_plus must be 1 or more, got ", o.eta_plus);
        detail::check_not_negative("Rprop", "min_step", o.min_step);
        if (!(o.min_step <= o.max_step))
            fail<ValueError>("Rprop", "min_step must not exceed max_step, got ", o.min_step,
                             " and ", o.max_step);
    }
    std::string_view name() const noexcept override { return "Rprop"; }
    std::vector<Slot> slots(const Parameter&) const override {
        return {{"prev"}, {"step_size", first}};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor>) const override {
        const Tensor agrees = sign(gradient) * sign(slots[0]);
        const Tensor factor =
            where(agrees > 0, o.eta_plus, where(agrees < 0, o.eta_minus, full({}, 1, w.dtype())));
        const Tensor size = slots[1] = clip(slots[1] * factor, o.min_step, o.max_step);
        const Tensor g = slots[0] = where(agrees < 0, 0, gradient);
        return w - sign(g) * size;
    }

    double first;
};

}  // namespace

Rprop::Rprop(const RpropOptions& options) : Optimizer(detail::optimizer_of<RpropRule>(options)) {}

}  // namespace shikumi::optim
