#include <shikumi/nn/losses/hinge.hpp>

#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/targets.hpp>

namespace shikumi::nn {

namespace {

using shikumi::detail::multiply_no_nan;

// 1 − t p, at least 0. Its slope at 0, exactly at the margin, is that outside of it, as in Keras.
Tensor margin_missed(const Tensor& t, const Tensor& p) {
    const Tensor zeros_and_ones = all(logical_or(equal(t, 0), equal(t, 1)));
    const Tensor missed = 1 - where(zeros_and_ones, 2 * t - 1, t) * p;
    return where(missed < 0, 0, missed);
}

}  // namespace

constinit const Loss hinge{
    "hinge", [](const Tensor& t, const Tensor& p) { return mean_of_last(margin_missed(t, p)); }};

constinit const Loss squared_hinge{"squared_hinge", [](const Tensor& t, const Tensor& p) {
                                       return mean_of_last(square(margin_missed(t, p)));
                                   }};

constinit const Loss categorical_hinge{"categorical_hinge",
                                       [](const Tensor& t, const Tensor& p) {
                                           const Tensor right = sum(multiply_no_nan(p, t), -1);
                                           const Tensor best_wrong =
                                               max(multiply_no_nan(p, 1 - t), -1);
                                           return maximum(best_wrong - right + 1, 0);
                                       },
                                       Targets::class_rows};

Loss Hinge(const LossOptions& options) { return hinge.with(options.reduction); }

Loss SquaredHinge(const LossOptions& options) { return squared_hinge.with(options.reduction); }

Loss CategoricalHinge(const LossOptions& options) {
    return categorical_hinge.with(options.reduction);
}

}  // namespace shikumi::nn
