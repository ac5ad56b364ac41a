// The recurrence of an LSTM over a whole sequence: all steps in one call, forward and backward.
#pragma once

#include <shikumi/autograd/kernels/view.hpp>

namespace shikumi::kernels {

/// The number of steps, of samples, and of units.
struct LstmSizes {
    Index steps, batch, units;

    /// Elements of one state.
    Index state() const noexcept { return batch * units; }
    /// Elements of the tape that the backward pass reads: for each step the sums before the four
    /// gates' functions, whose rounded values would not tell their slopes, and the cell.
    Index tape() const noexcept { return steps * 5 * state(); }
};

/// Runs the steps. `inputs` (steps, batch, 4 units) are the inputs' contributions to the gates i,
/// f, c, o, `recurrent` (units, 4 units), `h` and `c` (batch, units) the state before. Where `mask`
/// (steps, batch), unless it is null, is false, a step leaves both as they are. Gives the output of
/// each step, then the last cell (steps + 1, batch, units), and fills the tape.
void lstm(const LstmSizes& n, ConstView inputs, ConstView recurrent, ConstView h, ConstView c,
          const bool* mask, View outputs, View tape);
/// From the derivatives by those outputs: by the gates' sums before their functions (steps, batch,
/// 4 units), by the cell before the first step (batch, units), and by the output before it where
/// that isn't multiplied by `recurrent`, since the first step is masked (batch, units).
void lstm_gradient(const LstmSizes& n, ConstView tape, ConstView recurrent, ConstView c,
                   const bool* mask, ConstView outputs, View gates, View cell, View output);

}  // namespace shikumi::kernels
