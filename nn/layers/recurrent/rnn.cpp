#include <shikumi/nn/layers/recurrent/rnn.hpp>

#include <algorithm>
#include <numeric>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

namespace {

// x with its first two axes, batch and time, swapped.
Tensor swap_batch_and_time(const Tensor& x) {
    std::vector<int> axes(static_cast<std::size_t>(x.rank()));
    std::iota(axes.begin(), axes.end(), 0);
    std::swap(axes[0], axes[1]);
    return transpose(x, axes);
}

void check_sequences(const Shape& x) {
    if (x.rank() < 3 || x[1] == 0)
        fail<ShapeError>("rnn",
                         "takes sequences (batch, time, features) of at least one step, got ", x);
}

// Without the time axis.
Spec step_of(const Spec& sequence) {
    Shape::Sizes sizes;
    for (int axis = 0; axis < sequence.shape.rank(); ++axis) {
        if (axis != 1) sizes.push_back(sequence.shape[axis]);
    }
    return {Shape(sizes), sequence.dtype};
}

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
    Shape::Sizes sizes;
    for (int axis = 0; axis < a.rank(); ++axis) sizes.push_back(axis == 0 ? a.shape()[0] : 1);
    return where(reshape(mask, Shape(sizes)), a, b);
}

}  // namespace

RNN::RNN(const RNNOptions& options, MakeCell make_cell)
    : Layer({.name = options.name, .dtype = options.dtype, .input_shape = options.input_shape}),
      options_(options),
      make_cell_(std::move(make_cell)),
      cell_(make_cell_()) {}

RNN::RNN(const RNN& other)
    : Layer(other),
      options_(other.options_),
      make_cell_(other.make_cell_),
      cell_(built() ? other.cell_ : make_cell_()) {}

std::shared_ptr<RNN> RNN::mirrored() const {
    RNNOptions options = options_;
    options.go_backwards = !options.go_backwards;
    options.name = {};
    const CallContext unbuilt(Copies::unbuilt);
    return std::shared_ptr<RNN>(new RNN(options, make_cell_));
}

void RNN::build(const Spec& input) {
    check_sequences(input.shape);
    if (!cell_->built()) cell_->set_dtype(dtype());
    cell_->ensure_built(step_of(input));
}

void RNN::build_all(const std::vector<Spec>& inputs) {
    if (inputs.empty()) fail<ShapeError>("rnn", "takes a sequence, got nothing");
    build(inputs.front());
}

Tensor RNN::call(const Tensor& x, Mode mode) { return run(x, {}, mode).outputs; }

std::vector<Tensor> RNN::call_all(const std::vector<Tensor>& inputs, Mode mode) {
    RecurrentCell::Sequence all = run(inputs.front(), {inputs.begin() + 1, inputs.end()}, mode);
    std::vector<Tensor> outputs{std::move(all.outputs)};
    if (options_.return_state) outputs.insert(outputs.end(), all.states.begin(), all.states.end());
    return outputs;
}

Tensor RNN::compute_mask(const Tensor&, const Tensor& mask) {
    if (!mask.defined() || !options_.return_sequences) return {};
    return options_.go_backwards ? flip(mask, 1) : mask;
}

void RNN::check_states(const States& given, const States& wanted) const {
    if (given.size() != wanted.size())
        fail<ShapeError>("rnn", "the cell has ", wanted.size(), " states, got ", given.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (given[i].spec() != wanted[i].spec())
            fail<ShapeError>("rnn", "a state of this batch is ", wanted[i].spec(), ", got ",
                             given[i].spec());
    }
}

// A state that no batch has moved on yet takes batches of any size.
RNN::States RNN::kept_states(Index batch) {
    const bool fresh = std::all_of(kept_.begin(), kept_.end(), [](const Kept& k) {
        return k.state.value().node() == k.first.node();
    });
    if (fresh) {
        kept_.clear();
        for (const Tensor& zero : cell_->zero_states(batch)) {
            Parameter state(name() + "/state", zero);
            state.set_trainable(false);
            kept_.push_back({state, state.value()});
        }
    }
    States states;
    for (const Kept& k : kept_) states.push_back(k.state);
    if (states.front().shape().front() != batch)
        fail<ShapeError>("rnn", "is stateful and has kept the states of ",
                         states.front().shape().front(), " samples, got a batch of ", batch,
                         ": reset_states() forgets them");
    return states;
}

RecurrentCell::Sequence RNN::run(const Tensor& x, const States& initial, Mode mode) {
    check_sequences(x.shape());
    const Index batch = x.shape()[0], time = x.shape()[1];
    const auto by_time = [&](const Tensor& t) {
        const Tensor swapped = swap_batch_and_time(t);
        return options_.go_backwards ? flip(swapped, 0) : swapped;
    };
    Tensor mask = mask_of(x);
    if (mask.defined()) {
        if (mask.shape() != Shape{batch, time} || mask.dtype() != bool_)
            fail<ShapeError>("rnn", "sequences ", x.shape(), " want a mask bool ",
                             Shape{batch, time}, ", got ", mask.spec());
        mask = by_time(mask);
    }
    States states = initial;
    if (states.empty())
        states = options_.stateful ? kept_states(batch) : cell_->zero_states(batch);
    else
        check_states(states, cell_->zero_states(batch));

    add_layer(*cell_);
    const Tensor prepared = cell_->prepare(by_time(x), mode);
    std::optional<RecurrentCell::Sequence> all;
    // Masked steps before the first real one give zeros: so do states that begin as zeros.
    const bool from_zeros = initial.empty() && !options_.stateful;
    if (!mask.defined() || from_zeros) all = cell_->all_steps(prepared, states, mask);
    if (all && mask.defined() && options_.zero_output_for_mask)
        all->outputs = all->outputs * expand_dims(mask, -1).cast(all->outputs.dtype());
    if (!all) all = repeat(prepared, states, mask);
    cell_->finish();

    if (options_.stateful && initial.empty()) {
        for (std::size_t i = 0; i < states.size(); ++i) add_update(kept_[i].state, all->states[i]);
    }
    if (options_.return_sequences)
        all->outputs = swap_batch_and_time(all->outputs);
    else if (mask.defined())
        all->outputs = squeeze(slice(all->outputs, 0, {time - 1, time}), 0);
    else  // the last output is the cell's first state: no slice is needed
        all->outputs = all->states.front();
    return std::move(*all);
}

RecurrentCell::Sequence RNN::repeat(const Tensor& prepared, States states, const Tensor& mask) {
    std::vector<Tensor> inputs, masks, outputs;
    cut(prepared, inputs);
    if (mask.defined()) cut(mask, masks);
    for (std::size_t t = 0; t < inputs.size(); ++t) {
        States next = cell_->step(inputs[t], states);
        Tensor output = next.front();
        if (mask.defined()) {
            const bool none_before = outputs.empty() || options_.zero_output_for_mask;
            output = choose(masks[t], output, none_before ? zeros_like(output) : outputs.back());
            for (std::size_t i = 0; i < next.size(); ++i)
                next[i] = choose(masks[t], next[i], states[i]);
        }
        outputs.push_back(std::move(output));
        states = std::move(next);
    }
    return {stack(outputs, 0), std::move(states)};
}

std::string RNN::config() const { return class_name() + " of " + cell_->config(); }

}  // namespace shikumi::nn
