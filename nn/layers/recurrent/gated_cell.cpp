#include <shikumi/nn/layers/recurrent/gated_cell.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/detail/drop.hpp>

namespace shikumi::nn {

GatedCell::GatedCell(Index units, Index gates, Parts parts, const LayerOptions& options)
    : RecurrentCell(options), units_(units), gates_(gates), parts_(std::move(parts)) {
    if (units <= 0)
        fail<ValueError>("recurrent cell", "the number of units must be positive, got ", units);
    detail::check_drop_rate("recurrent cell", "dropout", parts_.dropout);
    detail::check_drop_rate("recurrent cell", "recurrent_dropout", parts_.recurrent_dropout);
}

void GatedCell::build(const Spec& input) {
    if (input.shape.rank() != 2)
        fail<ShapeError>("recurrent cell", "takes (batch, features) a step, got ", input.shape);
    const Index width = Shape{gates_, units_}.size();  // refused where the product is too large
    const auto add = [&](std::string_view name, const Shape& shape, const Part& part) {
        return add_weight(name, shape, part.initializer, part.options);
    };
    kernel_ = add("kernel", {input.shape.back(), width}, parts_.kernel);
    recurrent_kernel_ = add("recurrent_kernel", {units_, width}, parts_.recurrent);
    if (parts_.use_bias) bias_ = add("bias", bias_shape(), parts_.bias);
}

// Kept elements are scaled up, as Dropout's are.
Tensor GatedCell::dropout_mask(const Shape& shape, double rate) {
    return detail::drop_mask(shape, rate, rng(), dtype());
}

Tensor GatedCell::prepare(const Tensor& inputs, Mode mode) {
    const Index features = kernel_.shape().front();
    if (inputs.rank() != 3 || inputs.shape().back() != features)
        fail<ShapeError>("recurrent cell", "takes ", features, " features a step, got ",
                         inputs.shape(), " (time, batch, features)");
    const Index batch = inputs.shape()[1];
    Tensor x = inputs;
    recurrent_mask_ = {};
    if (mode == Mode::train) {
        if (parts_.dropout > 0) x = detail::drop(x, {batch, features}, parts_.dropout, rng());
        if (parts_.recurrent_dropout > 0)
            recurrent_mask_ = dropout_mask({batch, units_}, parts_.recurrent_dropout);
    }
    const Tensor product = matmul(x, kernel_);
    return parts_.use_bias ? product + input_bias() : product;
}

Tensor GatedCell::seen(const Tensor& h) const {
    return recurrent_mask_.defined() ? h * recurrent_mask_ : h;
}

std::string GatedCell::label() const {
    return kernel_.defined() ? sentence(class_name(), " ", kernel_.shape().front(), "→", units_)
                             : sentence(class_name(), " ", units_);
}

}  // namespace shikumi::nn
