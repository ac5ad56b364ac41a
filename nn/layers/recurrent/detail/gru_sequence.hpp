// A whole GRU as a handful of nodes: what the GRU layer records where its gates are the usual ones
// and the reset gate acts on the recurrent product.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn::detail {

/// a = inputs[t] and b = h·recurrent + bias, cut into z, r, n each: z = σ(a_z + b_z),
/// r = σ(a_r + b_r), h' = z h + (1 − z) tanh(a_n + r b_n). `inputs` (time, batch, 3 units),
/// `recurrent` (units, 3 units), `bias` (3 units) and h (batch, units) give h' of every step,
/// (time, batch, units). Where `mask` (time, batch), if there is one, is false, h' = h. Has
/// derivatives of any order; those of the first run as fast as the sequence itself.
Tensor gru_sequence(const Tensor& inputs, const Tensor& recurrent, const Tensor& bias,
                    const Tensor& h, const Tensor& mask = {});
/// The same, step by step in operations.
Tensor gru_steps(const Tensor& inputs, const Tensor& recurrent, const Tensor& bias, const Tensor& h,
                 const Tensor& mask = {});

}  // namespace shikumi::nn::detail
