// Focal cross-entropies, which count easy samples less: T.-Y. Lin et al., ICCV 2017.
#pragma once

#include <vector>

#include <shikumi/nn/losses/loss.hpp>

namespace shikumi::nn {

/// `BinaryFocalCrossentropy` by its defaults.
extern const Loss binary_focal_crossentropy;
/// `CategoricalFocalCrossentropy` by its defaults.
extern const Loss categorical_focal_crossentropy;

/// What BinaryFocalCrossentropy can be given.
struct BinaryFocalCrossentropyOptions {
    bool apply_class_balancing = false;  ///< whether α weighs the classes
    double alpha = 0.25;                 ///< weight of class 1; that of class 0 is 1 − α
    double gamma = 2;                    ///< exponent of the probability that was missed
    bool from_logits = false;            ///< sigmoid is still to be applied to the predictions
    double label_smoothing = 0;          ///< targets are t(1 − a) + a/2
    int axis = -1;                       ///< the axis that is averaged over
    Reduction reduction = Reduction::sum_over_batch_size;  ///< how the values become one number
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<BinaryFocalCrossentropyOptions> auto& o) {
    fields("apply_class_balancing", o.apply_class_balancing);
    fields("alpha", o.alpha);
    fields("gamma", o.gamma);
    fields("from_logits", o.from_logits);
    fields("label_smoothing", o.label_smoothing);
    fields("axis", o.axis);
    fields("reduction", o.reduction);
}
/// (1 − p_t)^γ times the binary cross-entropy, averaged over the last axis, where p_t = p for class
/// 1 and 1 − p for class 0. It looks through a sigmoid, as the cross-entropies do. Throws
/// ValueError for a negative gamma and unless alpha and the smoothing lie in [0, 1].
Loss BinaryFocalCrossentropy(const BinaryFocalCrossentropyOptions& options = {});

/// What CategoricalFocalCrossentropy can be given.
struct CategoricalFocalCrossentropyOptions {
    std::vector<double> alpha = {0.25};  ///< one weight for all classes, or one for each
    double gamma = 2;                    ///< exponent of the probability that was missed
    bool from_logits = false;            ///< softmax is still to be applied to the predictions
    double label_smoothing = 0;          ///< targets are t(1 − a) + a/K
    int axis = -1;                       ///< the axis of the classes
    Reduction reduction = Reduction::sum_over_batch_size;  ///< how the values become one number
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<CategoricalFocalCrossentropyOptions> auto& o) {
    fields.or_null("alpha", o.alpha);
    fields("gamma", o.gamma);
    fields("from_logits", o.from_logits);
    fields("label_smoothing", o.label_smoothing);
    fields("axis", o.axis);
    fields("reduction", o.reduction);
}
/// −Σ α (1 − p)^γ t log p over the last axis. It does not look through a softmax. Throws ValueError
/// for a negative gamma, and unless the smoothing lies in [0, 1]; ShapeError where there is neither
/// one alpha nor one for each class.
Loss CategoricalFocalCrossentropy(const CategoricalFocalCrossentropyOptions& options = {});

}  // namespace shikumi::nn
