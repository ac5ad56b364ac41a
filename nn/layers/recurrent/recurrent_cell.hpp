// RecurrentCell: one step of a recurrence, which RNN repeats along a sequence.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <shikumi/nn/layer.hpp>

namespace shikumi::nn {

/// One step of a recurrence: from an input (batch, …) and the states before it to the states after
/// it, the first of which is the output unless `output_state` says otherwise. A class of its own
/// defines `build`, `state_shapes` and `step`.
class RecurrentCell : public Layer {
public:
    /// The shapes of the states of one sample.
    virtual std::vector<Shape> state_shapes() const = 0;
    /// Computes from the inputs (time, batch, …), for all steps at once, what does not depend on
    /// the states: `step` gets one step of the result. The inputs themselves unless overridden.
    /// Called once for each sequence, before its steps.
    virtual Tensor prepare(const Tensor& inputs, Mode mode);
    /// The states after one step. `x` is one step of what `prepare` gave.
    virtual std::vector<Tensor> step(const Tensor& x, const std::vector<Tensor>& states) = 0;
    /// Called after the last step.
    virtual void finish() {}

    /// Which of the states is the output.
    virtual std::size_t output_state() const { return 0; }

    /// What a whole sequence gives.
    struct Sequence {
        Tensor outputs;              ///< of every step (time, batch, …)
        std::vector<Tensor> states;  ///< after the last step
    };
    /// All steps at once, where the cell knows a faster way than one after the other; else nothing.
    /// `prepared` is what `prepare` gave. Where the mask (time, batch), if it is defined, is false,
    /// the states stay as they are.
    virtual std::optional<Sequence> all_steps(const Tensor& prepared,
                                              const std::vector<Tensor>& states,
                                              const Tensor& mask);

    /// How a sequence goes through the cell.
    struct Passage {
        Mode mode = Mode::infer;  ///< what it is for
        Tensor mask = {};        ///< (time, batch), undefined: none; where it is false, states stay
        bool from_zeros = true;  ///< the states before the first step are zeros
        bool zero_output_for_mask = false;  ///< masked steps give zeros, not the output before
    };
    /// Takes inputs (time, batch, …) through all steps, one after the other or all at once. Masked
    /// steps before the first real one give zeros.
    virtual Sequence run(const Tensor& inputs, std::vector<Tensor> states, const Passage& how);

    /// The states before the first step: zeros.
    std::vector<Tensor> zero_states(Index batch) const;
    /// One step from zero states: the output.
    Tensor call(const Tensor& x, Mode mode) override;

protected:
    /// Takes the options of every layer.
    explicit RecurrentCell(const LayerOptions& options = {}) : Layer(options) {}

private:
    Sequence repeat(const Tensor& prepared, std::vector<Tensor> states, const Passage& how);
};

}  // namespace shikumi::nn
