// All that a model keeps while it is trained.
#pragma once

#include <vector>

#include <shikumi/autograd/graph/parameter.hpp>

namespace shikumi::optim {
class Optimizer;
}  // namespace shikumi::optim

namespace shikumi::nn {

class Layer;
class StateFields;

/// Visits all that makes a built model what it is, besides its architecture: its weights, then what
/// it and its layers keep (`Layer::visit_state`); of a compiled model that is its optimiser's
/// memory, too. Weights and layers are matched in their order. Reading throws ValueError where
/// those of another model were written: the number, name, shape or dtype of a weight differs, or
/// the class of a layer. Numbers behind automatic names do not matter.
void visit_model(StateFields& fields, Layer& model);
/// Visits what an optimiser keeps for these weights, which are matched in their order: a model's
/// `visit_state` does so with the optimiser of `compile`. Reading throws ValueError where another
/// optimiser's memory was written, ShapeError and DTypeError where that of other weights was.
void visit_optimizer(StateFields& fields, optim::Optimizer& optimizer,
                     const std::vector<Parameter>& weights);

}  // namespace shikumi::nn
