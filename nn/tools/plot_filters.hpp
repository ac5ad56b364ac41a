// plot_filters: what the first layer of a model looks for, as pictures.
#pragma once

#include <optional>

#include <shikumi/nn/layer.hpp>
#include <shikumi/plot/svg.hpp>

namespace shikumi::nn {

/// The filters of the first layer that has weights, as pictures in which grey is 0: of a
/// convolution over pictures of one or three colours, or of a dense layer on flattened pictures of
/// this shape, (rows, columns) or with colours behind. At most 64 of them. Absent where that layer
/// is of another kind.
std::optional<plot::Svg> plot_filters(const Layer& model, const Shape& sample = {});

}  // namespace shikumi::nn
