// Checks and random numbers that layers on pictures share.
#pragma once

#include <string_view>

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/memory/random.hpp>
#include <shikumi/nn/layers/preprocessing/resample_options.hpp>

namespace shikumi::nn::detail {

/// Throws ShapeError unless x is f32 or f64 (batch, height, width, channels).
void check_pictures(std::string_view layer, const Tensor& x);

/// Throws ValueError unless -1 <= low <= high <= limit.
void check_range(std::string_view layer, const FactorRange& range, double limit = 1);

/// The positions 0 … n-1 along one of the axes (batch, height, width).
Tensor positions(Index n, int axis, DType dtype);

/// A factor for each picture of x, as (batch, 1, 1).
Tensor draw_factors(const Tensor& x, const FactorRange& range, Generator& rng);

}  // namespace shikumi::nn::detail
