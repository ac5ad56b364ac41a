#include <shikumi/nn/sequential.hpp>

#include <algorithm>
#include <cstring>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/detail/rows.hpp>
#include <shikumi/nn/input.hpp>
#include <shikumi/nn/session.hpp>

namespace shikumi::nn {

namespace {

// Stands for the batch where a shape is worked out: not 1, which would broadcast.
constexpr Index some_batch = 3;

WeightCount count(const std::vector<Parameter>& parameters, bool trainable) {
    WeightCount n;
    for (const Parameter& p : parameters) {
        if (p.trainable() != trainable) continue;
        n.params += p.size();
        n.bytes += p.value().spec().bytes();
    }
    return n;
}

// A leaf to record with: broadcast from one number, and never evaluated.
Tensor placeholder(const Spec& spec) { return zeros(spec.shape, spec.dtype); }

}  // namespace

Sequential::Sequential(std::string name)
    : name_(name.empty() ? next_name("Sequential") : std::move(name)), rng_(next_generator()) {}

void Sequential::add(std::shared_ptr<Layer> layer) {
    if (!layer) fail<ValueError>(name_, "got no layer to add");
    if (const auto* input = dynamic_cast<const Input*>(layer.get())) {
        if (!layers_.empty()) fail<ValueError>(name_, "an Input comes before all layers");
        input_ = Spec{batch_of(some_batch, input->sample().shape), input->sample().dtype};
        return;
    }
    layers_.push_back(std::move(layer));
    layers_.back()->set_position(static_cast<int>(layers_.size()));
    layers_.back()->name();  // numbered in the order of adding
}

void Sequential::build(const Spec& input) {
    if (input.shape.empty()) fail<ShapeError>(name_, "takes a batch of samples, got a scalar");
    ensure_built(&input);
}

void Sequential::ensure_built(const Spec* data) {
    if (!layers_.empty() && outputs_.size() == layers_.size()) return;
    if (layers_.empty()) fail<StateError>(name_, "has no layers yet: add one");
    if (!input_) {
        const Layer& first = *layers_.front();
        if (!first.input_shape().empty())
            input_ = Spec{batch_of(some_batch, first.input_shape()), first.dtype()};
        else if (data)
            input_ = Spec{data->shape.with_front(some_batch), data->dtype};
        else
            fail<StateError>(name_,
                             "is not built yet: give the first layer an .input_shape (or "
                             ".input_dim), or call the model on data");
    }
    const Pass unused;
    while (outputs_.size() < layers_.size()) {
        Layer& layer = *layers_[outputs_.size()];
        const Spec in = outputs_.empty() ? *input_ : outputs_.back();
        layer.ensure_built(in);
        const Spec out = layer(placeholder(in)).spec();
        if (out.shape.empty() || out.shape.front() != some_batch)
            fail<ShapeError>(layer.name(), "turned a batch of ", some_batch, " samples ", in.shape,
                             " into ", out.shape, ": the first axis must stay the batch");
        for (const Weight& w : layer.described_weights()) {
            if (std::find(parameters_.begin(), parameters_.end(), w.parameter) != parameters_.end())
                continue;
            parameters_.push_back(w.parameter);
            weights_.push_back(w);
        }
        outputs_.push_back(out);
    }
}

Tensor Sequential::operator()(const Tensor& x, Mode mode) {
    build(x.spec());
    Tensor y = x;
    for (const auto& layer : layers_) y = (*layer)(y, mode);
    return y;
}

Spec Sequential::output() {
    ensure_built();
    return outputs_.back();
}

const std::vector<Parameter>& Sequential::parameters() {
    ensure_built();
    return parameters_;
}

const std::vector<Weight>& Sequential::described_weights() {
    ensure_built();
    return weights_;
}

Index Sequential::count_params() {
    Index n = 0;
    for (const Parameter& p : parameters()) n += p.size();
    return n;
}

std::string Sequential::summary(SummaryStyle style) {
    ensure_built();
    ModelSummary model{name_, {}, count(parameters_, true), count(parameters_, false), {}};
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const Shape::Sizes sizes = outputs_[i].shape.sizes();
        model.layers.push_back({layers_[i]->name(), layers_[i]->class_name(),
                                Shape(std::span<const Index>(sizes.begin() + 1, sizes.end())),
                                layers_[i]->count_params()});
    }
    if (compiled_ && compiled_->optimizer.iterations() > 0)
        model.optimizer = count(compiled_->optimizer.state(), false);
    return to_string(model, style);
}

std::vector<Tensor> Sequential::get_weights() {
    const std::vector<Parameter>& all = parameters();
    return {all.begin(), all.end()};
}

void Sequential::set_weights(const std::vector<Tensor>& weights) {
    const std::vector<Parameter>& all = parameters();
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

void Sequential::compile(CompileOptions options) {
    const bool known = input_ || (!layers_.empty() && !layers_.front()->input_shape().empty());
    if (options.loss.from_logits() && known) {
        ensure_built();
        const Pass unused;
        const Tensor out = (*this)(placeholder(*input_));
        if (logits_of_softmax(out).defined() || logits_of_sigmoid(out).defined())
            fail<ValueError>("compile", "the loss ", options.loss.name(),
                             " from logits applies softmax or "
                             "sigmoid itself, and the model's last layer '",
                             layers_.back()->name(),
                             "' has done so already: drop its activation or from_logits");
    }
    compiled_ = std::move(options);
}

CompileOptions& Sequential::compiled(std::string_view caller) {
    if (!compiled_)
        fail<StateError>(caller, "model '", name_,
                         "' is not compiled: call compile({.optimizer = …, "
                         ".loss = …}) first");
    return *compiled_;
}

optim::Optimizer& Sequential::optimizer() { return compiled("optimizer").optimizer; }

Tensor Sequential::predict(const Tensor& x, Index batch_size) {
    detail::check_batch_size("predict", batch_size);
    build(x.spec());
    const NoGrad no_grad;
    const Array in = x.array();
    const Index samples = in.shape().front();
    Array out({outputs_.back().shape.with_front(samples), outputs_.back().dtype});
    const std::vector<Index> order = detail::in_order(0, samples);
    for (const auto& rows : detail::batches(order, batch_size)) {
        const Pass pass;
        const Tensor y = (*this)(Tensor(detail::gather(in, rows)));
        shikumi::evaluate({&y, 1}, pass.updates());
        detail::put(y.array(), out, rows.front());
    }
    return Tensor(out);
}

}  // namespace shikumi::nn
