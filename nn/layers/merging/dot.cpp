#include <shikumi/nn/layers/merging/dot.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/lengths.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

namespace {

// (batch, n, m), with the summed axis last or in the middle.
Tensor as_matrices(const Tensor& x, Index axis, bool summed_last) {
    if (x.rank() < 2 || x.rank() > 3)
        fail<ShapeError>("dot", "takes (batch, n) or (batch, n, m), got ", x.shape());
    const int a = normalize_axis("dot", axis, x.rank());
    if (a == 0) fail<ShapeError>("dot", "axis 0 of ", x.shape(), " is the batch");
    if (x.rank() == 2) return expand_dims(x, summed_last ? 1 : 2);
    return (a == 2) == summed_last ? x : transpose(x, {0, 2, 1});
}

}  // namespace

Dot::Dot(Integer first_axis, Integer second_axis, const DotOptions& options)
    : Merge(LayerOptions{.name = options.name}),
      first_axis_(first_axis),
      second_axis_(second_axis),
      normalize_(options.normalize) {}

Tensor Dot::merge(const std::vector<Tensor>& inputs) const {
    want_two(inputs);
    const auto prepared = [&](const Tensor& x, Index axis) {
        return normalize_ ? shikumi::detail::unit(x, axis) : x;
    };
    const Tensor a = as_matrices(prepared(inputs[0], first_axis_), first_axis_, true);
    const Tensor b = as_matrices(prepared(inputs[1], second_axis_), second_axis_, false);
    const Tensor product = matmul(a, b);
    if (inputs[0].rank() == 3 && inputs[1].rank() == 3) return product;
    const bool vectors = inputs[0].rank() == 2 && inputs[1].rank() == 2;
    return squeeze(product, vectors || inputs[0].rank() == 2 ? 1 : 2);
}

std::string Dot::label() const { return sentence("Dot axes ", first_axis_, ", ", second_axis_); }

Config Dot::get_config() const {
    const std::vector<Index> axes{first_axis_, second_axis_};
    return ConfigWriter()("axes", axes)("normalize", normalize_);
}

Dot Dot::from_config(ConfigReader& config) {
    const auto axes = config.get<std::vector<Index>>("axes");
    if (axes.empty() || axes.size() > 2)
        fail<ValueError>(config.owner(), "axes are one for both inputs, or two, got ", axes.size());
    return Dot(axes.front(), axes.back(), {.normalize = config.get_or("normalize", false)});
}

}  // namespace shikumi::nn
