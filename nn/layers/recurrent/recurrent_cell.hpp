// RecurrentCell: one step of a recurrence, which RNN repeats along a sequence.
#pragma once

#include <optional>
#include <vector>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// A step: from an input (batch, …) and the states before it to the states after it, of which the
/// first is the output. A new one is a class with `build`, `state_shapes` and `step`.
class RecurrentCell : public Layer {
public:
    /// The shapes of the states of one sample.
    virtual std::vector<Shape> state_shapes() const = 0;
    /// What the steps are to be given of the inputs (time, batch, …): whatever doesn't need the
    /// states is cheaper here, for all steps at once, than in `step`. The inputs themselves unless
    /// overridden. Called once for each sequence, before its steps.
    virtual Tensor prepare(const Tensor& inputs, Mode mode);
    /// One step of what `prepare` gave.
    virtual std::vector<Tensor> step(const Tensor& x, const std::vector<Tensor>& states) = 0;
    /// Called after the last step.
    virtual void finish() {}

    /// All steps of what `prepare` gave.
    struct Sequence {
        Tensor outputs;  ///< (time, batch, …)
        std::vector<Tensor> states;
    };
    /// The same as the steps, where the cell knows a faster way. Where the mask (time, batch), if
    /// it is defined, is false, the states stay as they are.
    virtual std::optional<Sequence> all_steps(const Tensor& prepared,
                                              const std::vector<Tensor>& states,
                                              const Tensor& mask);

    /// The states before anything has been seen.
    std::vector<Tensor> zero_states(Index batch) const;
    /// One step from there.
    Tensor call(const Tensor& x, Mode mode) override;

protected:
    using Layer::Layer;
};

}  // namespace shikumi::nn
