#include <shikumi/nn/layers/normalization/group_normalization.hpp>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::nn {

GroupNormalization::GroupNormalization(const GroupNormalizationOptions& options)
    : AffineNormalization("group_normalization", options), options_(options) {
    if (options.groups <= 0 && options.groups != -1)
        fail<ValueError>("group_normalization", "groups must be positive or -1, got ",
                         options.groups);
}

void GroupNormalization::build(const Spec& input) {
    const Shape shape = weight_shape(input.shape);
    const Index channels = shape.back();
    if (options_.groups == -1) options_.groups = channels;
    if (channels % options_.groups != 0)
        fail<ShapeError>("group_normalization", options_.groups, " groups don't divide the ",
                         channels, " channels of ", input.shape);
    add_gamma_and_beta(shape, options_);
}

// The channels as (group, channel of the group): all but the batch and the groups are averaged.
Tensor GroupNormalization::call(const Tensor& x, Mode) {
    check_sizes(x.shape());
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
    const Tensor groups = reshape(x, grouped(x.shape()));
    return reshape(normalized(groups, Axes(averaged), grouped(stretched())), x.shape());
}

std::string GroupNormalization::label() const {
    return sentence("GroupNormalization ", options_.groups, " groups");
}

void visit_fields(auto& fields, FieldsOf<GroupNormalizationOptions> auto& o) {
    fields("groups", o.groups)("axis", o.axis);
    fields("epsilon", o.epsilon)("center", o.center)("scale", o.scale);
    fields("beta_initializer", o.beta_initializer)("gamma_initializer", o.gamma_initializer);
    fields("beta_regularizer", o.beta_regularizer)("gamma_regularizer", o.gamma_regularizer);
    fields("beta_constraint", o.beta_constraint)("gamma_constraint", o.gamma_constraint);
}

Config GroupNormalization::get_config() const { return ConfigWriter().fields(options_); }

GroupNormalization GroupNormalization::from_config(ConfigReader& config) {
    return GroupNormalization(config.fields<GroupNormalizationOptions>());
}

}  // namespace shikumi::nn
