// Circle loss, for embeddings.
#pragma once

#include <shikumi/nn/losses/loss.hpp>

namespace shikumi::nn {

/// `Circle` by its defaults.
extern const Loss circle;

/// What Circle can be given.
struct CircleOptions {
    double gamma = 80;            ///< scale: how sharply the hardest pairs stand out
    double margin = 0.4;          ///< m: how much nearer the same label shall be
    bool remove_diagonal = true;  ///< a sample is no pair with itself
    Reduction reduction = Reduction::sum_over_batch_size;  ///< how the values become one number
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<CircleOptions> auto& o) {
    fields("gamma", o.gamma);
    fields("margin", o.margin);
    fields("remove_diagonal", o.remove_diagonal);
    fields("reduction", o.reduction);
}
/// Predictions are embeddings (N, D) of length 1, targets a label each. With the distances
/// d = max(1 − cosine, 0) of each pair of the batch, a sample's value is
/// softplus(log Σ exp(γ (m + d)(d − m)) + log Σ exp(γ max(1 + m − d, 0)(1 − m − d))): the first sum
/// goes over those of the same label, the second over all others. Y. Sun et al., CVPR 2020, in
/// Keras's form. A sample whose value is 0, such as one without partners, counts nowhere. Throws
/// ValueError unless gamma is positive and the margin lies in [0, 1].
Loss Circle(const CircleOptions& options = {});

}  // namespace shikumi::nn
