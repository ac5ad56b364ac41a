#include <shikumi/nn/models/model.hpp>

#include <algorithm>
#include <map>
#include <set>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/detail/logits.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/detail/placeholder.hpp>
#include <shikumi/nn/session.hpp>
#include <shikumi/nn/training/detail/rows.hpp>

namespace shikumi::nn {

namespace {

using shikumi::detail::logits_of_sigmoid;
using shikumi::detail::logits_of_softmax;

using Call = SymbolicTensor::Call;
using CallPointer = std::shared_ptr<const Call>;

WeightCount count(const std::vector<Parameter>& parameters, bool trainable) {
    WeightCount n;
    for (const Parameter& p : parameters) {
        if (p.trainable() != trainable) continue;
        n.params += p.size();
        n.bytes += p.value().spec().bytes();
    }
    return n;
}

// The calls that the outputs depend on, inputs before their readers.
std::vector<CallPointer> in_order(const std::vector<SymbolicTensor>& outputs) {
    struct Visit {
        CallPointer call;
        std::size_t next = 0;
    };
    std::vector<CallPointer> order;
    std::set<const Call*> seen;
    for (const SymbolicTensor& output : outputs) {
        std::vector<Visit> open;
        if (seen.insert(output.call().get()).second) open.push_back({output.call()});
        while (!open.empty()) {
            Visit& visit = open.back();
            if (visit.next == visit.call->inputs.size()) {
                order.push_back(visit.call);
                open.pop_back();
                continue;
            }
            const CallPointer& input = visit.call->inputs[visit.next++].call();
            if (seen.insert(input.get()).second) open.push_back({input});
        }
    }
    return order;
}

std::vector<Tensor> placeholders(const std::vector<Spec>& specs) {
    std::vector<Tensor> all;
    for (const Spec& spec : specs)
        all.push_back(detail::placeholder({spec.shape.with_front(detail::some_batch), spec.dtype}));
    return all;
}

}  // namespace

Model::Model(const SymbolicTensors& inputs, const SymbolicTensors& outputs, std::string name)
    : Layer(LayerOptions{.name = name.empty() ? next_name("Model") : std::move(name)}),
      drawn_inputs_(inputs.list()),
      drawn_outputs_(outputs.list()),
      order_(in_order(drawn_outputs_)) {
    if (drawn_inputs_.empty() || drawn_outputs_.empty())
        fail<ValueError>(this->name(), "wants at least one input and one output");
    for (const SymbolicTensor& input : drawn_inputs_) {
        if (input.call()->layer.layer)
            fail<ValueError>(this->name(), "'", input.call()->name(),
                             "' is not an Input: a model's inputs are");
        if (std::count(drawn_inputs_.begin(), drawn_inputs_.end(), input) > 1)
            fail<ValueError>(this->name(), "the input '", input.call()->name(),
                             "' is listed twice");
        if (std::find(order_.begin(), order_.end(), input.call()) == order_.end())
            fail<ValueError>(this->name(), "the input '", input.call()->name(),
                             "' is disconnected: no output depends on it");
    }
    for (const CallPointer& call : order_) {
        const SymbolicTensor symbol(call, 0);
        const bool listed =
            std::find(drawn_inputs_.begin(), drawn_inputs_.end(), symbol) != drawn_inputs_.end();
        if (!call->layer.layer && !listed)
            fail<ValueError>(this->name(), "an output depends on the input '", call->name(),
                             "', which is not among the model's inputs");
        if (call->layer.layer) add_layer(*call->layer.layer);
    }
}

Model::Model(const Model& other) : Layer(other) {
    if (!other.drawn_outputs_.empty()) fail<StateError>(name(), "is drawn: copy it with clone()");
}

void Model::build_all(const std::vector<Spec>& inputs) {
    if (drawn_outputs_.empty()) Layer::build_all(inputs);
}

Tensor Model::call(const Tensor& x, Mode mode) {
    if (drawn_outputs_.empty())
        fail<StateError>(name(), "has neither a drawing nor a `call` of its own");
    return call_all({x}, mode).front();
}

std::vector<Tensor> Model::call_all(const std::vector<Tensor>& inputs, Mode mode) {
    if (drawn_outputs_.empty()) return Layer::call_all(inputs, mode);
    if (inputs.size() != drawn_inputs_.size())
        fail<ShapeError>(name(), "takes ", drawn_inputs_.size(), " inputs, got ", inputs.size());
    std::map<const Call*, std::vector<Tensor>> values;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const Spec& wanted = drawn_inputs_[i].spec();
        const Tensor& x = inputs[i];
        if (x.rank() == 0 || x.shape().with_front(detail::some_batch) != wanted.shape)
            fail<ShapeError>(name(), "the input '", drawn_inputs_[i].call()->name(), "' takes ",
                             without_batch(wanted.shape), " a sample, got ", x.shape());
        if (x.dtype() != wanted.dtype)
            fail<DTypeError>(name(), "the input '", drawn_inputs_[i].call()->name(), "' takes ",
                             wanted.dtype, ", got ", x.spec());
        values[drawn_inputs_[i].call().get()] = {x};
    }
    for (const CallPointer& call : order_) {
        if (!call->layer.layer) continue;
        std::vector<Tensor> x;
        for (const SymbolicTensor& input : call->inputs)
            x.push_back(values.at(input.call().get())[input.output()]);
        Layer& layer = *call->layer.layer;
        values[call.get()] =
            call->several ? layer(x, mode) : std::vector<Tensor>{layer(x.front(), mode)};
    }
    std::vector<Tensor> outputs;
    for (const SymbolicTensor& output : drawn_outputs_)
        outputs.push_back(values.at(output.call().get())[output.output()]);
    return outputs;
}

