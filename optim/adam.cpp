#include <shikumi/optim/adam.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/formulas.hpp>

namespace shikumi::optim {

namespace {

namespace updates = detail::updates;

// The forms of Keras and PyTorch differ by epsilon alone, which PyTorch adds after the correction,
// and by the slots' names.
template <bool corrected>
struct AdamRule final : Rule {
    template <class Options>
    AdamRule(std::string_view own_name, const Options& o)
        : name_(own_name),
          beta_1(o.beta_1),
          beta_2(o.beta_2),
          epsilon(o.epsilon),
          amsgrad(o.amsgrad) {
        detail::check_decay(name_, "beta_1", beta_1);
        detail::check_decay(name_, "beta_2", beta_2);
        detail::check_not_negative(name_, "epsilon", epsilon);
    }
    std::string_view name() const noexcept override { return name_; }
    std::vector<Slot> slots(const Parameter&) const override {
        std::vector<Slot> all{{corrected ? "exp_avg" : "momentum"},
                              {corrected ? "exp_avg_sq" : "velocity"}};
        if (amsgrad) all.push_back({corrected ? "max_exp_avg_sq" : "velocity_hat"});
        return all;
    }
    // The rate and, where it changes, epsilon.
    std::vector<Tensor> scalars(const Tensor& learning_rate, const Tensor& t,
                                std::span<Tensor>) const override {
        const Tensor correction = sqrt(1 - pow(beta_2, t));
        std::vector<Tensor> all{learning_rate * correction / (1 - pow(beta_1, t))};
        if (corrected) all.push_back(correction * epsilon);
        return all;
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        const std::array<detail::Number, 4> numbers{
            1 - beta_1, 1 - beta_2, scalars[0],
            corrected ? detail::Number(scalars[1]) : detail::Number(epsilon)};
        return amsgrad ? detail::updated<updates::AMSGrad>(w, gradient, slots, numbers)
                       : detail::updated<updates::Adam>(w, gradient, slots, numbers);
    }

    std::string_view name_;
    double beta_1, beta_2, epsilon;
    bool amsgrad;
};

}  // namespace

Adam::Adam(const AdamOptions& options)
    : Optimizer(std::make_shared<AdamRule<false>>("Adam", options), options.learning_rate,
                StepOptions::of(options)) {}

AdamW::AdamW(const AdamWOptions& options)
    : Optimizer(std::make_shared<AdamRule<false>>("AdamW", options), options.learning_rate,
                StepOptions::of(options)) {}

torch::Adam::Adam(const AdamOptions& options)
    : Optimizer(std::make_shared<AdamRule<true>>("Adam", options), options.learning_rate,
                StepOptions::of(options)) {}

torch::AdamW::AdamW(const AdamWOptions& options)
    : Optimizer(std::make_shared<AdamRule<true>>("AdamW", options), options.learning_rate,
                StepOptions::of(options)) {}

}  // namespace shikumi::optim
