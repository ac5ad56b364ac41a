#include <shikumi/optim/adam.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>

namespace shikumi::optim {

namespace {

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
    std::vector<Memory> memories() const override {
        std::vector<Memory> all{{"adam_m"}, {"adam_v"}};
        if (amsgrad) all.push_back({"adam_v_hat"});
        return all;
    }
    std::vector<Tensor> rates(const Tensor& learning_rate, const Tensor& t) const override {
        return {learning_rate * sqrt(1 - pow(beta_2, t)) / (1 - pow(beta_1, t))};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> memories,
                  std::span<const Tensor> rates) const override {
        const Tensor m = memories[0] = lerp(memories[0], gradient, 1 - beta_1);
        Tensor v = memories[1] = lerp(memories[1], square(gradient), 1 - beta_2);
        if (amsgrad) v = memories[2] = maximum(memories[2], v);
        return w - rates[0] * m / (sqrt(v) + epsilon);
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
