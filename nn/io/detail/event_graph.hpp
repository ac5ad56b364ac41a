// The operations of a layer as a graph for TensorBoard.
#pragma once

#include <shikumi/formats/detail/events.hpp>
#include <shikumi/nn/layer.hpp>

namespace shikumi::nn::detail {

/// The operations that a built layer records for a batch, inputs before consumers, under the names
/// of their scopes: "dense/matmul". Weights have their own names. The size of the batch is -1.
formats::detail::EventGraph event_graph(Layer& layer);

}  // namespace shikumi::nn::detail