std::vector<Tensor> Model::forward(const std::vector<Tensor>& inputs, Mode mode) {
    return drawn_outputs_.empty() ? Layer::operator()(inputs, mode) : call_all(inputs, mode);
}

Tensor Model::operator()(const Tensor& x, Mode mode) {
    return (*this)(std::vector<Tensor>{x}, mode).front();
}

std::vector<Tensor> Model::operator()(const std::vector<Tensor>& inputs, Mode mode) {
    if (ready_for_.empty()) {
        std::vector<Spec> specs;
        for (const Tensor& x : inputs) specs.push_back(x.spec());
        ensure_ready(specs);
    }
    if (CallContext::current()) return forward(inputs, mode);
    const CallContext pass;
    std::vector<Tensor> outputs = forward(inputs, mode);
    for (const auto& [state, value] : pass.updates()) Parameter(state).assign(value);
    return outputs;
}

void Model::ensure_ready(const std::vector<Spec>& inputs) {
    if (!ready_for_.empty()) return;
    for (const Spec& input : inputs) {
        if (input.shape.empty()) fail<ShapeError>(name(), "takes a batch of samples, got a scalar");
    }
    const std::vector<Spec> known = known_inputs();
    const std::vector<Tensor> x = placeholders(known.empty() ? inputs : known);
    const CallContext unused;
    std::vector<Spec> outputs;
    for (const Tensor& y : forward(x, Mode::infer)) outputs.push_back(y.spec());
    outputs_ = std::move(outputs);
    ready_for_ = known.empty() ? inputs : known;
}

std::vector<Spec> Model::known_inputs() const {
    std::vector<Spec> specs;
    for (const SymbolicTensor& input : drawn_inputs_) specs.push_back(input.spec());
    return specs;
}

void Model::ensure_known() {
    if (!ready_for_.empty()) return;
    const std::vector<Spec> known = known_inputs();
    if (known.empty())
        fail<StateError>(name(),
                         "is not built yet: give the first layer an .input_shape (or "
                         ".input_dim), or call the model on data");
    ensure_ready(known);
}

Spec Model::output() { return outputs().front(); }

const std::vector<Spec>& Model::outputs() {
    ensure_known();
    return outputs_;
}

const std::vector<std::string>& Model::output_names() {
    const std::size_t n = outputs().size();
    for (std::size_t i = output_names_.size(); i < n; ++i) {
        const std::string name =
            drawn_outputs_.empty() ? "output" : drawn_outputs_[i].call()->name();
        std::string unique = drawn_outputs_.empty() ? name + "_1" : name;
        for (int k = drawn_outputs_.empty() ? 2 : 1;
             std::find(output_names_.begin(), output_names_.end(), unique) != output_names_.end();)
            unique = name + '_' + std::to_string(k++);
        output_names_.push_back(std::move(unique));
    }
    return output_names_;
}

std::vector<Parameter> Model::parameters() {
    ensure_known();
    return weights();
}

