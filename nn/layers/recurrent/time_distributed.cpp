#include <shikumi/nn/layers/recurrent/time_distributed.hpp>

#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/detail/masks.hpp>

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
    const auto unfolded = [&](const Tensor& t) {
        Shape::Sizes sizes;
        sizes.push_back(x.shape()[0]);
        sizes.push_back(x.shape()[1]);
        for (int axis = 1; axis < t.rank(); ++axis) sizes.push_back(t.shape()[axis]);
        return reshape(t, Shape(sizes));
    };
    const Tensor steps = reshape(x, steps_of(x.shape()));
    if (const Tensor mask = mask_of(x); mask.defined() && mask.rank() > 2)
        CallContext::current()->set_mask(steps, reshape(mask, steps_of(mask.shape())));
    const Tensor output = (*layer_.layer)(steps, mode), y = unfolded(output);
    if (const Tensor mask = mask_of(output); mask.defined())
        CallContext::current()->set_mask(y, unfolded(mask));
    return y;
}

Tensor TimeDistributed::compute_mask(const Tensor&, const Tensor& mask) {
    return mask.defined() && mask.rank() > 1 ? detail::step_mask(mask) : Tensor();
}

std::string TimeDistributed::label() const { return "TimeDistributed " + layer_.layer->label(); }

Config TimeDistributed::get_config() const { return ConfigWriter()("layer", layer_); }

TimeDistributed TimeDistributed::from_config(ConfigReader& config, LayerMaker make) {
    return TimeDistributed(make(config.get<Config>("layer")));
}

}  // namespace shikumi::nn
