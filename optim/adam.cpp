#include <shikumi/optim/adam.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::optim {

namespace {

struct AdamRule final : Rule {
    explicit AdamRule(const AdamOptions& o)
        : beta_1(o.beta_1), beta_2(o.beta_2), epsilon(o.epsilon) {
        for (const double beta : {beta_1, beta_2}) {
            if (!(beta >= 0 && beta < 1))
                fail<ValueError>("Adam", "beta_1 and beta_2 must lie in [0, 1), got ", beta);
        }
        if (!(epsilon >= 0))
            fail<ValueError>("Adam", "epsilon must not be negative, got ", epsilon);
    }
    std::string_view name() const noexcept override { return "Adam"; }
    std::vector<std::string> slots() const override { return {"adam_m", "adam_v"}; }
    Tensor rate(const Tensor& learning_rate, const Tensor& t) const override {
        return learning_rate * sqrt(1 - pow(beta_2, t)) / (1 - pow(beta_1, t));
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  const Tensor& rate) const override {
        const Tensor m = slots[0] = slots[0] * beta_1 + gradient * (1 - beta_1);
        const Tensor v = slots[1] = slots[1] * beta_2 + square(gradient) * (1 - beta_2);
        return w - rate * m / (sqrt(v) + epsilon);
    }

    double beta_1, beta_2, epsilon;
};

}  // namespace

Adam::Adam(const AdamOptions& options)
    : Optimizer(std::make_shared<AdamRule>(options), options.learning_rate) {}

}  // namespace shikumi::optim
