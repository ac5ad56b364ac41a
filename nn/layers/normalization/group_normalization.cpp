#include <shikumi/nn/layers/normalization/group_normalization.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/layers/detail/standardize.hpp>

namespace shikumi::nn {

GroupNormalization::GroupNormalization(const GroupNormalizationOptions& options)
    : Layer({.name = options.name, .dtype = options.dtype}), options_(options) {
    if (!(options.epsilon > 0))
        fail<ValueError>("group_normalization", "epsilon must be positive, got ", options.epsilon);
    if (options.groups <= 0 && options.groups != -1)
        fail<ValueError>("group_normalization", "groups must be positive or -1, got ",
                         options.groups);
}

void GroupNormalization::build(const Spec& input) {
    const auto [channels, stretched] =
        detail::along("group_normalization", options_.axis, input.shape);
    if (options_.groups == -1) options_.groups = channels.back();
    if (channels.back() % options_.groups != 0)
        fail<ShapeError>("group_normalization", options_.groups, " groups don't divide the ",
                         channels.back(), " channels of ", input.shape);
    stretched_ = stretched;
    if (options_.scale)
        gamma_ = add_weight(
            "gamma", channels, options_.gamma_initializer,
            {.regularizer = options_.gamma_regularizer, .constraint = options_.gamma_constraint});
    if (options_.center)
        beta_ = add_weight(
            "beta", channels, options_.beta_initializer,
            {.regularizer = options_.beta_regularizer, .constraint = options_.beta_constraint});
}

// The channels as (group, channel of the group): all but the batch and the groups are averaged.
Tensor GroupNormalization::call(const Tensor& x, Mode) {
    detail::check_along("group_normalization", options_.axis, stretched_, x.shape());
    const int axis = normalize_axis("group_normalization", options_.axis, x.rank());
    const auto grouped = [&](const Shape& shape) {
        Shape::Sizes sizes;
        for (int i = 0; i < shape.rank(); ++i) {
            if (i == axis) sizes.push_back(options_.groups);
            sizes.push_back(i == axis ? shape[i] / options_.groups : shape[i]);
        }
        return Shape(sizes);
    };
    std::vector<int> averaged;
    for (int i = 1; i <= x.rank(); ++i) {
        if (i != axis) averaged.push_back(i);
    }
    const detail::Moments m =
        detail::moments(reshape(x, grouped(x.shape())), Axes(std::move(averaged)));
    const Shape weight = grouped(stretched_);
    return reshape(
        detail::standardize(m.deviation, m.variance, options_.epsilon,
                            detail::shaped(gamma_, weight), detail::shaped(beta_, weight)),
        x.shape());
}

std::string GroupNormalization::config() const {
    return sentence("GroupNormalization ", options_.groups, " groups");
}

}  // namespace shikumi::nn
