// Input: says what a model is fed with.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <shikumi/nn/symbolic_tensor.hpp>

namespace shikumi::nn {

/// What an Input can be given besides the shape.
struct InputOptions {
    DType dtype = f32;      ///< of the samples
    std::string name = {};  ///< "input", "input_1", … where it is empty
};

/// The shape of one sample. As the first entry of a Sequential it is noted and makes no layer;
/// elsewhere it is the symbolic tensor that a model begins with.
class Input final : public Layer {
public:
    /// An input for samples of this shape.
    explicit Input(const Shape& shape, const InputOptions& options = {});
    /// x unchanged. Throws ShapeError, DTypeError where shape or dtype differ.
    Tensor call(const Tensor& x, Mode mode) override;
    Config get_config() const override;
    /// The input of that configuration. Throws ValueError where a size but the batch isn't known.
    static Input from_config(ConfigReader& config);
    /// Shape and dtype of one sample.
    Spec sample() const { return {input_shape(), data_dtype_}; }
    /// The symbolic tensor of this input: the same one each time.
    operator const SymbolicTensor&() const;

private:
    DType data_dtype_;
    std::shared_ptr<std::optional<SymbolicTensor>>
        symbol_;  // made when it is first asked for; copies share it
};

}  // namespace shikumi::nn
