#include <shikumi/optim/schedules.hpp>

#include <algorithm>
#include <functional>
#include <numbers>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::optim {

namespace {

void check_steps(std::string_view schedule, double steps) {
    if (!(steps > 0))
        fail<ValueError>(schedule, "the number of steps must be positive, got ", steps);
}

Tensor periods(const Tensor& t, double steps, bool staircase) {
    return staircase ? floor(t / steps) : t / steps;
}

}  // namespace

Tensor LearningRate::operator()(const Tensor& iterations) const {
    return schedule_ ? schedule_(iterations) : scalar(rate_, f64);
}

LearningRate ExponentialDecay(double initial_learning_rate, double decay_steps, double decay_rate,
                              bool staircase) {
    constexpr auto name = "ExponentialDecay";
    check_steps(name, decay_steps);
    return Schedule(name, [=](const Tensor& t) {
        return initial_learning_rate * pow(decay_rate, periods(t, decay_steps, staircase));
    });
}

LearningRate CosineDecay(double initial_learning_rate, double decay_steps,
                         const CosineDecayOptions& options) {
    constexpr auto name = "CosineDecay";
    check_steps(name, decay_steps);
    const auto decay = [=, alpha = options.alpha](double rate, const Tensor& t) {
        const Tensor angle = minimum(t, decay_steps) * (std::numbers::pi / decay_steps);
        return rate * ((1 - alpha) * (cos(angle) + 1) / 2 + alpha);
    };
    if (!options.warmup_target)
        return Schedule(name, [=](const Tensor& t) { return decay(initial_learning_rate, t); });

    check_steps(name, options.warmup_steps);
    return Schedule(name, [=, target = *options.warmup_target,
                           steps = options.warmup_steps](const Tensor& t) {
        const Tensor rising = initial_learning_rate + (target - initial_learning_rate) / steps * t;
        return where(t < steps, rising, decay(target, t - steps));
    });
}

LearningRate InverseTimeDecay(double initial_learning_rate, double decay_steps, double decay_rate,
                              bool staircase) {
    constexpr auto name = "InverseTimeDecay";
    check_steps(name, decay_steps);
    return Schedule(name, [=](const Tensor& t) {
        return initial_learning_rate / (1 + decay_rate * periods(t, decay_steps, staircase));
    });
}

LearningRate PiecewiseConstantDecay(std::vector<double> boundaries, std::vector<double> values) {
    constexpr auto name = "PiecewiseConstantDecay";
    if (values.size() != boundaries.size() + 1)
        fail<ValueError>(name, "wants one value more than boundaries, got ", values.size(), " and ",
                         boundaries.size());
    if (!std::is_sorted(boundaries.begin(), boundaries.end(), std::less_equal<>()))
        fail<ValueError>(name, "the boundaries must rise");
    return Schedule(
        name, [boundaries = std::move(boundaries), values = std::move(values)](const Tensor& t) {
            Tensor rate = scalar(values.back(), f64);
            for (std::size_t i = boundaries.size(); i-- > 0;)
                rate = where(t <= boundaries[i], values[i], rate);
            return rate;
        });
}

}  // namespace shikumi::optim
