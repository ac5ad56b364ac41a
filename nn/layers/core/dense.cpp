#include <shikumi/nn/layers/core/dense.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/detail/weight_fields.hpp>

namespace shikumi::nn {

namespace {

Shape sample_shape(const DenseOptions& options) {
    if (!options.input_dim) return options.input_shape;
    if (*options.input_dim <= 0)
        fail<ValueError>("dense", "input_dim must be positive, got ", *options.input_dim);
    return {*options.input_dim};
}

}  // namespace

Dense::Dense(Index units, const DenseOptions& options)
    : Layer({.name = options.name, .dtype = options.dtype, .input_shape = sample_shape(options)}),
      units_(units),
      options_(options) {
    if (units <= 0) fail<ValueError>("dense", "the number of units must be positive, got ", units);
}

void Dense::build(const Spec& input) {
    if (input.shape.rank() < 2)
        fail<ShapeError>("dense", "takes (batch, …, features), got ", input.shape);
    kernel_ = add_weight(
        "kernel", {input.shape.back(), units_}, options_.kernel_initializer,
        {.regularizer = options_.kernel_regularizer, .constraint = options_.kernel_constraint});
    if (options_.use_bias)
        bias_ = add_weight(
            "bias", {units_}, options_.bias_initializer,
            {.regularizer = options_.bias_regularizer, .constraint = options_.bias_constraint});
}

Tensor Dense::call(const Tensor& x, Mode) {
    const Index features = kernel_.shape().front();
    if (x.rank() < 2 || x.shape().back() != features)
        fail<ShapeError>("dense", "takes (batch, …, ", features, "), got ", x.shape());
    Tensor y = matmul(x, kernel_);
    if (options_.use_bias) y = y + bias_;
    y = options_.activation(y);
    add_activity_loss(options_.activity_regularizer, y);
    return y;
}

std::string Dense::label() const {
    return kernel_.defined() ? sentence("Dense ", kernel_.shape().front(), "→", units_)
                             : sentence("Dense ", units_);
}

void visit_fields(auto& fields, FieldsOf<DenseOptions> auto& o) {
    fields("activation", o.activation)("use_bias", o.use_bias);
    detail::visit_kernel_and_bias(fields, o);
}

Config Dense::get_config() const { return ConfigWriter()("units", units_).fields(options_); }

Dense Dense::from_config(ConfigReader& config) {
    const auto units = config.get<Index>("units");
    return Dense(units, config.fields<DenseOptions>());
}

}  // namespace shikumi::nn
