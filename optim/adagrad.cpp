#include <shikumi/optim/adagrad.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/formulas.hpp>

namespace shikumi::optim {

namespace {

namespace updates = detail::updates;

// `shifted`: epsilon is outside the root, as in PyTorch.
template <bool shifted>
struct AdagradRule final : Rule {
    template <class Options>
    AdagradRule(const Options& o, double lr_decay)
        : start(o.initial_accumulator_value), epsilon(o.epsilon), decay(lr_decay) {
        detail::check_not_negative("Adagrad", "initial_accumulator_value", start);
        detail::check_not_negative("Adagrad", "epsilon", epsilon);
        detail::check_not_negative("Adagrad", "lr_decay", decay);
    }
    std::string_view name() const noexcept override { return "Adagrad"; }
    std::vector<Slot> slots(const Parameter&) const override {
        return {{shifted ? "sum" : "accumulator", start}};
    }
    std::vector<Tensor> scalars(const Tensor& learning_rate, const Tensor& t,
                                std::span<Tensor>) const override {
        if (decay == 0) return {learning_rate};
        return {learning_rate / (1 + decay * (t - 1))};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        using Formula = std::conditional_t<shifted, updates::ShiftedAdagrad, updates::Adagrad>;
        return detail::updated<Formula>(w, gradient, slots, {scalars[0], epsilon});
    }
    bool keeps_idle_weights() const noexcept override { return true; }

    double start, epsilon, decay;
};

}  // namespace

Adagrad::Adagrad(const AdagradOptions& options)
    : Optimizer(std::make_shared<AdagradRule<false>>(options, 0), options.learning_rate,
                StepOptions::of(options)) {}

torch::Adagrad::Adagrad(const AdagradOptions& options)
    : Optimizer(std::make_shared<AdagradRule<true>>(options, options.lr_decay),
                options.learning_rate, StepOptions::of(options)) {}

}  // namespace shikumi::optim
