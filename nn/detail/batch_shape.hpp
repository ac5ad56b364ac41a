// The shape of a batch in a file: [null, 28, 28], where the size of the batch is free.
#pragma once

#include <optional>
#include <string_view>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/autograd/core/shape.hpp>

namespace shikumi::nn::detail {

/// A list of the sizes, the first of which is nothing.
Config batch_shape_config(const Shape& batch);
/// The shape of one sample; nothing where a size after the first isn't known. Throws ValueError
/// for anything but such a list.
std::optional<Shape> sample_shape(const Config& batch_shape, std::string_view reading);
/// The shape of one sample. Throws ValueError where a size after the first isn't known.
Shape known_sample_shape(const Config& batch_shape, std::string_view reading);

}  // namespace shikumi::nn::detail
