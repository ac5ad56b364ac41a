#include <shikumi/nn/layers/activations/relu.hpp>

#include <cmath>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

ReLU::ReLU(const ReLUOptions& options) : Layer({.name = options.name}), options_(options) {
    for (const double value : {options.max_value, options.negative_slope, options.threshold}) {
        if (!(value >= 0))
            fail<ValueError>("relu",
                             "max_value, negative_slope and threshold must not be negative, got ",
                             value);
    }
}

Tensor ReLU::call(const Tensor& x, Mode) {
    const auto& [max_value, slope, threshold, name] = options_;
    if (slope == 0 && threshold == 0 && max_value == 6) return relu6(x);
    Tensor y = relu(x);
    if (slope > 0 || threshold > 0) y = where(x > threshold, x, -slope * relu(threshold - x));
    return std::isinf(max_value) ? y : where(y > max_value, max_value, y);
}

void visit_fields(auto& fields, FieldsOf<ReLUOptions> auto& o) {
    fields.or_null("max_value", o.max_value, std::numeric_limits<double>::infinity());
    fields("negative_slope", o.negative_slope)("threshold", o.threshold);
}

Config ReLU::get_config() const { return ConfigWriter().fields(options_); }

ReLU ReLU::from_config(ConfigReader& config) { return ReLU(config.fields<ReLUOptions>()); }

}  // namespace shikumi::nn
