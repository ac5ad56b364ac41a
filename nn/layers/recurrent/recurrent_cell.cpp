#include <shikumi/nn/layers/recurrent/recurrent_cell.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

Tensor RecurrentCell::prepare(const Tensor& inputs, Mode) { return inputs; }

std::optional<RecurrentCell::Sequence> RecurrentCell::all_steps(const Tensor&,
                                                                const std::vector<Tensor>&,
                                                                const Tensor&) {
    return {};
}

std::vector<Tensor> RecurrentCell::zero_states(Index batch) const {
    std::vector<Tensor> states;
    for (const Shape& shape : state_shapes())
        states.push_back(zeros(batch_of(batch, shape), dtype()));
    return states;
}

Tensor RecurrentCell::call(const Tensor& x, Mode mode) {
    const Tensor prepared = prepare(expand_dims(x, 0), mode);
    const std::vector<Tensor> states = step(squeeze(prepared, 0), zero_states(x.shape().front()));
    finish();
    if (states.empty()) fail<ShapeError>(name(), "has a step that gives no state");
    return states.front();
}

}  // namespace shikumi::nn
