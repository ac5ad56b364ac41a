// What SimpleRNN's, LSTM's and GRU's cells share: weights, the inputs' product, dropout.
#pragma once

#include <string>
#include <vector>

#include <shikumi/nn/functions/activations.hpp>
#include <shikumi/nn/layers/recurrent/recurrent_cell.hpp>

namespace shikumi::nn {

/// A cell whose state is a vector of `units` and whose steps are made of x·kernel + bias and
/// h·recurrent_kernel, with `gates` columns for each unit.
class GatedCell : public RecurrentCell {
public:
    void build(const Spec& input) override;
    std::vector<Shape> state_shapes() const override { return {Shape{units_}}; }
    /// x·kernel + bias for all steps at once; while training, x without what is dropped.
    Tensor prepare(const Tensor& inputs, Mode mode) override;
    void finish() override { recurrent_mask_ = {}; }
    std::string config() const override;

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

    /// (gates · units), unless overridden.
    virtual Shape bias_shape() const { return {gates_ * units_}; }
    /// What of the bias the inputs' product gets.
    virtual Tensor input_bias() const { return bias_; }
    /// The state as a step is to see it: while training, without what is dropped.
    Tensor seen(const Tensor& h) const;
    bool drops_state() const noexcept { return recurrent_mask_.defined(); }

    Index units() const noexcept { return units_; }
    bool use_bias() const noexcept { return parts_.use_bias; }
    const Parameter& recurrent_kernel() const noexcept { return recurrent_kernel_; }
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
