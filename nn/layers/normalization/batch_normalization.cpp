#include <shikumi/nn/layers/normalization/batch_normalization.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/detail/masks.hpp>
#include <shikumi/nn/layers/detail/standardize.hpp>

namespace shikumi::nn {

namespace {

Axes others(int axis, int rank) {
    std::vector<int> all;
    for (int i = 0; i < rank; ++i) {
        if (i != axis && i != axis + rank) all.push_back(i);
    }
    return Axes(std::move(all));
}

// The mean of a batch, how x deviates from it, and numbers whose mean square is the variance.
struct Moments {
    Tensor mean, deviation, spreading;
};

Moments moments(const Tensor& x, const Axes& axes) {
    const Tensor m = mean(x, axes, true), deviation = x - m;
    return {m, deviation, deviation};
}

// Moments of the steps that the mask (batch, steps) lets through. As in Keras, 1e-7 is added to
// their number, which may be 0.
Moments masked_moments(const Tensor& x, const Tensor& mask, const Axes& axes) {
    const Tensor seen = broadcast_to(detail::beside(mask, x.rank()), x.shape());
    const Tensor count = sum(seen.cast(x.dtype()), axes, true) + 1e-7;
    const Tensor mean = sum(where(seen, x, 0), axes, true) / count, deviation = x - mean;
    const auto all = static_cast<double>(x.size()) / static_cast<double>(mean.size());
    return {mean, deviation, where(seen, deviation, 0) * sqrt(all / count)};
}

}  // namespace

BatchNormalization::BatchNormalization(const BatchNormalizationOptions& options)
    : AffineNormalization("batch_normalization", options), options_(options) {
    if (!(options.momentum >= 0 && options.momentum <= 1))
        fail<ValueError>("batch_normalization", "the momentum must lie in [0, 1], got ",
                         options.momentum);
}

void BatchNormalization::build(const Spec& input) {
    const Shape channels = weight_shape(input.shape);
    add_gamma_and_beta(channels, options_);
    moving_mean_ =
        add_weight("moving_mean", channels, options_.moving_mean_initializer, {.trainable = false});
    moving_variance_ = add_weight("moving_variance", channels, options_.moving_variance_initializer,
                                  {.trainable = false});
}

Tensor BatchNormalization::call(const Tensor& x, Mode mode) {
    check_sizes(x.shape());
    if (mode == Mode::infer || !trainable()) {
        const auto moving = [&](const Parameter& state) {
            const Tensor value = value_of(state);
            return value.shape() == stretched() ? value : reshape(value, stretched());
        };
        const Tensor spread = sqrt(moving(moving_variance_) + options_.epsilon);
        return scaled(x - moving(moving_mean_), spread, stretched());
    }
    const Axes axes = others(options_.axis, x.rank());
    const Tensor mask = mask_of(x);
    const Moments m = mask.defined() ? masked_moments(x, mask, axes) : moments(x, axes);
    const auto approach = [&](const Parameter& moving, const Tensor& batch) {
        add_update(moving, value_of(moving) * options_.momentum +
                               reshape(batch, moving.shape()) * (1 - options_.momentum));
    };
    if (x.size() > 0) {  // a batch of nothing has no mean
        approach(moving_mean_, m.mean);
        const Tensor variance = shikumi::detail::mean_square(m.spreading, axes);
        const auto n = static_cast<double>(x.size()) / static_cast<double>(variance.size());
        approach(moving_variance_,
                 options_.unbiased && n > 1 ? variance * (n / (n - 1)) : variance);
    }
    const Tensor spread = shikumi::detail::root_mean_square(m.spreading, axes, options_.epsilon);
    return scaled(m.deviation, spread, stretched());
}

void visit_fields(auto& fields, FieldsOf<BatchNormalizationOptions> auto& o) {
    fields("momentum", o.momentum).ignore("renorm_momentum");
    fields.accept("renorm", false).accept("renorm_clipping", {}).accept("synchronized", false);
    fields.accept("virtual_batch_size", {}).ignore("fused");
    fields("epsilon", o.epsilon)("center", o.center)("scale", o.scale);
    fields("beta_initializer", o.beta_initializer)("gamma_initializer", o.gamma_initializer);
    fields("moving_mean_initializer", o.moving_mean_initializer);
    fields("moving_variance_initializer", o.moving_variance_initializer);
    fields("beta_regularizer", o.beta_regularizer)("gamma_regularizer", o.gamma_regularizer);
    fields("beta_constraint", o.beta_constraint)("gamma_constraint", o.gamma_constraint);
    fields.extra("unbiased", o.unbiased);
}

Config BatchNormalization::get_config() const {
    return ConfigWriter()("axis", options_.axis).fields(options_);
}

// Keras 2 writes the axis as a list of one.
BatchNormalization BatchNormalization::from_config(ConfigReader& config) {
    const auto axis = config.get_or<std::vector<int>>("axis", {-1});
    if (axis.size() != 1) fail<ValueError>(config.owner(), "wants one axis, got ", axis.size());
    auto options = config.fields<BatchNormalizationOptions>();
    options.axis = axis.front();
    return BatchNormalization(options);
}

}  // namespace shikumi::nn
