#include <shikumi/nn/layers/recurrent/recurrent_cell.hpp>

#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/detail/build_budget.hpp>
#include <shikumi/nn/detail/masks.hpp>

namespace shikumi::nn {

namespace {

// The steps of x (time, …). The gradient of a slice is as large as the tensor that was cut. Cutting
// by halves makes them log(time) times as large as x together, one by one time times as large.
void cut(const Tensor& x, std::vector<Tensor>& steps) {
    const Index time = x.shape().front();
    if (time == 1) {
        steps.push_back(squeeze(x, 0));
        return;
    }
    cut(slice(x, 0, {0, time / 2}), steps);
    cut(slice(x, 0, {time / 2, time}), steps);
}

// a where the mask (batch) is true, b elsewhere.
Tensor choose(const Tensor& mask, const Tensor& a, const Tensor& b) {
    return where(detail::beside(mask, a.rank()), a, b);
}

}  // namespace

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

RecurrentCell::Sequence RecurrentCell::run(const Tensor& inputs, std::vector<Tensor> states,
                                           const Passage& how) {
    const Tensor prepared = prepare(inputs, how.mode);
    std::optional<Sequence> all;
    // Masked steps before the first real one give zeros: so do states that begin as zeros.
    if (!how.mask.defined() || how.from_zeros) all = all_steps(prepared, states, how.mask);
    if (all && how.mask.defined() && how.zero_output_for_mask)
        all->outputs = detail::shown(how.mask, all->outputs);
    if (!all) all = repeat(prepared, std::move(states), how);
    finish();
    return std::move(*all);
}

RecurrentCell::Sequence RecurrentCell::repeat(const Tensor& prepared, std::vector<Tensor> states,
                                              const Passage& how) {
    std::vector<Tensor> inputs, masks, outputs;
    detail::BuildBudget::spend_steps(name(), prepared.shape().front());
    cut(prepared, inputs);
    if (how.mask.defined()) cut(how.mask, masks);
    for (std::size_t t = 0; t < inputs.size(); ++t) {
        std::vector<Tensor> next = step(inputs[t], states);
        if (next.size() != states.size())
            fail<ShapeError>("rnn", "the cell's step gave ", next.size(), " states, wanted ",
                             states.size());
        Tensor output = next[output_state()];
        if (how.mask.defined()) {
            const bool none_before = outputs.empty() || how.zero_output_for_mask;
            output = choose(masks[t], output, none_before ? zeros_like(output) : outputs.back());
            for (std::size_t i = 0; i < next.size(); ++i)
                next[i] = choose(masks[t], next[i], states[i]);
        }
        outputs.push_back(std::move(output));
        states = std::move(next);
    }
    return {stack(outputs, 0), std::move(states)};
}

Tensor RecurrentCell::call(const Tensor& x, Mode mode) {
    const Tensor prepared = prepare(expand_dims(x, 0), mode);
    const std::vector<Tensor> states = step(squeeze(prepared, 0), zero_states(x.shape().front()));
    finish();
    if (states.empty()) fail<ShapeError>(name(), "has a step that gives no state");
    return states[output_state()];
}

}  // namespace shikumi::nn
