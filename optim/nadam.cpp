#include <shikumi/optim/nadam.hpp>

#include <array>
#include <cmath>

#include <shikumi/autograd/ops/detail/averages.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>

namespace shikumi::optim {

namespace {

using shikumi::detail::moving_average;

constexpr double decay = 0.96;

// Πᵢ (1 − ½ 0.96ⁱ) for i = 1 … t, at t. Beyond the last one the factors are 1 in f64.
Tensor products() {
    std::array<double, 1024> p{1};
    for (std::size_t t = 1; t < p.size(); ++t)
        p[t] = p[t - 1] * (1 - std::pow(decay, static_cast<double>(t)) / 2);
    return tensor(p);
}

struct NadamRule final : Rule {
    explicit NadamRule(const NadamOptions& o)
        : beta_1(o.beta_1), beta_2(o.beta_2), epsilon(o.epsilon) {
        detail::check_decay("Nadam", "beta_1", beta_1);
        detail::check_decay("Nadam", "beta_2", beta_2);
        detail::check_not_negative("Nadam", "epsilon", epsilon);
    }
    std::string_view name() const noexcept override { return "Nadam"; }
    std::vector<Slot> slots() const override { return {{"momentum"}, {"velocity"}}; }
    // The factors of m, of g, and of √v.
    std::vector<Tensor> scalars(const Tensor& learning_rate, const Tensor& t) const override {
        const auto momentum = [&](const Tensor& step) {
            return beta_1 * (1 - 0.5 * pow(decay, step));
        };
        const auto product = [&](const Tensor& step) {
            const Tensor last = minimum(step, static_cast<double>(all_products.size() - 1));
            return pow(beta_1, step) * take(all_products, last.cast(i64));
        };
        const Tensor next = t + 1;
        return {learning_rate * momentum(next) / (1 - product(next)),
                learning_rate * (1 - momentum(t)) / (1 - product(t)), rsqrt(1 - pow(beta_2, t))};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        const Tensor m = slots[0] = moving_average(slots[0], gradient, 1 - beta_1);
        const Tensor v = slots[1] = moving_average(slots[1], square(gradient), 1 - beta_2);
        return w - (scalars[0] * m + scalars[1] * gradient) / (scalars[2] * sqrt(v) + epsilon);
    }

    double beta_1, beta_2, epsilon;
    Tensor all_products = products();
};

}  // namespace

Nadam::Nadam(const NadamOptions& options)
    : Optimizer(std::make_shared<NadamRule>(options), options.learning_rate,
                Preparation::of(options)) {}

}  // namespace shikumi::optim
