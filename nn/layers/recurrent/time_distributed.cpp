#include <shikumi/nn/layers/recurrent/time_distributed.hpp>

#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

namespace {

// (batch, time, …) as (batch · time, …): every step a sample.
Shape steps_of(const Shape& sequences) {
    if (sequences.rank() < 3)
        fail<ShapeError>("time_distributed", "takes sequences (batch, time, …), got ", sequences);
    const Shape::Sizes sizes = sequences.sizes();
    return batch_of(sizes[0] * sizes[1],
                    Shape(std::span<const Index>(sizes.begin() + 2, sizes.end())));
}

}  // namespace

TimeDistributed::TimeDistributed(SharedLayer layer, const LayerOptions& options)
    : Layer(options), layer_(std::move(layer)) {
    if (!layer_.layer) fail<ValueError>("time_distributed", "got no layer");
}

TimeDistributed::TimeDistributed(const TimeDistributed& other)
    : Layer(other), layer_(copies_are_unbuilt() ? other.layer_.clone() : other.layer_) {}

void TimeDistributed::build(const Spec& input) {
    layer_.layer->ensure_built({steps_of(input.shape), input.dtype});
}

Tensor TimeDistributed::call(const Tensor& x, Mode mode) {
    const Tensor y = (*layer_.layer)(reshape(x, steps_of(x.shape())), mode);
    Shape::Sizes sizes;
    sizes.push_back(x.shape()[0]);
    sizes.push_back(x.shape()[1]);
    for (int axis = 1; axis < y.rank(); ++axis) sizes.push_back(y.shape()[axis]);
    return reshape(y, Shape(sizes));
}

std::string TimeDistributed::config() const { return "TimeDistributed " + layer_.layer->config(); }

}  // namespace shikumi::nn
