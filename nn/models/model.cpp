#include <shikumi/nn/models/model.hpp>

#include <algorithm>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/sole_recorder.hpp>
#include <shikumi/autograd/ops/detail/logits.hpp>
#include <shikumi/nn/detail/placeholder.hpp>
#include <shikumi/nn/session.hpp>

namespace shikumi::nn {

namespace {

using shikumi::detail::logits_of_sigmoid;
using shikumi::detail::logits_of_softmax;

WeightCount count(const std::vector<Parameter>& parameters, bool trainable) {
    WeightCount n;
    for (const Parameter& p : parameters) {
        if (p.trainable() != trainable) continue;
        n.params += p.size();
        n.bytes += p.value().spec().bytes();
    }
    return n;
}

std::vector<Tensor> placeholders(const std::vector<Spec>& specs) {
    std::vector<Tensor> all;
    for (const Spec& spec : specs)
        all.push_back(detail::placeholder({spec.shape.with_front(detail::some_batch), spec.dtype}));
    return all;
}

}  // namespace

Model::Model(const SymbolicTensors& inputs, const SymbolicTensors& outputs, std::string name)
    : Model(Functional(inputs, outputs, name.empty() ? next_name("Model") : std::move(name))) {}

Model::Model(Functional functional)
    : Trainable(LayerOptions{.name = functional.name()}), functional_(std::move(functional)) {
    for (Layer* layer : functional_->layers()) add_layer(*layer);
}

Model::Model(const Model& other) : Trainable(other) {
    if (other.functional_)
        fail<StateError>(name(), "is made of symbolic tensors: copy it with clone()");
    set_up_again();
}

void Model::build_all(const std::vector<Spec>& inputs) {
    if (!functional_) Layer::build_all(inputs);
}

// A class of its own may override `call_all` alone: one tensor is a list of one to it.
Model::~Model() = default;

Tensor Model::call(const Tensor& x, Mode mode) {
    if (functional_) return functional_->call({x}, mode).front();
    if (in_call_)  // from `Layer::call_all`, which nobody overrides either
        fail<StateError>(name(), "has neither symbolic outputs nor a `call` of its own");
    struct Reset {
        bool& flag;
        ~Reset() { flag = false; }
    } const reset{in_call_ = true};
    const std::vector<Tensor> outputs = call_all({x}, mode);
    if (outputs.empty()) fail<ShapeError>(name(), "gave an empty list of outputs");
    return outputs.front();
}

std::vector<Tensor> Model::call_all(const std::vector<Tensor>& inputs, Mode mode) {
    return functional_ ? functional_->call(inputs, mode) : Layer::call_all(inputs, mode);
}

void Model::set_up(const std::vector<Spec>& inputs) {
    for (const Spec& input : inputs) {
        if (input.shape.empty()) fail<ShapeError>(name(), "takes a batch of samples, got a scalar");
    }
    std::vector<Spec> known = known_inputs();
    if (known.empty()) known = inputs;
    const std::vector<Tensor> x = placeholders(known);
    const CallContext unused;
    Layer::set_up(specs_of(x));
    outputs_ = specs_of(call_inside(x, Mode::infer));
    inputs_ = std::move(known);
}

std::vector<Spec> Model::known_inputs() const {
    return functional_ ? functional_->inputs() : std::vector<Spec>();
}

void Model::ensure_known() {
    const shikumi::detail::SoleRecorder sole;
    if (built()) return;
    const std::vector<Spec> known = known_inputs();
    if (known.empty())
        fail<StateError>(name(),
                         "is not built yet: give the first layer an .input_shape (or "
                         ".input_dim), or call the model on data");
    ensure_built(known);
}

Spec Model::output() { return outputs().front(); }

const std::vector<Spec>& Model::outputs() {
    ensure_known();
    return outputs_;
}

const std::vector<std::string>& Model::output_names() {
    const shikumi::detail::SoleRecorder sole;
    const std::size_t count = outputs().size();
    if (output_names_.size() == count) return output_names_;
    output_names_ = functional_ ? functional_->output_names() : std::vector<std::string>();
    while (output_names_.size() < count)
        output_names_.push_back("output_" + std::to_string(output_names_.size() + 1));
    return output_names_;
}

std::vector<std::string> Model::input_names() {
    return functional_ ? functional_->input_names() : std::vector<std::string>();
}

std::vector<Parameter> Model::parameters() {
    ensure_known();
    return weights();
}

Index Model::count_params() {
    ensure_known();
    return Layer::count_params();
}

void Model::describe_layers(ModelSummary& summary) const {
    if (functional_) {
        summary.layers = functional_->describe();
        summary.connection_column = !functional_->is_chain();
        return;
    }
    for (const Layer* layer : inner_layers()) {
        LayerSummary row = describe_layer(*layer, {Shape()});
        row.shown = "multiple";
        summary.layers.push_back(std::move(row));
    }
}

LayerSummary Model::describe_layer(const Layer& layer, const std::vector<Shape>& outputs) {
    LayerSummary row{layer.name(), layer.class_name(), outputs.front(), layer.count_params()};
    row.more_outputs.assign(outputs.begin() + 1, outputs.end());
    row.trainable = layer.trainable();
    if (const auto* model = dynamic_cast<const Model*>(&layer)) {
        if (model->functional_ && row.class_name == "Model") row.class_name = "Functional";
        ModelSummary inner;
        model->describe_layers(inner);
        row.inner = std::move(inner.layers);
    }
    return row;
}

ModelSummary Model::describe() {
    ensure_known();
    const std::vector<Parameter> all = weights();
    ModelSummary summary{name(), {}, count(all, true), count(all, false), {}};
    describe_layers(summary);
    if (const CompileOptions* how = trainer_.compiled(); how && how->optimizer.iterations() > 0)
        summary.optimizer = count(how->optimizer.state(), false);
    return summary;
}

std::string Model::summary(SummaryStyle style) { return summary(SummaryOptions{.style = style}); }

std::string Model::summary(const SummaryOptions& options) {
    if (options.style == SummaryStyle::keras3 && !built() && known_inputs().empty()) {
        ModelSummary summary{name(), {}, {}, {}, {}};
        describe_unbuilt(summary);
        return to_string(summary, options);
    }
    return to_string(describe(), options);
}

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
    if (!functional_)
        fail<StateError>(name(), "is a class of its own: copy it with nn::clone(model)");
    Model copy(functional_->clone());
    copy.take_weights(*this);
    return copy;
}

