#include <shikumi/optim/nadam.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/formulas.hpp>
#include <shikumi/optim/detail/rule_of.hpp>

namespace shikumi::optim {

namespace {

// Keras's form is PyTorch's with a momentum_decay of 1 and other names.
template <class Options>
struct NadamRule final : detail::RuleOf<Options> {
    static constexpr bool keras = std::same_as<Options, NadamOptions>;

    explicit NadamRule(const Options& options) : detail::RuleOf<Options>(options) {
        detail::check_decay(name(), "beta_1", o.beta_1);
        detail::check_decay(name(), "beta_2", o.beta_2);
        detail::check_not_negative(name(), "epsilon", o.epsilon);
        detail::check_not_negative(name(), "momentum_decay", momentum_decay());
    }
    double momentum_decay() const {
        if constexpr (keras)
            return 1;
        else
            return o.momentum_decay;
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
            return o.beta_1 * (1 - 0.5 * pow(0.96, step * momentum_decay()));
        };
        const Tensor now = momentum(t), next = momentum(t + 1);
        const Tensor product = shared[0] = shared[0] * now;
        return {learning_rate * next / (1 - product * next),
                learning_rate * (1 - now) / (1 - product), rsqrt(1 - pow(o.beta_2, t))};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        const auto rest = [&](double beta) {
            return keras ? detail::rest(beta, w.dtype()) : 1 - beta;
        };
        return detail::updated<detail::updates::Nadam>(
            w, gradient, slots,
            {rest(o.beta_1), rest(o.beta_2), scalars[0], scalars[1], scalars[2], o.epsilon});
    }

    using detail::RuleOf<Options>::o;
};

}  // namespace

Nadam::Nadam(const NadamOptions& options)
    : Optimizer(detail::optimizer_of<NadamRule<NadamOptions>>(options)) {}

torch::NAdam::NAdam(const NAdamOptions& options)
    : Optimizer(detail::optimizer_of<NadamRule<NAdamOptions>>(options)) {}

}  // namespace shikumi::optim
