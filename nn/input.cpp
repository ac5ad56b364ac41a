#include <shikumi/nn/input.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/detail/batch_shape.hpp>

namespace shikumi::nn {

Input::Input(const Shape& shape, const InputOptions& options)
    : Layer({.name = options.name, .input_shape = shape}),
      data_dtype_(options.dtype),
      symbol_(std::make_shared<std::optional<SymbolicTensor>>()) {}

Input::operator const SymbolicTensor&() const {
    if (!*symbol_) *symbol_ = symbolic_input(sample(), name());
    return **symbol_;
}

Tensor Input::call(const Tensor& x, Mode) {
    if (x.rank() == 0 || x.shape() != batch_of(x.shape().front(), input_shape()))
        fail<ShapeError>(name(), "takes samples of ", input_shape(), ", got ", x.shape());
    if (x.dtype() != data_dtype_)
        fail<DTypeError>(name(), "takes ", data_dtype_, ", got ", x.spec());
    return x;
}

Config Input::get_config() const {
    return ConfigWriter()("batch_shape", detail::batch_shape_config(batch_of(1, input_shape())))(
        "dtype", data_dtype_);
}

// Keras 2 calls it batch_input_shape.
Input Input::from_config(ConfigReader& config) {
    const char* const name = config.has("batch_shape") ? "batch_shape" : "batch_input_shape";
    const Shape sample =
        detail::known_sample_shape(config.get<Config>(name), sentence(config.owner(), ": ", name));
    return Input(sample, {.dtype = config.get_or("dtype", f32)});
}

}  // namespace shikumi::nn
