// The recurrence of a GRU over a whole sequence: all steps in one call, forward and backward.
#pragma once

#include <shikumi/autograd/kernels/view.hpp>

namespace shikumi::kernels {

/// The number of steps, of samples, and of units.
struct GruSizes {
    Index steps, batch, units;

    /// Elements of one state.
    Index state() const noexcept { return batch * units; }
};

// The tape (steps, batch, 4 units) holds each step's values for the backward pass: the sums before
// the functions of the gates z and r and of the candidate n, whose rounded values would not tell
// their slopes, and p, the part of h·recurrent + bias that r acts on.

/// Runs the steps. `inputs` (steps, batch, 3 units) are the inputs' contributions to z, r, n;
/// `recurrent` (units, 3 units), `bias` (3 units), `h` (batch, units) the state before. Where
/// `mask` (steps, batch), unless it is null, is false, a step leaves the state as it is. Fills the
/// tape.
void gru(const GruSizes& n, ConstView inputs, ConstView recurrent, ConstView bias, ConstView h,
         const bool* mask, View tape);
/// The state after each step (steps, batch, units), from the tape and the state before the first.
void gru_outputs(const GruSizes& n, ConstView tape, ConstView h, View outputs);
/// From the derivatives `d` by those outputs: by the sums of z, of r, by the inputs' contribution
/// to n, and by p (steps, batch, 4 units), and by h where it isn't multiplied by `recurrent`
/// (batch, units).
void gru_gradient(const GruSizes& n, ConstView tape, ConstView outputs, ConstView recurrent,
                  ConstView h, ConstView d, View sums, View state);

}  // namespace shikumi::kernels
