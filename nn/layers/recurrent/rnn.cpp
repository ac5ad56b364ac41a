#include <shikumi/nn/layers/recurrent/rnn.hpp>

#include <algorithm>
#include <numeric>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/required.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/detail/masks.hpp>
#include <shikumi/nn/layers/recurrent/detail/recurrent_fields.hpp>
#include <shikumi/nn/state_fields.hpp>

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
    check_given(inputs.size());
    build(inputs.front());
}

Tensor RNN::call(const Tensor& x, Mode mode) { return run(x, {}, mode).outputs; }

std::vector<Tensor> RNN::call_all(const std::vector<Tensor>& inputs, Mode mode) {
    check_given(inputs.size());
    RecurrentCell::Sequence all = run(inputs.front(), {inputs.begin() + 1, inputs.end()}, mode);
    std::vector<Tensor> outputs{std::move(all.outputs)};
    if (options_.return_state) outputs.insert(outputs.end(), all.states.begin(), all.states.end());
    return outputs;
}

Tensor RNN::compute_mask(const Tensor&, const Tensor& mask) {
    if (!mask.defined() || mask.rank() < 2 || !options_.return_sequences) return {};
    const Tensor steps = detail::step_mask(mask);
    return options_.go_backwards ? flip(steps, 1) : steps;
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

// Captured steps go on reading the same parameters: the states of their own number of samples,
// which count as zeros where none are kept, and the number that refuses another one.
RNN::States RNN::kept_states(Index batch) {
    const Tensor before = value_of(kept_samples());
    add_update(samples_,
               shikumi::detail::required<ShapeError>(
                   scalar(batch, i64), logical_or(equal(before, 0), equal(before, batch)), "rnn",
                   "is stateful and has kept the states of another number of samples, "
                   "which reset_states() forgets: got a batch of"));
    const Tensor any_kept = not_equal(before, 0);
    States states;
    for (const Parameter& state : kept_of(batch))
        states.push_back(where(any_kept, value_of(state), 0));
    return states;
}

const Parameter& RNN::kept_samples() {
    if (!samples_.defined()) samples_ = new_state("samples", scalar(0, i64));
    return samples_;
}

const std::vector<Parameter>& RNN::kept_of(Index batch) {
    const auto known = std::find_if(kept_.begin(), kept_.end(),
                                    [&](const Kept& kept) { return kept.batch == batch; });
    if (known != kept_.end()) return known->states;
    std::vector<Parameter> states;
    for (const Tensor& zero : cell_->zero_states(batch)) states.push_back(new_state("state", zero));
    return kept_.emplace_back(Kept{batch, std::move(states)}).states;
}

void RNN::visit_state(StateFields& fields) {
    Layer::visit_state(fields);
    if (!options_.stateful) return;
    std::vector<Index> batches;
    for (const Kept& kept : kept_) batches.push_back(kept.batch);
    fields("batches", batches);
    for (const Index batch : batches) {
        const std::string name = sentence("states_of_", batch);
        std::vector<Tensor> states;
        if (!fields.reading()) states.assign(kept_of(batch).begin(), kept_of(batch).end());
        fields(name, states);
        if (!fields.reading()) continue;
        if (batch <= 0 || specs_of(states) != specs_of(cell_->zero_states(batch)))
            fail<ValueError>(fields.path(name), "aren't the states of ", batch, " samples");
        for (std::size_t i = 0; i < states.size(); ++i)
            Parameter(kept_of(batch)[i]).assign(states[i]);
    }
    Index samples = samples_.defined() ? samples_.value().item<Index>() : 0;
    fields("samples", samples);
    if (fields.reading()) Parameter(kept_samples()).assign(scalar(samples, i64));
}

Parameter RNN::new_state(std::string_view what, const Tensor& value) const {
    Parameter state(sentence(name(), "/", what), value);
    state.set_trainable(false);
    return state;
}

void RNN::reset_states() {
    if (!options_.stateful) return;
    const Tensor none = scalar(0, i64);
    if (CallContext* pass = CallContext::current())
        pass->add_update(kept_samples(), none);
    else
        Parameter(kept_samples()).assign(none);
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
        if (mask.rank() > 2) mask = detail::step_mask(mask);
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
    if (states.empty())
        fail<ShapeError>("rnn", "a cell's first state is its output, and this one has no states");

    add_layer(*cell_);
    RecurrentCell::Sequence all =
        cell_->run(by_time(x), std::move(states),
                   {.mode = mode,
                    .mask = mask,
                    .from_zeros = initial.empty() && !options_.stateful,
                    .zero_output_for_mask = options_.zero_output_for_mask});

    if (options_.stateful && initial.empty()) {
        const std::vector<Parameter>& kept = kept_of(batch);
        for (std::size_t i = 0; i < kept.size(); ++i) add_update(kept[i], all.states[i]);
    }
    if (options_.return_sequences)
        all.outputs = swap_batch_and_time(all.outputs);
    else if (mask.defined())
        all.outputs = squeeze(slice(all.outputs, 0, {time - 1, time}), 0);
    else  // the last output is one of the cell's states: no slice is needed
        all.outputs = all.states[cell_->output_state()];
    return all;
}

std::string RNN::label() const { return class_name() + " of " + cell_->label(); }

Config RNN::get_config() const {
    ConfigWriter config;
    detail::visit_sequence(config, options_);
    return config("cell", static_cast<const Layer&>(*cell_));
}

RNN RNN::from_config(ConfigReader& config, LayerMaker make) {
    const SharedLayer cell = make(config.get<Config>("cell"));
    if (!std::dynamic_pointer_cast<RecurrentCell>(cell.layer))
        fail<ValueError>(config.owner(), "wants a recurrent cell, got a ",
                         cell.layer->class_name());
    RNNOptions options;
    detail::visit_sequence(config, options);
    return RNN(options,
               [cell] { return std::static_pointer_cast<RecurrentCell>(cell.clone().layer); });
}

}  // namespace shikumi::nn
