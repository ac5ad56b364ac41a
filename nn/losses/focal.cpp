#include <shikumi/nn/losses/focal.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/logits.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/detail/smoothing.hpp>
#include <shikumi/nn/losses/targets.hpp>

namespace shikumi::nn {

namespace {

using detail::check_smoothing;
using detail::clipped;
using detail::smoothed;
using shikumi::detail::logits_of_sigmoid;

// 1 − p_t, without the difference to 1.
Tensor missed(const Tensor& t, const Tensor& p, const Tensor& not_p) {
    return t * not_p + (1 - t) * p;
}

Tensor binary_focal(const Tensor& targets, const Tensor& predictions,
                    const BinaryFocalCrossentropyOptions& o) {
    const Tensor t = smoothed(targets, o.label_smoothing, 2);
    const Tensor x = o.from_logits ? predictions : logits_of_sigmoid(predictions);
    const auto focal = [&] {
        if (x.defined())
            return pow(missed(t, sigmoid(x), sigmoid(-x)), o.gamma) *
                   binary_cross_entropy_each(x, t);
        const Tensor& p = predictions;
        const Tensor c = clipped(p);
        return -pow(missed(t, p, 1 - p), o.gamma) * (t * log(c) + (1 - t) * log(1 - c));
    };
    if (!o.apply_class_balancing) return mean_of_last(focal());
    return mean_of_last((t * o.alpha + (1 - t) * (1 - o.alpha)) * focal());
}

Tensor categorical_focal(const Tensor& targets, const Tensor& x,
                         const CategoricalFocalCrossentropyOptions& o) {
    const Index classes = x.shape().back(), weights = static_cast<Index>(o.alpha.size());
    if (weights != 1 && weights != classes)
        fail<ShapeError>(categorical_focal_crossentropy.name(), "got ", weights,
                         " weights alpha for ", classes, " classes");
    const Tensor t = smoothed(targets, o.label_smoothing, classes);
    const Tensor all = o.from_logits ? softmax(x, -1) : x;
    const Tensor p = clipped(all / sum(all, -1, true));
    const Tensor alpha = tensor(o.alpha).cast(x.dtype());
    return sum(alpha * pow(1 - p, o.gamma) * (-t * log(p)), -1);
}

void check_gamma(std::string_view loss, double gamma) {
    if (!(gamma >= 0)) fail<ValueError>(loss, "gamma must not be negative, got ", gamma);
}

}  // namespace

constinit const Loss binary_focal_crossentropy{
    "binary_focal_crossentropy",
    [](const Tensor& t, const Tensor& p) { return binary_focal(t, p, {}); }};

constinit const Loss categorical_focal_crossentropy{
    "categorical_focal_crossentropy",
    [](const Tensor& t, const Tensor& p) { return categorical_focal(t, p, {}); },
    Targets::class_rows};

Loss BinaryFocalCrossentropy(const BinaryFocalCrossentropyOptions& options) {
    const std::string_view name = binary_focal_crossentropy.name();
    check_smoothing(name, options.label_smoothing);
    check_gamma(name, options.gamma);
    if (!(options.alpha >= 0 && options.alpha <= 1))
        fail<ValueError>(name, "alpha must lie in [0, 1], got ", options.alpha);
    return {[options](const Tensor& t, const Tensor& p) { return binary_focal(t, p, options); },
            std::string(name),
            {.targets = Targets::like_predictions,
             .from_logits = options.from_logits,
             .axis = options.axis,
             .reduction = options.reduction},
            ConfigWriter().fields(options)};
}

Loss CategoricalFocalCrossentropy(const CategoricalFocalCrossentropyOptions& options) {
    const std::string_view name = categorical_focal_crossentropy.name();
    check_smoothing(name, options.label_smoothing);
    check_gamma(name, options.gamma);
    return {
        [options](const Tensor& t, const Tensor& p) { return categorical_focal(t, p, options); },
        std::string(name),
        {.targets = Targets::class_rows,
         .from_logits = options.from_logits,
         .axis = options.axis,
         .reduction = options.reduction},
        ConfigWriter().fields(options)};
}

}  // namespace shikumi::nn
