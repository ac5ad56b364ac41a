#include <shikumi/optim/nadam.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/formulas.hpp>

namespace shikumi::optim {

namespace {

// Keras's form is PyTorch's with a momentum_decay of 1 and other names.
struct NadamRule final : Rule {
    template <class Options>
    NadamRule(const Options& o, bool as_keras, double momentum_decay)
        : keras(as_keras),
          beta_1(o.beta_1),
          beta_2(o.beta_2),
          epsilon(o.epsilon),
          decay(momentum_decay) {
        detail::check_decay(name(), "beta_1", beta_1);
        detail::check_decay(name(), "beta_2", beta_2);
        detail::check_not_negative(name(), "epsilon", epsilon);
        detail::check_not_negative(name(), "momentum_decay", decay);
    }
    std::string_view name() const noexcept override { return keras ? "Nadam" : "NAdam"; }
    std::vector<Slot> slots(const Parameter&) const override {
        return {{keras ? "momentum" : "exp_avg"}, {keras ? "velocity" : "exp_avg_sq"}};
    }
    std::vector<Slot> shared_slots() const override {
        return {{keras ? "u_product" : "mu_product", 1}};
    }
    // The factors of m, of g, and of √v. Shared is the product of all momenta.
    std::vector<Tensor> scalars(const Tensor& learning_rate, const Tensor& t,
                                std::span<Tensor> shared) const override {
        const auto momentum = [&](const Tensor& step) {
            return beta_1 * (1 - 0.5 * pow(0.96, step * decay));
        };
        const Tensor now = momentum(t), next = momentum(t + 1);
        const Tensor product = shared[0] = shared[0] * now;
        return {learning_rate * next / (1 - product * next),
                learning_rate * (1 - now) / (1 - product), rsqrt(1 - pow(beta_2, t))};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        const auto rest = [&](double beta) {
            return keras ? detail::rest(beta, w.dtype()) : 1 - beta;
        };
        return detail::updated<detail::updates::Nadam>(
            w, gradient, slots,
            {rest(beta_1), rest(beta_2), scalars[0], scalars[1], scalars[2], epsilon});
    }

    bool keras;
    double beta_1, beta_2, epsilon, decay;
};

}  // namespace

Nadam::Nadam(const NadamOptions& options)
    : Optimizer(std::make_shared<NadamRule>(options, true, 1), options.learning_rate,
                StepOptions::of(options)) {}

torch::NAdam::NAdam(const NAdamOptions& options)
    : Optimizer(std::make_shared<NadamRule>(options, false, options.momentum_decay),
                options.learning_rate, StepOptions::of(options)) {}

}  // namespace shikumi::optim
