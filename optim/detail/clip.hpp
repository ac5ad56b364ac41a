// Gradients of bounded size.
#pragma once

#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/optim/optimizer.hpp>

namespace shikumi::optim::detail {

/// Clips gradients by `clipvalue`, `clipnorm` or `global_clipnorm`, whichever is given.
void clip(std::vector<Tensor>& gradients, const StepOptions& how);

}  // namespace shikumi::optim::detail
