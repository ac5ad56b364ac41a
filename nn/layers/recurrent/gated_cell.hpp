// What SimpleRNN's, LSTM's and GRU's cells share: weights, the inputs' product, dropout.
#pragma once

#include <string>
#include <vector>

#include <shikumi/nn/functions/activations.hpp>
#include <shikumi/nn/layers/recurrent/recurrent_cell.hpp>

namespace shikumi::nn {

/// A cell whose steps are functions of x·kernel + bias and h·recurrent_kernel, two products with
/// `gates` columns for each of its units; its first state is a vector of `units`.
class GatedCell : public RecurrentCell {
public:
    void build(const Spec& input) override;
    std::vector<Shape> state_shapes() const override { return {Shape{units_}}; }
    /// x·kernel + bias for all steps at once; while training, with dropout applied to x. Throws
    /// ShapeError for another number of features than the cell was built for.
    Tensor prepare(const Tensor& inputs, Mode mode) override;
    void finish() override { recurrent_mask_ = {}; }
    std::string label() const override;

protected:
    /// `options` are those of the cell: SimpleRNNOptions, LSTMOptions or GRUOptions.
    template <class Options>
    GatedCell(Index units, Index gates, const Options& options)
        : GatedCell(units, gates,
                    {.use_bias = options.use_bias,
                     .kernel = {options.kernel_initializer,
                                {.regularizer = options.kernel_regularizer,
                                 .constraint = options.kernel_constraint}},
                     .recurrent = {options.recurrent_initializer,
                                   {.regularizer = options.recurrent_regularizer,
                                    .constraint = options.recurrent_constraint}},
                     .bias = {options.bias_initializer,
                              {.regularizer = options.bias_regularizer,
                               .constraint = options.bias_constraint}},
                     .dropout = options.dropout,
                     .recurrent_dropout = options.recurrent_dropout},
                    {.name = {}, .dtype = options.dtype}) {}

    /// The bias's shape: (gates · units), unless overridden.
    virtual Shape bias_shape() const { return {gates_ * units_}; }
    /// The bias that is added to the inputs' product.
    virtual Tensor input_bias() const { return bias_; }
    /// The state as a step sees it: while training, with recurrent dropout applied.
    Tensor seen(const Tensor& h) const;
    /// Whether this sequence's steps see the state with dropout.
    bool drops_state() const noexcept { return recurrent_mask_.defined(); }

    /// Size of the state.
    Index units() const noexcept { return units_; }
    /// Whether there is a bias.
    bool use_bias() const noexcept { return parts_.use_bias; }
    /// The state's weights (units, gates · units).
    const Parameter& recurrent_kernel() const noexcept { return recurrent_kernel_; }
    /// The bias, which is undefined where there is none.
    const Parameter& bias() const noexcept { return bias_; }

private:
    struct Part {
        Initializer initializer;
        WeightOptions options;
    };
    struct Parts {
        bool use_bias;
        Part kernel, recurrent, bias;
        double dropout, recurrent_dropout;
    };
    GatedCell(Index units, Index gates, Parts parts, const LayerOptions& options);
    Tensor dropout_mask(const Shape& shape, double rate);

    Index units_, gates_;
    Parts parts_;
    Parameter kernel_, recurrent_kernel_, bias_;
    Tensor recurrent_mask_;
};

}  // namespace shikumi::nn
