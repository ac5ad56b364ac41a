#include <shikumi/nn/layers/activations/prelu.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

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

Tensor PReLU::call(const Tensor& x, Mode) { return where(x > 0, x, -alpha_.value() * relu(-x)); }

void visit_fields(auto& fields, FieldsOf<PReLUOptions> auto& o) {
    fields("alpha_initializer", o.alpha_initializer)("alpha_regularizer", o.alpha_regularizer);
    fields("alpha_constraint", o.alpha_constraint).or_null("shared_axes", o.shared_axes);
}

Config PReLU::get_config() const { return ConfigWriter().fields(options_); }

PReLU PReLU::from_config(ConfigReader& config) { return PReLU(config.fields<PReLUOptions>()); }

}  // namespace shikumi::nn
