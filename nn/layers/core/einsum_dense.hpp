// EinsumDense: a dense layer over axes that an equation names.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <shikumi/nn/functions/activations.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// What EinsumDense can be given. Defaults are Keras's.
struct EinsumDenseOptions {
    std::string bias_axes = {};  ///< axes of the output that the bias has; none where it is empty
    ActivationFunction activation = linear;             ///< applied to the output
    Initializer kernel_initializer = glorot_uniform();  ///< of the kernel
    Initializer bias_initializer = zeros_init();        ///< of the bias
    Regularizer kernel_regularizer = {};                ///< penalty on the kernel
    Regularizer bias_regularizer = {};                  ///< penalty on the bias
    Regularizer activity_regularizer = {};              ///< penalty on the output, a sample
    Constraint kernel_constraint = {};                  ///< of the kernel
    Constraint bias_constraint = {};                    ///< of the bias
    Shape input_shape = {};  ///< of one sample; known from the data where it is empty
    std::string name = {};   ///< "einsum_dense", "einsum_dense_1", … where it is empty
    DType dtype = f32;       ///< of the weights and the input: f32 or f64
};

/// activation(einsum(equation, x, kernel) + bias). "ab,bc->ac" is Dense, "abc,cde->abde" makes
/// heads of features; the batch is the first axis of input and output. Axes of the kernel have the
/// sizes of the input's or the output's axes of the same letter. Weights: kernel, then bias, which
/// has size 1 for axes of the output between its own ones and behind them.
class EinsumDense final : public Layer {
public:
    /// `output_shape` holds the sizes of the output's axes but the batch; an absent one is the
    /// input's. Throws ValueError for an equation that isn't of the form "input,kernel->output",
    /// for an ellipsis anywhere but at one end of input and output, and for bias axes that the
    /// output hasn't got.
    EinsumDense(const std::string& equation, std::vector<std::optional<Index>> output_shape,
                const EinsumDenseOptions& options = {});
    /// Makes the weights. Throws ShapeError where input, output_shape and equation don't fit.
    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;
    bool supports_masking() const override { return true; }
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static EinsumDense from_config(ConfigReader& config);

private:
    Index size_of(char axis, const Shape& input) const;
    Shape bias_shape(const Shape& input) const;

    std::string equation_, input_, kernel_axes_, output_;  // the equation and its terms
    std::vector<std::optional<Index>> output_shape_;
    EinsumDenseOptions options_;
    Parameter kernel_, bias_;
};

}  // namespace shikumi::nn
