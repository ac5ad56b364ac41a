// Losses as values with names.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <shikumi/autograd/core/named_function.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/ops/arguments.hpp>

namespace shikumi::nn {

/// The form of targets that a loss works on.
enum class Targets {
    like_predictions,  ///< of the predictions' shape and dtype
    class_rows,        ///< the same, where the last axis has a column for each class, two or more
    class_indices,     ///< integers, of the predictions' shape without the last axis
    as_given,          ///< whatever the user gives
};

/// Targets and predictions (N, …) become one loss a sample, (N,). Any such function is a loss; it
/// is called "loss" unless it has a name.
class Loss {
public:
    /// Computes the losses from targets that fit the predictions.
    using Function = NamedFunction<Tensor(const Tensor& targets, const Tensor& predictions)>;

    /// A constant of the library.
    constexpr Loss(StaticName name, Tensor (*function)(const Tensor&, const Tensor&),
                   Targets targets = Targets::like_predictions, bool from_logits = false) noexcept
        : function_(name, function), targets_(targets), from_logits_(from_logits) {}
    /// Any callable.
    template <shikumi::detail::FunctionFor<Loss, const Tensor&, const Tensor&> F>
    Loss(F function, std::string name = "loss", Targets targets = Targets::as_given)
        : function_(std::move(function), std::move(name)), targets_(targets) {}

    /// The name that logs and errors show.
    std::string_view name() const noexcept { return function_.name(); }
    /// The form of targets that the loss works on.
    Targets targets() const noexcept { return targets_; }
    /// Whether softmax or sigmoid is still to be applied to the predictions.
    bool from_logits() const noexcept { return from_logits_; }
    /// The losses of the samples. Targets are brought into the form that `targets` says, as by
    /// `match_targets` and `match_labels`, which throw where that can't be done. Targets as given
    /// of a single output, (N,) or (N, 1), get the other of these shapes where the function would
    /// pair each of them with all predictions otherwise. Throws ShapeError for a loss over classes
    /// where there is only one, ValueError where a loss from logits gets the output of a softmax or
    /// sigmoid.
    Tensor operator()(const Tensor& targets, const Tensor& predictions) const;

private:
    Function function_;
    Targets targets_ = Targets::as_given;
    bool from_logits_ = false;
};

// All losses throw ShapeError where targets and predictions don't fit. They convert targets of
// another dtype to the predictions', and average over the axes between the first and the last.
//
// Cross-entropies from probabilities look through a softmax (or sigmoid) that isn't computed yet,
// and use the exact form from its logits. Other probabilities are divided by their sum and clipped
// to [1e-7, 1 - 1e-7], as Keras does; a clipped probability has no gradient, and a row of zeros,
// which is no distribution, costs NaN.

/// −Σ t log p over the last axis; targets are rows of probabilities, like the predictions.
extern const Loss categorical_crossentropy;
/// −Σ t log softmax(x) over the last axis; the predictions x are logits. Throws ValueError where
/// they have been through a softmax already.
extern const Loss categorical_crossentropy_from_logits;
/// −log p[label]: targets are integers of the predictions' shape without the last axis, or with 1
/// there. Throws DTypeError for other targets; a label that is no class throws ValueError when it
/// is evaluated.
extern const Loss sparse_categorical_crossentropy;
/// −log softmax(x)[label]; the predictions x are logits. Throws DTypeError unless the targets are
/// integers, ValueError where x has been through a softmax already.
extern const Loss sparse_categorical_crossentropy_from_logits;
/// −(t log p + (1−t) log(1−p)), averaged over the last axis.
extern const Loss binary_crossentropy;
/// −(t log σ(x) + (1−t) log(1−σ(x))), averaged over the last axis; the predictions x are logits.
/// Throws ValueError where they have been through a sigmoid already.
extern const Loss binary_crossentropy_from_logits;
/// (t − p)², averaged over the last axis.
extern const Loss mean_squared_error;
/// |t − p|, averaged over the last axis.
extern const Loss mean_absolute_error;

/// (log(1 + t) − log(1 + p))² with both held at 1e-7 from below, averaged over the last axis.
extern const Loss mean_squared_logarithmic_error;
/// d²/2 where |d| = |t − p| is at most 1, else |d| − 1/2, averaged over the last axis.
extern const Loss huber;
/// log cosh(p − t), averaged over the last axis.
extern const Loss log_cosh;
/// p − t log(p + 1e-7), averaged over the last axis.
extern const Loss poisson;
/// Σ t log(t/p) over the last axis, both clipped to [1e-7, 1].
extern const Loss kl_divergence;
/// Minus the cosine of the angle between targets and predictions along the last axis.
extern const Loss cosine_similarity;
/// max(1 − t p, 0), averaged over the last axis. Targets are −1 and 1; where a batch holds nothing
/// but 0 and 1, 0 counts as −1, as in Keras.
extern const Loss hinge;
/// max(1 − t p, 0)², averaged over the last axis; targets as for hinge.
extern const Loss squared_hinge;
/// max(1 + max((1 − t) p) − Σ t p, 0) over the last axis: targets are one-hot rows.
extern const Loss categorical_hinge;

/// What Keras's classes of cross-entropies can be given.
struct CrossentropyOptions {
    bool from_logits = false;  ///< softmax or sigmoid is still to be applied to the predictions
};
/// `categorical_crossentropy`, or the one from logits.
const Loss& CategoricalCrossentropy(const CrossentropyOptions& options = {});
/// `sparse_categorical_crossentropy`, or the one from logits.
const Loss& SparseCategoricalCrossentropy(const CrossentropyOptions& options = {});
/// `binary_crossentropy`, or the one from logits.
const Loss& BinaryCrossentropy(const CrossentropyOptions& options = {});

/// What Huber can be given.
struct HuberOptions {
    double delta = 1;  ///< where the square becomes a line
};
/// d²/2 where |d| <= δ, else δ|d| − δ²/2. Throws ValueError unless delta is positive.
Loss Huber(const HuberOptions& options = {});

/// What CosineSimilarity can be given.
struct CosineSimilarityOptions {
    Integer axis = -1;  ///< along which the angle is taken; not the batch
};
/// Minus the cosine of the angle between targets and predictions along an axis.
Loss CosineSimilarity(const CosineSimilarityOptions& options = {});

/// The mean over all axes but the first.
Tensor mean_per_sample(const Tensor& x);
/// `targets` in the predictions' dtype and shape: (N,) for (N, 1) and back. Throws ShapeError
/// naming `loss` where they don't fit.
Tensor match_targets(std::string_view loss, const Tensor& targets, const Tensor& predictions);
/// Throws ShapeError naming `loss` unless the predictions' last axis has two classes or more.
void want_classes(std::string_view loss, const Tensor& predictions);
/// Class indices (N, …) as i64 for predictions (N, …, classes): a last axis of 1 is dropped. Throws
/// ShapeError, DTypeError naming `loss`, also where there are less than two classes.
Tensor match_labels(std::string_view loss, const Tensor& labels, const Tensor& predictions);

}  // namespace shikumi::nn