Index Model::count_params() {
    ensure_known();
    return Layer::count_params();
}

std::vector<LayerSummary> Model::rows() {
    std::vector<LayerSummary> all;
    if (drawn_outputs_.empty()) {
        for (const Layer* layer : inner_layers())
            all.push_back(
                {layer->name(), layer->class_name(), {}, layer->count_params(), {}, "multiple"});
        return all;
    }
    std::map<const Layer*, std::vector<const Call*>> calls_of;
    for (const CallPointer& call : order_) calls_of[call->layer.layer.get()].push_back(call.get());
    std::set<const Layer*> shown;
    for (const CallPointer& call : order_) {
        const Layer* layer = call->layer.layer.get();
        if (!layer) {
            all.push_back({call->name(), "InputLayer", without_batch(call->outputs[0].shape), 0});
            continue;
        }
        if (!shown.insert(layer).second) continue;
        LayerSummary row{layer->name(), layer->class_name(), without_batch(call->outputs[0].shape),
                         layer->count_params()};
        for (const Call* use : calls_of[layer]) {
            for (const SymbolicTensor& input : use->inputs) {
                const auto& uses = calls_of[input.call()->layer.layer.get()];
                const auto number =
                    input.call()->layer.layer
                        ? std::find(uses.begin(), uses.end(), input.call().get()) - uses.begin()
                        : 0;
                row.connected.push_back(
                    sentence(input.call()->name(), "[", number, "][", input.output(), "]"));
            }
        }
        all.push_back(std::move(row));
    }
    return all;
}

ModelSummary Model::describe() {
    ensure_known();
    const std::vector<Parameter> all = weights();
    ModelSummary model{name(), rows(), count(all, true), count(all, false), {}};
    model.connections = !drawn_outputs_.empty();
    if (compiled_ && compiled_->optimizer.iterations() > 0)
        model.optimizer = count(compiled_->optimizer.state(), false);
    return model;
}

std::string Model::summary(SummaryStyle style) { return to_string(describe(), style); }

std::vector<Tensor> Model::get_weights() {
    const std::vector<Parameter> all = parameters();
    return {all.begin(), all.end()};
}

void Model::set_weights(const std::vector<Tensor>& weights) {
    const std::vector<Parameter> all = parameters();
    if (weights.size() != all.size())
        fail<ValueError>("set_weights", "got ", weights.size(), " tensors for ", all.size(),
                         " weights");
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Spec wanted = all[i].value().spec(), given = weights[i].spec();
        if (given.shape != wanted.shape)
            fail<ShapeError>("set_weights", "'", all[i].name(), "' is ", wanted, ", got ", given);
        if (given.dtype != wanted.dtype)
            fail<DTypeError>("set_weights", "'", all[i].name(), "' is ", wanted, ", got ", given,
                             ": cast it with .cast(", wanted.dtype, ")");
    }
    shikumi::evaluate(weights);  // whatever fails, fails before the first change
    for (std::size_t i = 0; i < all.size(); ++i) Parameter(all[i]).assign(weights[i]);
}

Model Model::clone() const {
    if (drawn_outputs_.empty())
        fail<StateError>(name(), "is a class of its own: copy it with nn::clone(model)");
    std::map<const Layer*, SharedLayer> copies;
    std::map<const Call*, std::vector<SymbolicTensor>> drawn;
    const auto symbols = [&](const std::vector<SymbolicTensor>& from) {
        std::vector<SymbolicTensor> to;
        for (const SymbolicTensor& s : from) to.push_back(drawn.at(s.call().get())[s.output()]);
        return to;
    };
    for (const CallPointer& call : order_) {
        if (!call->layer.layer) {
            const Spec& spec = call->outputs.front();
            drawn[call.get()] = {
                input_symbol({without_batch(spec.shape), spec.dtype}, call->name())};
            continue;
        }
        SharedLayer& copy = copies[call->layer.layer.get()];
        if (!copy.layer) {
            const Cloning unbuilt;
            copy = call->layer.clone();
        }
        const std::vector<SymbolicTensor> inputs = symbols(call->inputs);
        drawn[call.get()] = call->several ? connect_all(copy, inputs)
                                          : std::vector<SymbolicTensor>{connect(copy, inputs)};
    }
    Model copy(symbols(drawn_inputs_), symbols(drawn_outputs_), name());
    copy.take_weights(*this);
    return copy;
}

