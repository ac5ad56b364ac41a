// The elements of a tensor as a list that prints and compares.
#pragma once

#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi_test {

inline std::vector<double> doubles(const shikumi::Tensor& t) { return t.to_vector<double>(); }
inline std::vector<float> floats(const shikumi::Tensor& t) { return t.to_vector<float>(); }

}  // namespace shikumi_test
