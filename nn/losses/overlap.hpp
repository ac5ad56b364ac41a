// Losses of the overlap of two sets, for segmentation.
#pragma once

#include <shikumi/autograd/ops/arguments.hpp>
#include <shikumi/nn/losses/loss.hpp>

namespace shikumi::nn {

/// `Dice` of the whole batch: one number.
extern const Loss dice;
/// `Tversky` of the whole batch: one number.
extern const Loss tversky;

/// What Dice can be given.
struct DiceOptions {
    Axes axis = {};  ///< which axes are summed over: all, the batch too, unless it is given
    Reduction reduction = Reduction::sum_over_batch_size;  ///< how the values become one number
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<DiceOptions> auto& o) {
    fields("axis", o.axis);
    fields("reduction", o.reduction);
}
/// 1 − 2 Σ t p/(Σ t + Σ p + 1e-7). Values of the whole batch can't be weighed by sample.
Loss Dice(const DiceOptions& options = {});

/// What Tversky can be given.
struct TverskyOptions {
    double alpha = 0.5;  ///< weight of what is there and was missed
    double beta = 0.5;   ///< weight of what was found and is not there
    Axes axis = {};      ///< which axes are summed over: all, the batch too, unless it is given
    Reduction reduction = Reduction::sum_over_batch_size;  ///< how the values become one number
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<TverskyOptions> auto& o) {
    fields("alpha", o.alpha);
    fields("beta", o.beta);
    fields("axis", o.axis);
    fields("reduction", o.reduction);
}
/// 1 − Σ t p/(Σ t p + α Σ t(1 − p) + β Σ (1 − t)p + 1e-7): S. Salehi et al., MLMI 2017. With both
/// weights 1/2 it is `Dice`. Throws ValueError for a negative weight.
Loss Tversky(const TverskyOptions& options = {});

}  // namespace shikumi::nn
