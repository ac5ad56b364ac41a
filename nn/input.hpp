// Input: says what a model is fed with.
#pragma once

#include <shikumi/nn/symbolic_tensor.hpp>

namespace shikumi::nn {

struct InputOptions {
    DType dtype = f32;
    std::string name = {};
};

/// The shape of one sample: as a Sequential's first entry it is noted and makes no layer; else it
/// is a symbol, where the drawing of a model begins.
class Input final : public Layer {
public:
    explicit Input(const Shape& shape, const InputOptions& options = {});
    /// x, if it has the shape and dtype. Throws ShapeError, DTypeError.
    Tensor call(const Tensor& x, Mode mode) override;
    Spec sample() const { return {input_shape(), data_dtype_}; }
    operator const SymbolicTensor&() const;

private:
    DType data_dtype_;
    std::shared_ptr<std::optional<SymbolicTensor>>
        symbol_;  // made when it is first asked for; copies share it
};

}  // namespace shikumi::nn
