#include <shikumi/optim/adam.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/formulas.hpp>
#include <shikumi/optim/detail/rule_of.hpp>

namespace shikumi::optim {

namespace {

namespace updates = detail::updates;

// The forms of Keras and PyTorch differ by epsilon alone, which PyTorch adds after the correction,
// and by the slots' names.
template <class Options>
struct AdamRule final : detail::RuleOf<Options> {
    static constexpr bool decays =
        std::same_as<Options, AdamWOptions> || std::same_as<Options, torch::AdamWOptions>;
    static constexpr bool corrected =
        std::same_as<Options, torch::AdamOptions> || std::same_as<Options, torch::AdamWOptions>;

    explicit AdamRule(const Options& options) : detail::RuleOf<Options>(options) {
        detail::check_decay(name(), "beta_1", o.beta_1);
        detail::check_decay(name(), "beta_2", o.beta_2);
        detail::check_not_negative(name(), "epsilon", o.epsilon);
    }
    std::string_view name() const noexcept override { return decays ? "AdamW" : "Adam"; }
    std::vector<Slot> slots(const Parameter&) const override {
        std::vector<Slot> all{{corrected ? "exp_avg" : "momentum"},
                              {corrected ? "exp_avg_sq" : "velocity"}};
        if (o.amsgrad) all.push_back({corrected ? "max_exp_avg_sq" : "velocity_hat"});
        return all;
    }
    // The rate and, where it changes, epsilon.
    std::vector<Tensor> scalars(const Tensor& learning_rate, const Tensor& t,
                                std::span<Tensor>) const override {
        const Tensor correction = sqrt(1 - pow(o.beta_2, t));
        std::vector<Tensor> all{learning_rate * correction / (1 - pow(o.beta_1, t))};
        if (corrected) all.push_back(correction * o.epsilon);
        return all;
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        const std::array<detail::Number, 4> numbers{
            1 - o.beta_1, 1 - o.beta_2, scalars[0],
            corrected ? detail::Number(scalars[1]) : detail::Number(o.epsilon)};
        return o.amsgrad ? detail::updated<updates::AMSGrad>(w, gradient, slots, numbers)
                         : detail::updated<updates::Adam>(w, gradient, slots, numbers);
    }

    using detail::RuleOf<Options>::o;
};

}  // namespace

Adam::Adam(const AdamOptions& options)
    : Optimizer(detail::optimizer_of<AdamRule<AdamOptions>>(options)) {}

AdamW::AdamW(const AdamWOptions& options)
    : Optimizer(detail::optimizer_of<AdamRule<AdamWOptions>>(options)) {}

torch::Adam::Adam(const AdamOptions& options)
    : Optimizer(detail::optimizer_of<AdamRule<torch::AdamOptions>>(options)) {}

torch::AdamW::AdamW(const AdamWOptions& options)
    : Optimizer(detail::optimizer_of<AdamRule<torch::AdamWOptions>>(options)) {}

}  // namespace shikumi::optim
