#include <shikumi/nn/metrics/detail/sums.hpp>

#include <numeric>

#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/detail/reduce.hpp>
#include <shikumi/nn/losses/detail/weights.hpp>

namespace shikumi::nn::detail {

namespace {

using shikumi::detail::multiply_no_nan;

Tensor mean_from_axis(const Tensor& x, int first) {
    if (x.rank() <= first) return x;
    std::vector<int> axes(static_cast<std::size_t>(x.rank() - first));
    std::iota(axes.begin(), axes.end(), first);
    return mean(x, Axes(std::move(axes)));
}

}  // namespace

Tensor weights_like(std::string_view metric, const Tensor& weights, const Shape& values) {
    if (!weights.defined()) return ones(values, f64);
    const Tensor w = with_rank(weights, values.rank());
    return broadcast_to(fitted_weights(metric, w, {values, f64}), values);
}

MetricState nothing_summed() { return {zeros({}, f64), zeros({}, f64)}; }

MetricState add_samples(std::string_view metric, const MetricState& state, const Tensor& values,
                        const Tensor& weights) {
    Tensor each = values.cast(f64);
    if (!weights.defined()) {
        const double count = each.rank() == 0 ? 1 : static_cast<double>(each.shape().front());
        return {state[0] + sum(mean_from_axis(each, 1)), state[1] + count};
    }
    each = mean_from_axis(each, weights.rank());
    const Tensor w = broadcast_to(fitted_weights(metric, weights, each.spec()), each.shape());
    return {state[0] + sum(mean_from_axis(multiply_no_nan(each, w), 1)),
            state[1] + sum(mean_from_axis(w, 1))};
}

Tensor mean_of(const MetricState& state) { return divide_no_nan(state[0], state[1]); }

MetricState MeanRule::start(const Spec&, const Spec&) const { return nothing_summed(); }

MetricState MeanRule::update(const MetricState& state, const Tensor& targets,
                             const Tensor& predictions, const Tensor& weights) const {
    return add_samples(name_, state, values_(targets, predictions), weights);
}

}  // namespace shikumi::nn::detail
