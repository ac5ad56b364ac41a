// How far two tensors lie apart.
#pragma once

#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi_test {

/// The largest difference of two elements.
inline double difference(const shikumi::Tensor& a, const shikumi::Tensor& b) {
    return max(abs(a - b)).item<double>();
}

}  // namespace shikumi_test
