#include <shikumi/nn/input.hpp>

#include <shikumi/autograd/core/error.hpp>

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

}  // namespace shikumi::nn
