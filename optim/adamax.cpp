#include <shikumi/optim/adamax.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/formulas.hpp>
#include <shikumi/optim/detail/rule_of.hpp>

namespace shikumi::optim {

namespace {

namespace updates = detail::updates;

template <class Options>
struct AdamaxRule final : detail::RuleOf<Options> {
    // Epsilon is in the maximum, as in PyTorch.
    static constexpr bool shifted = std::same_as<Options, torch::AdamaxOptions>;

    explicit AdamaxRule(const Options& options) : detail::RuleOf<Options>(options) {
        detail::check_decay("Adamax", "beta_1", o.beta_1);
        detail::check_decay("Adamax", "beta_2", o.beta_2);
        detail::check_not_negative("Adamax", "epsilon", o.epsilon);
    }
    std::string_view name() const noexcept override { return "Adamax"; }
    std::vector<Slot> slots(const Parameter&) const override {
        return {{shifted ? "exp_avg" : "momentum"}, {shifted ? "exp_inf" : "norm"}};
    }
    std::vector<Tensor> scalars(const Tensor& learning_rate, const Tensor& t,
                                std::span<Tensor>) const override {
        return {learning_rate / (1 - pow(o.beta_1, t))};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        using Formula = std::conditional_t<shifted, updates::ShiftedAdamax, updates::Adamax>;
        return detail::updated<Formula>(w, gradient, slots,
                                        {1 - o.beta_1, o.beta_2, scalars[0], o.epsilon});
    }

    using detail::RuleOf<Options>::o;
};

}  // namespace

Adamax::Adamax(const AdamaxOptions& options)
    : Optimizer(detail::optimizer_of<AdamaxRule<AdamaxOptions>>(options)) {}

torch::Adamax::Adamax(const AdamaxOptions& options)
    : Optimizer(detail::optimizer_of<AdamaxRule<torch::AdamaxOptions>>(options)) {}

}  // namespace shikumi::optim