void Model::take_weights(const Model& from) {
    if (!from.built()) return;
    ensure_built(from.inputs_);
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

void Model::layers_changed() noexcept {
    set_up_again();
    trainer_.forget_predictions();
}

// A loss from logits applies softmax or sigmoid itself: the outputs must not have done so.
void Model::refuse_probabilities(const CompileOptions& options) {
    options.check_outputs("compile", output_names());
    const CallContext unused;
    const std::vector<Tensor> y = call_inside(placeholders(inputs_), Mode::infer);
    for (std::size_t i = 0; i < y.size(); ++i) {
        const Loss* loss = options.loss.of(i, output_names());
        if (!loss || !loss->from_logits()) continue;
        if (!logits_of_softmax(y[i]).defined() && !logits_of_sigmoid(y[i]).defined()) continue;
        const std::vector<Layer*> inner = inner_layers();
        const Layer& last = inner.empty() ? *this : *inner.back();
        fail<ValueError>("compile", "the loss ", loss->name(),
                         " from logits applies softmax or sigmoid itself, and the model's last "
                         "layer '",
                         last.name(), "' has done so already: drop its activation or from_logits");
    }
}

void Model::compile(CompileOptions options) {
    const bool logits = options.loss.has([](const Loss& loss) { return loss.from_logits(); });
    if (logits && (built() || !known_inputs().empty())) refuse_probabilities(options);
    trainer_.compile(*this, std::move(options));
}

optim::Optimizer& Model::optimizer() { return trainer_.options("optimizer", *this).optimizer; }

History Model::fit(const TensorList& x, const FitOptions& options) {
    return fit(x, std::vector<Tensor>{}, options);
}

History Model::fit(const TensorList& x, const TensorList& y, const FitOptions& options) {
    return trainer_.fit(*this, x, y, options);
}

History Model::fit(BatchSource batches, const FitOptions& options) {
    return trainer_.fit(*this, std::move(batches), options);
}

Logs Model::evaluate(const TensorList& x, const TensorList& y, Index batch_size) {
    return evaluate(x, y, EvaluateOptions{.batch_size = batch_size});
}

Logs Model::evaluate(const TensorList& x, const TensorList& y, const EvaluateOptions& options) {
    return trainer_.evaluate(*this, x, y, options);
}

Logs Model::evaluate(BatchSource batches, const EvaluateOptions& options) {
    return trainer_.evaluate(*this, std::move(batches), options);
}

Tensor Model::predict(const Tensor& x, Index batch_size) {
    return predict(std::vector<Tensor>{x}, batch_size).front();
}

std::vector<Tensor> Model::predict(const std::vector<Tensor>& x, Index batch_size) {
    return predict(TensorList(x), PredictOptions{.batch_size = batch_size});
}

std::vector<Tensor> Model::predict(const TensorList& x, const PredictOptions& options) {
    return trainer_.predict(*this, x, options);
}

std::vector<Tensor> Model::predict(BatchSource batches, const PredictOptions& options) {
    return trainer_.predict(*this, std::move(batches), options);
}

Logs Model::train_on_batch(const TensorList& x, const TensorList& y,
                           const OnBatchOptions& options) {
    return trainer_.train_on_batch(*this, x, y, options);
}

Logs Model::test_on_batch(const TensorList& x, const TensorList& y,
                          const TensorList& sample_weight) {
    return trainer_.test_on_batch(*this, x, y, sample_weight);
}

Tensor Model::predict_on_batch(const Tensor& x) {
    const Index samples = x.rank() > 0 ? x.shape().front() : 0;
    return predict(x, std::max<Index>(samples, 1));
}

Logs Model::train_step(const Batch& batch) { return trainer_.train_step(*this, batch); }

Logs Model::test_step(const Batch& batch) { return trainer_.test_step(*this, batch); }

Config Model::get_config() const {
    if (!functional_ || typeid(*this) != typeid(Model))
        fail<StateError>(class_name(),
                         "the class has no get_config, so no file can hold its architecture; its "
                         "weights can be saved");
    return functional_->get_config();
}

Model Model::from_config(ConfigReader& config, LayerMaker make) {
    return Model(Functional::from_config(config, make));
}

}  // namespace shikumi::nn
