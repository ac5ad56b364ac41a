#include <shikumi/nn/layers/activations/rectifiers.hpp>

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
    const Tensor y =
        slope == 0 && threshold == 0 ? relu(x) : where(x >= threshold, x, (x - threshold) * slope);
    return std::isinf(max_value) ? y : minimum(y, max_value);
}

LeakyReLU::LeakyReLU(double negative_slope, const LayerOptions& options)
    : Layer(options), negative_slope_(negative_slope) {
    if (!(negative_slope >= 0))
        fail<ValueError>("leaky_re_lu", "negative_slope must not be negative, got ",
                         negative_slope);
}

Tensor LeakyReLU::call(const Tensor& x, Mode) { return leaky_relu(x, negative_slope_); }

std::string LeakyReLU::config() const { return sentence("LeakyReLU ", negative_slope_); }

ELU::ELU(double alpha, const LayerOptions& options) : Layer(options), alpha_(alpha) {}

Tensor ELU::call(const Tensor& x, Mode) { return elu(x, alpha_); }

std::string ELU::config() const { return sentence("ELU ", alpha_); }

PReLU::PReLU(const PReLUOptions& options)
    : Layer({.name = options.name, .dtype = options.dtype}), options_(options) {}

void PReLU::build(const Spec& input) {
    Shape::Sizes sizes = input.shape.with_front(1).sizes();
    for (const int axis : options_.shared_axes) {
        if (axis < 1 || axis >= input.shape.rank())
            fail<ShapeError>("p_re_lu", "axis ", axis, " can't be shared: the input is ",
                             input.shape, ", its axis 0 the batch");
        sizes[axis] = 1;
    }
    alpha_ = add_weight(
        "alpha", Shape(std::span<const Index>(sizes.begin() + 1, sizes.end())),
        options_.alpha_initializer,
        {.regularizer = options_.alpha_regularizer, .constraint = options_.alpha_constraint});
}

Tensor PReLU::call(const Tensor& x, Mode) { return relu(x) - alpha_.value() * relu(-x); }

}  // namespace shikumi::nn
