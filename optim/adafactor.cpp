#include <shikumi/optim/adafactor.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/lengths.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/detail/checks.hpp>
#include <shikumi/optim/detail/rule_of.hpp>

namespace shikumi::optim {

namespace {

Tensor root_mean_square(const Tensor& x) {
    return reshape(shikumi::detail::root_mean_square(x, {}, 0), {});
}

struct AdafactorRule final : detail::RuleOf<AdafactorOptions> {
    explicit AdafactorRule(const AdafactorOptions& options) : RuleOf(options) {
        if (!(o.beta_2_decay < 0))
            fail<ValueError>("Adafactor", "beta_2_decay must be below 0, got ", o.beta_2_decay);
        detail::check_not_negative("Adafactor", "epsilon_1", o.epsilon_1);
        detail::check_not_negative("Adafactor", "epsilon_2", o.epsilon_2);
        if (!(o.clip_threshold > 0))
            fail<ValueError>("Adafactor", "clip_threshold must be positive, got ",
                             o.clip_threshold);
    }
    std::string_view name() const noexcept override { return "Adafactor"; }
    // Keras keeps v where it could be computed from r and c, and r and c where they have no use.
    std::vector<Slot> slots(const Parameter& weight) const override {
        const DType dtype = weight.dtype();
        const auto mean_over = [&](Index axis) {
            return sum(full(weight.shape(), 0, dtype), axis);
        };
        if (weight.shape().rank() < 2)
            return {{"r", 0, scalar(0, dtype)}, {"c", 0, scalar(0, dtype)}, {"velocity"}};
        return {{"r", 0, mean_over(-1)}, {"c", 0, mean_over(-2)}, {"velocity"}};
    }
    // The rate, and the share of the means that comes from this gradient.
    std::vector<Tensor> scalars(const Tensor& learning_rate, const Tensor& t,
                                std::span<Tensor>) const override {
        return {minimum(learning_rate, rsqrt(t)), pow(t, o.beta_2_decay)};
    }
    Tensor update(const Tensor& w, const Tensor& gradient, std::span<Tensor> slots,
                  std::span<const Tensor> scalars) const override {
        const Tensor squares = square(gradient) + o.epsilon_1;
        const auto average = [&](Tensor& slot, const Tensor& fresh) {
            return slot = slot * (1 - scalars[1]) + fresh * scalars[1];
        };
        if (w.shape().rank() < 2) {
            average(slots[2], squares);
        } else {
            const Tensor r = average(slots[0], mean(squares, -1));
            const Tensor c = average(slots[1], mean(squares, -2));
            slots[2] = expand_dims(r / mean(r, -1, true), -1) * expand_dims(c, -2);
        }
        const Tensor step = gradient * rsqrt(slots[2]);
        const Tensor length = maximum(root_mean_square(step) / o.clip_threshold, 1);
        return w - step * (scalars[0] * maximum(root_mean_square(w), o.epsilon_2) / length);
    }
};

}  // namespace

Adafactor::Adafactor(const AdafactorOptions& options)
    : Optimizer(detail::optimizer_of<AdafactorRule>(options)) {}

}  // namespace shikumi::optim
