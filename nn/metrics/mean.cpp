#include <shikumi/nn/metrics/mean.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/metrics/detail/sums.hpp>

namespace shikumi::nn {

namespace {

class Total final : public MetricRule {
public:
    std::string_view name() const noexcept override { return "sum"; }
    MetricState start(const Spec&, const Spec&) const override { return {zeros({}, f64)}; }
    MetricState update(const MetricState& state, const Tensor&, const Tensor& values,
                       const Tensor& weights) const override {
        const Tensor w = detail::weights_like(name(), weights, values.shape());
        return {state[0] + sum(values.cast(f64) * w)};
    }
    Tensor result(const MetricState& state) const override { return state[0]; }
    Config get_config() const override { return Config::Object{}; }
};

}  // namespace

Metric Mean() {
    return detail::MeanRule("mean", [](const Tensor&, const Tensor& values) { return values; });
}

Metric Sum() { return Total(); }

}  // namespace shikumi::nn
