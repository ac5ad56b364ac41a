#include <shikumi/optim/adam.hpp>

#include <shikumi/autograd/ops/detail/averages.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>

namespace shikumi::optim {

namespace {

using shikumi::detail::moving_average;

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
    std::vector<Slot> slots() const override {
        std::vector<Slot> all{{"adam_m"}, {"adam_v"}};
        if (amsgrad) all.push_back({"adam_v_hat"});
        return all;
    }
    std::vector<Tensor> scalars(const Tensor& learning_rate, const Tensor& t) const override {
        return {learning_rate * sqrt(1 - pow(beta_2, t)) / (1 - pow(beta_1, t))};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        const Tensor m = slots[0] = moving_average(slots[0], gradient, 1 - beta_1);
        Tensor v = slots[1] = moving_average(slots[1], square(gradient), 1 - beta_2);
        if (amsgrad) v = slots[2] = maximum(slots[2], v);
        return w - scalars[0] * m / (sqrt(v) + epsilon);
    }

    std::string_view name_;
    double beta_1, beta_2, epsilon;
    bool amsgrad;
};

}  // namespace

Adam::Adam(const AdamOptions& options)
    : Optimizer(std::make_shared<AdamRule>("Adam", options), options.learning_rate,
                Preparation::of(options)) {}

AdamW::AdamW(const AdamWOptions& options)
    : Optimizer(std::make_shared<AdamRule>("AdamW", options), options.learning_rate,
                Preparation::of(options)) {}

}  // namespace shikumi::optim