void Model::take_weights(const Model& from) {
    if (from.ready_for_.empty()) return;
    ensure_ready(from.ready_for_);
    const std::vector<Parameter> own = weights(), given = from.weights();
    for (const Parameter& p : own) {
        if (std::find(given.begin(), given.end(), p) != given.end())
            fail<StateError>("clone", "a copy of '", name(), "' shares the weight '", p.name(),
                             "': the layer that has it is held by a pointer");
    }
    set_weights({given.begin(), given.end()});
    for (std::size_t i = 0; i < own.size(); ++i)
        Parameter(own[i]).set_trainable(given[i].trainable());
}

void Model::compile(CompileOptions options) {
    const bool logits = options.loss.has([](const Loss& loss) { return loss.from_logits(); });
    if (logits && (!ready_for_.empty() || !known_inputs().empty())) {
        ensure_known();
        check_outputs("compile", options);
        const CallContext unused;
        const std::vector<Tensor> y = forward(placeholders(ready_for_), Mode::infer);
        for (std::size_t i = 0; i < y.size(); ++i) {
            const Loss* loss = options.loss.of(i, output_names());
            if (!loss || !loss->from_logits()) continue;
            if (logits_of_softmax(y[i]).defined() || logits_of_sigmoid(y[i]).defined())
                fail<ValueError>("compile", "the loss ", loss->name(),
                                 " from logits applies softmax or "
                                 "sigmoid itself, and the model's last layer '",
                                 inner_layers().back()->name(),
                                 "' has done so already: drop its activation or from_logits");
        }
    }
    if (!ready_for_.empty()) check_outputs("compile", options);
    compiled_ = std::move(options);
    measured_outputs_.clear();
    training_ = CapturedPrograms({.memory_budget = compiled_->memory_budget});
    testing_.clear();
    predicting_.clear();
}

void Model::check_outputs(std::string_view caller, const CompileOptions& options) {
    options.loss.check(caller, "losses", output_names());
    options.loss_weights.check(caller, "loss_weights", output_names());
    options.metrics.check(caller, output_names());
}

CompileOptions& Model::compiled(std::string_view caller) {
    if (!compiled_)
        fail<StateError>(caller, "model '", name(),
                         "' is not compiled: call compile({.optimizer = …, "
                         ".loss = …}) first");
    return *compiled_;
}

optim::Optimizer& Model::optimizer() { return compiled("optimizer").optimizer; }

Tensor Model::predict(const Tensor& x, Index batch_size) {
    return predict(std::vector<Tensor>{x}, batch_size).front();
}

std::vector<Tensor> Model::predict(const std::vector<Tensor>& x, Index batch_size) {
    detail::check_batch_size("predict", batch_size);
    std::vector<Spec> specs;
    std::vector<Array> in;
    for (const Tensor& t : x) specs.push_back(t.spec());
    ensure_ready(specs);
    const NoGrad no_grad;
    std::optional<Eager> eager;
    if (compiled_ && compiled_->run_eagerly) eager.emplace();
    for (const Tensor& t : x) in.push_back(t.array());
    const Index samples = in.front().shape().front();
    for (const Array& a : in) {
        if (a.shape().front() != samples)
            fail<ShapeError>("predict", "the inputs have ", samples, " and ", a.shape().front(),
                             " samples");
    }
    std::vector<Array> out;
    for (const Spec& spec : outputs_)
        out.emplace_back(Spec{spec.shape.with_front(samples), spec.dtype});
    const std::vector<Index> order = detail::in_order(0, samples);
    for (const auto& rows : detail::batches(order, batch_size)) {
        std::vector<Tensor> batch;
        for (const Array& a : in) batch.emplace_back(detail::gather(a, rows));
        const std::vector<Tensor> y = predicting_.call(
            [&](const std::vector<Tensor>& inputs) {
                const CallContext pass;
                std::vector<Tensor> outputs = (*this)(inputs, Mode::infer);
                shikumi::evaluate(outputs, pass.updates());
                return outputs;
            },
            batch);
        for (std::size_t i = 0; i < y.size(); ++i) detail::put(y[i].array(), out[i], rows.front());
    }
    std::vector<Tensor> results;
    for (const Array& a : out) results.emplace_back(a);
    return results;
}

}  // namespace shikumi::nn
