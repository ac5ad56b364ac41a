#include <shikumi/optim/adadelta.hpp>

#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/formulas.hpp>
#include <shikumi/optim/detail/rule_of.hpp>

namespace shikumi::optim {

namespace {

template <class Options>
struct AdadeltaRule final : detail::RuleOf<Options> {
    explicit AdadeltaRule(const Options& options) : detail::RuleOf<Options>(options) {
        detail::check_decay("Adadelta", "rho", o.rho);
        detail::check_not_negative("Adadelta", "epsilon", o.epsilon);
    }
    std::string_view name() const noexcept override { return "Adadelta"; }
    std::vector<Slot> slots(const Parameter&) const override {
        if (std::same_as<Options, AdadeltaOptions>)
            return {{"accumulated_grad"}, {"accumulated_delta_var"}};
        return {{"square_avg"}, {"acc_delta"}};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        return detail::updated<detail::updates::Adadelta>(w, gradient, slots,
                                                          {1 - o.rho, scalars[0], o.epsilon});
    }

    using detail::RuleOf<Options>::o;
};

}  // namespace

Adadelta::Adadelta(const AdadeltaOptions& options)
    : Optimizer(detail::optimizer_of<AdadeltaRule<AdadeltaOptions>>(options)) {}

torch::Adadelta::Adadelta(const AdadeltaOptions& options)
    : Optimizer(detail::optimizer_of<AdadeltaRule<torch::AdadeltaOptions>>(options)) {}

}  // namespace shikumi::optim
