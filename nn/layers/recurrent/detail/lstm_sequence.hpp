// A whole LSTM as a handful of nodes: what the LSTM layer records where its gates are the usual
// ones.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn::detail {

/// z = inputs[t] + h·recurrent, cut into i, f, g, o; c' = σ(f) c + σ(i) tanh(g);
/// h' = σ(o) tanh(c'). `inputs` (time, batch, 4 units), `recurrent` (units, 4 units), h and c
/// (batch, units) give (time + 1, batch, units): h' of every step, then the last c'. Where `mask`
/// (time, batch), if there is one, is false, h' = h and c' = c. Has derivatives of any order; those
/// of the first run as fast as the sequence itself.
Tensor lstm_sequence(const Tensor& inputs, const Tensor& recurrent, const Tensor& h,
                     const Tensor& c, const Tensor& mask = {});
/// The same, step by step in operations.
Tensor lstm_steps(const Tensor& inputs, const Tensor& recurrent, const Tensor& h, const Tensor& c,
                  const Tensor& mask = {});

}  // namespace shikumi::nn::detail
