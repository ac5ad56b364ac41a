// Losses of numbers: distances between targets and predictions.
#pragma once

#include <shikumi/autograd/ops/arguments.hpp>
#include <shikumi/nn/losses/loss.hpp>

namespace shikumi::nn {

// All losses throw ShapeError where targets and predictions don't fit. They convert targets of
// another dtype to the predictions'. Each is there twice, as in Keras: as a constant by its
// function's name, and as a function by its class's name, which takes options.

/// (t − p)², averaged over the last axis.
extern const Loss mean_squared_error;
/// |t − p|, averaged over the last axis.
extern const Loss mean_absolute_error;
/// 100 |t − p|/max(|t|, 1e-7), averaged over the last axis.
extern const Loss mean_absolute_percentage_error;
/// (log(1 + t) − log(1 + p))² with both held at 1e-7 from below, averaged over the last axis.
extern const Loss mean_squared_logarithmic_error;
/// d²/2 where |d| = |t − p| is at most 1, else |d| − 1/2, averaged over the last axis.
extern const Loss huber;
/// log cosh(p − t), averaged over the last axis.
extern const Loss log_cosh;
/// Minus the cosine of the angle between targets and predictions along the last axis. A vector of
/// zeros has the cosine 0 and no gradient.
extern const Loss cosine_similarity;

/// `mean_squared_error`, with a reduction.
Loss MeanSquaredError(const LossOptions& options = {});
/// `mean_absolute_error`, with a reduction.
Loss MeanAbsoluteError(const LossOptions& options = {});
/// `mean_absolute_percentage_error`, with a reduction.
Loss MeanAbsolutePercentageError(const LossOptions& options = {});
/// `mean_squared_logarithmic_error`, with a reduction.
Loss MeanSquaredLogarithmicError(const LossOptions& options = {});
/// `log_cosh`, with a reduction.
Loss LogCosh(const LossOptions& options = {});

/// What Huber can be given.
struct HuberOptions {
    double delta = 1;                                      ///< where the square becomes a line
    Reduction reduction = Reduction::sum_over_batch_size;  ///< how the values become one number
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<HuberOptions> auto& o) {
    fields("delta", o.delta);
    fields("reduction", o.reduction);
}
/// d²/2 where |d| <= δ, else δ|d| − δ²/2. Throws ValueError unless delta is positive.
Loss Huber(const HuberOptions& options = {});

/// What CosineSimilarity can be given.
struct CosineSimilarityOptions {
    Integer axis = -1;  ///< along which the angle is taken; not the batch
    Reduction reduction = Reduction::sum_over_batch_size;  ///< how the values become one number
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<CosineSimilarityOptions> auto& o) {
    int axis = static_cast<int>(o.axis);
    fields("axis", axis);
    if constexpr (requires { o.axis = axis; }) o.axis = axis;
    fields("reduction", o.reduction);
}
/// Minus the cosine of the angle between targets and predictions along an axis.
Loss CosineSimilarity(const CosineSimilarityOptions& options = {});

}  // namespace shikumi::nn
