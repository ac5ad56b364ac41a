#include <shikumi/optim/adadelta.hpp>

#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/formulas.hpp>

namespace shikumi::optim {

namespace {

struct AdadeltaRule final : Rule {
    template <class Options>
    AdadeltaRule(const Options& o, std::vector<Slot> slots)
        : rho(o.rho), epsilon(o.epsilon), slots_(std::move(slots)) {
        detail::check_decay("Adadelta", "rho", rho);
        detail::check_not_negative("Adadelta", "epsilon", epsilon);
    }
    std::string_view name() const noexcept override { return "Adadelta"; }
    std::vector<Slot> slots(const Parameter&) const override { return slots_; }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        return detail::updated<detail::updates::Adadelta>(w, gradient, slots,
                                                          {1 - rho, scalars[0], epsilon});
    }

    double rho, epsilon;
    std::vector<Slot> slots_;
};

std::vector<Slot> keras_slots() { return {{"accumulated_grad"}, {"accumulated_delta_var"}}; }
std::vector<Slot> torch_slots() { return {{"square_avg"}, {"acc_delta"}}; }

}  // namespace

Adadelta::Adadelta(const AdadeltaOptions& options)
    : Optimizer(std::make_shared<AdadeltaRule>(options, keras_slots()), options.learning_rate,
                StepOptions::of(options)) {}

torch::Adadelta::Adadelta(const AdadeltaOptions& options)
    : Optimizer(std::make_shared<AdadeltaRule>(options, torch_slots()), options.learning_rate,
                StepOptions::of(options)) {}

}  // namespace shikumi::optim
