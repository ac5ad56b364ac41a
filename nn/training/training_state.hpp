// What a training is at a moment, for files that hold it. Programs that write none don't link it.
#pragma once

#include <vector>

#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/nn/state_fields.hpp>

namespace shikumi::optim {
class Optimizer;
}  // namespace shikumi::optim

namespace shikumi::nn {

class Layer;
class Run;

/// Visits all that makes a built model what it is, besides its architecture: its weights, then what
/// it and its layers keep (`Layer::visit_state`), and of each compiled model among them the
/// optimiser's memory and the random numbers of the shuffling. Weights and layers are matched in
/// their order. Reading throws ValueError where those of another model were written: the number,
/// name, shape or dtype of a weight differs, or the class of a layer. Numbers behind automatic
/// names do not matter.
void visit_model(StateFields& fields, Layer& model);
/// Visits what an optimiser keeps for these weights, which are matched in their order; for models
/// that hold optimisers of their own. Reading throws ValueError where another optimiser's memory
/// was written, ShapeError and DTypeError where that of other weights was.
void visit_optimizer(StateFields& fields, optim::Optimizer& optimizer,
                     const std::vector<Parameter>& weights);

/// All that a training is now: model, position in the data, epoch, callbacks, history. To be asked
/// by the last callback, since what callbacks after it do is not in it yet. Throws StateError for
/// anything but a training.
SavedState training_state(const Run& run);
/// Goes on with a training of the same model, data and callbacks from where it was, be it within an
/// epoch. To be called in `on_train_begin` of the last callback. Throws ValueError where the state
/// doesn't fit; everything is as before then.
void restore_training(Run& run, const SavedState& state);

}  // namespace shikumi::nn
