// The weights of a model as plain numbers.
#pragma once

#include <vector>

#include <shikumi/nn/models/model.hpp>

namespace shikumi_test {

// Those of each weight, in the order of get_weights.
template <class T>
std::vector<std::vector<T>> weight_values(shikumi::nn::Model& model) {
    std::vector<std::vector<T>> all;
    for (const shikumi::Tensor& weight : model.get_weights()) all.push_back(weight.to_vector<T>());
    return all;
}

}  // namespace shikumi_test
