// Sample: what a loader gives.
#pragma once

#include <utility>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::datasets {

/// Inputs, targets and weights of one sample, or of a batch of samples along a first axis.
struct Sample {
    std::vector<Tensor> x;        ///< for each input of a model
    std::vector<Tensor> y;        ///< targets for each output; may be none
    std::vector<Tensor> weights;  ///< factors of the losses: none, one, or one for each output

    /// Nothing.
    Sample() = default;
    /// One input.
    Sample(Tensor input) : x{std::move(input)} {}
    /// One input and its target.
    Sample(Tensor input, Tensor target) : x{std::move(input)}, y{std::move(target)} {}
    /// One input and its target.
    Sample(std::pair<Tensor, Tensor> both)
        : Sample(std::move(both.first), std::move(both.second)) {}
    /// Several of each.
    Sample(std::vector<Tensor> inputs, std::vector<Tensor> targets,
           std::vector<Tensor> factors = {})
        : x(std::move(inputs)), y(std::move(targets)), weights(std::move(factors)) {}
};

}  // namespace shikumi::datasets
