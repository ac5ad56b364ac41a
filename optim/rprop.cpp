#include <shikumi/optim/rprop.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>

namespace shikumi::optim {

namespace {

struct RpropRule final : Rule {
    explicit RpropRule(const RpropOptions& o)
        : first(o.learning_rate(scalar(0, f64)).item<double>()),
          eta_minus(o.eta_minus),
          eta_plus(o.eta_plus),
          least(o.min_step),
          most(o.max_step) {
        if (!(eta_minus > 0 && eta_minus < 1))
            fail<ValueError>("Rprop", "eta_minus must lie in (0, 1), got ", eta_minus);
        if (!(eta_plus >= 1))
            fail<ValueError>("Rprop", "eta_plus must be 1 or more, got ", eta_plus);
        detail::check_not_negative("Rprop", "min_step", least);
        if (!(least <= most))
            fail<ValueError>("Rprop", "min_step must not exceed max_step, got ", least, " and ",
                             most);
    }
    std::string_view name() const noexcept override { return "Rprop"; }
    std::vector<Slot> slots(const Parameter&) const override {
        return {{"prev"}, {"step_size", first}};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor>) const override {
        const Tensor agrees = sign(gradient) * sign(slots[0]);
        const Tensor factor =
            where(agrees > 0, eta_plus, where(agrees < 0, eta_minus, full({}, 1, w.dtype())));
        const Tensor size = slots[1] = clip(slots[1] * factor, least, most);
        const Tensor g = slots[0] = where(agrees < 0, 0, gradient);
        return w - sign(g) * size;
    }

    double first, eta_minus, eta_plus, least, most;
};

}  // namespace

Rprop::Rprop(const RpropOptions& options)
    : Optimizer(std::make_shared<RpropRule>(options), options.learning_rate,
                StepOptions::of(options)) {}

}  // namespace shikumi::optim
