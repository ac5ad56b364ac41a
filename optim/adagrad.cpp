#include <shikumi/optim/adagrad.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/formulas.hpp>
#include <shikumi/optim/detail/rule_of.hpp>

namespace shikumi::optim {

namespace {

namespace updates = detail::updates;

template <class Options>
struct AdagradRule final : detail::RuleOf<Options> {
    // Epsilon is outside the root, as in PyTorch.
    static constexpr bool shifted = std::same_as<Options, torch::AdagradOptions>;

    explicit AdagradRule(const Options& options) : detail::RuleOf<Options>(options) {
        detail::check_not_negative("Adagrad", "initial_accumulator_value",
                                   o.initial_accumulator_value);
        detail::check_not_negative("Adagrad", "epsilon", o.epsilon);
        if constexpr (shifted) detail::check_not_negative("Adagrad", "lr_decay", o.lr_decay);
    }
    std::string_view name() const noexcept override { return "Adagrad"; }
    std::vector<Slot> slots(const Parameter&) const override {
        return {{shifted ? "sum" : "accumulator", o.initial_accumulator_value}};
    }
    std::vector<Tensor> scalars(const Tensor& learning_rate, const Tensor& t,
                                std::span<Tensor>) const override {
        if constexpr (shifted) {
            if (o.lr_decay != 0) return {learning_rate / (1 + o.lr_decay * (t - 1))};
        }
        return {learning_rate};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        using Formula = std::conditional_t<shifted, updates::ShiftedAdagrad, updates::Adagrad>;
        return detail::updated<Formula>(w, gradient, slots, {scalars[0], o.epsilon});
    }
    bool keeps_idle_weights() const noexcept override { return true; }

    using detail::RuleOf<Options>::o;
};

}  // namespace

Adagrad::Adagrad(const AdagradOptions& options)
    : Optimizer(detail::optimizer_of<AdagradRule<AdagradOptions>>(options)) {}

torch::Adagrad::Adagrad(const AdagradOptions& options)
    : Optimizer(detail::optimizer_of<AdagradRule<torch::AdagradOptions>>(options)) {}

}  // namespace shikumi::optim
