// Reading pictures at places between their pixels.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/nn/layers/preprocessing/resample_options.hpp>

namespace shikumi::nn::detail {

/// Pictures (N, H, W, C) as they look at rows and columns (N, H′, W′), which are counted in pixels
/// and may lie between and outside them: (N, H′, W′, C).
Tensor resample(const Tensor& pictures, const Tensor& rows, const Tensor& columns,
                const ResampleOptions& how);

}  // namespace shikumi::nn::detail
