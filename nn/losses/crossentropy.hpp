// Cross-entropies.
#pragma once

#include <optional>

#include <shikumi/nn/losses/loss.hpp>

namespace shikumi::nn {

// Cross-entropies from probabilities look through a softmax (or sigmoid), and use the exact form
// from its logits. Other probabilities are clipped to [1e-7, 1 - 1e-7], as Keras does; a clipped
// probability has no gradient. Rows that don't add up to 1 are divided by their sum: rows with
// targets like them before the clip, so that a row of zeros, which is no distribution, costs NaN;
// rows with class indices after it, so that it costs log K.

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
/// (1 − p[label]^0.5)/0.5: `CategoricalGeneralizedCrossEntropy` by its defaults.
extern const Loss categorical_generalized_cross_entropy;

/// What cross-entropies with targets like the predictions can be given.
struct CrossentropyOptions {
    bool from_logits = false;    ///< softmax or sigmoid is still to be applied to the predictions
    double label_smoothing = 0;  ///< share a of targets that is spread evenly over the classes
    int axis = -1;               ///< the axis of the classes
    Reduction reduction = Reduction::sum_over_batch_size;  ///< how the values become one number
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<CrossentropyOptions> auto& o) {
    fields("from_logits", o.from_logits);
    fields("label_smoothing", o.label_smoothing);
    fields("axis", o.axis);
    fields("reduction", o.reduction);
}
/// `categorical_crossentropy`, with targets t(1 − a) + a/K. Throws ValueError unless a lies in
/// [0, 1].
Loss CategoricalCrossentropy(const CrossentropyOptions& options = {});
/// `binary_crossentropy`, with targets t(1 − a) + a/2. Throws ValueError unless a lies in [0, 1].
Loss BinaryCrossentropy(const CrossentropyOptions& options = {});

/// What SparseCategoricalCrossentropy can be given.
struct SparseCategoricalCrossentropyOptions {
    bool from_logits = false;                ///< softmax is still to be applied to the predictions
    std::optional<Index> ignore_class = {};  ///< a label that is no class: it counts nowhere
    int axis = -1;                           ///< the axis of the classes
    Reduction reduction = Reduction::sum_over_batch_size;  ///< how the values become one number
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<SparseCategoricalCrossentropyOptions> auto& o) {
    fields("from_logits", o.from_logits);
    fields("ignore_class", o.ignore_class);
    fields("axis", o.axis);
    fields("reduction", o.reduction);
}
/// `sparse_categorical_crossentropy`.
Loss SparseCategoricalCrossentropy(const SparseCategoricalCrossentropyOptions& options = {});

/// What CategoricalGeneralizedCrossEntropy can be given.
struct GeneralizedCrossEntropyOptions {
    double q = 0.5;  ///< from near 0, the cross-entropy, to 1, the absolute error
    Reduction reduction = Reduction::sum_over_batch_size;  ///< how the values become one number
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<GeneralizedCrossEntropyOptions> auto& o) {
    fields("q", o.q);
    fields("reduction", o.reduction);
}
/// (1 − p[label]^q)/q, which wrong labels disturb less than the cross-entropy: Z. Zhang, M.
/// Sabuncu, NeurIPS 2018. Targets as for `sparse_categorical_crossentropy`. Throws ValueError
/// unless q lies in (0, 1].
Loss CategoricalGeneralizedCrossEntropy(const GeneralizedCrossEntropyOptions& options = {});

}  // namespace shikumi::nn
