#include <shikumi/optim/adamax.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/formulas.hpp>

namespace shikumi::optim {

namespace {

namespace updates = detail::updates;

// `shifted`: epsilon is in the maximum, as in PyTorch.
template <bool shifted>
struct AdamaxRule final : Rule {
    template <class Options>
    explicit AdamaxRule(const Options& o) : beta_1(o.beta_1), beta_2(o.beta_2), epsilon(o.epsilon) {
        detail::check_decay("Adamax", "beta_1", beta_1);
        detail::check_decay("Adamax", "beta_2", beta_2);
        detail::check_not_negative("Adamax", "epsilon", epsilon);
    }
    std::string_view name() const noexcept override { return "Adamax"; }
    std::vector<Slot> slots(const Parameter&) const override {
        return {{shifted ? "exp_avg" : "momentum"}, {shifted ? "exp_inf" : "norm"}};
    }
    std::vector<Tensor> scalars(const Tensor& learning_rate, const Tensor& t,
                                std::span<Tensor>) const override {
        return {learning_rate / (1 - pow(beta_1, t))};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        using Formula = std::conditional_t<shifted, updates::ShiftedAdamax, updates::Adamax>;
        return detail::updated<Formula>(w, gradient, slots,
                                        {1 - beta_1, beta_2, scalars[0], epsilon});
    }

    double beta_1, beta_2, epsilon;
};

}  // namespace

Adamax::Adamax(const AdamaxOptions& options)
    : Optimizer(std::make_shared<AdamaxRule<false>>(options), options.learning_rate,
                StepOptions::of(options)) {}

torch::Adamax::Adamax(const AdamaxOptions& options)
    : Optimizer(std::make_shared<AdamaxRule<true>>(options), options.learning_rate,
                StepOptions::of(options)) {}

}  // namespace shikumi::optim
