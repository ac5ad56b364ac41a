// Input: says what a model is fed with.
#pragma once

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

struct InputOptions {
    DType dtype = f32;
    std::string name = {};
};

/// The shape of one sample, as a model's first entry: it is noted and makes no layer.
class Input final : public Layer {
public:
    explicit Input(const Shape& shape, const InputOptions& options = {});
    /// x, if it has the shape and dtype. Throws ShapeError, DTypeError.
    Tensor call(const Tensor& x, Mode mode) override;
    Spec sample() const { return {input_shape(), data_dtype_}; }

private:
    DType data_dtype_;
};

}  // namespace shikumi::nn
