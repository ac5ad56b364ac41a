#include <shikumi/nn/layer.hpp>

#include <algorithm>
#include <memory>
#include <typeinfo>

#include <shikumi/autograd/core/class_config.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/graph/sole_recorder.hpp>
#include <shikumi/nn/detail/active_layer.hpp>
#include <shikumi/nn/detail/batch_shape.hpp>
#include <shikumi/nn/detail/build_budget.hpp>
#include <shikumi/nn/detail/class_name.hpp>
#include <shikumi/nn/session.hpp>
#include <shikumi/nn/state_fields.hpp>

namespace shikumi::nn {

using shikumi::detail::SoleRecorder;

namespace {

// Runs f in the context of the call under way. Where there is none, in one of its own, which gives
// the states their next values at the end.
template <class F>
auto in_context(F&& f) {
    if (CallContext::current()) return f();
    const CallContext own;
    auto result = f();
    std::vector<Tensor> values;
    for (const Assignment& update : own.updates()) values.push_back(update.value);
    evaluate(values);  // whatever fails, fails before the first change
    for (const auto& [state, value] : own.updates()) Parameter(state).assign(value);
    return result;
}

// Whether the mask is of the first axes of y.
bool fits(const Tensor& mask, const Tensor& y) {
    if (mask.rank() == 0 || mask.rank() >= y.rank()) return false;
    const Shape::Sizes have = mask.shape().sizes(), all = y.shape().sizes();
    return std::equal(have.begin(), have.end(), all.begin());
}

void set_output_mask(const Tensor& y, const Tensor& mask) {
    CallContext& context = *CallContext::current();
    if (mask.defined() && fits(mask, y) && !context.mask_of(y).defined()) context.set_mask(y, mask);
}

void check_floating(DType dtype) {
    if (!is_floating(dtype)) fail<DTypeError>("layer", "weights are f32 or f64, got ", dtype);
}

}  // namespace

Shape batch_of(Index count, const Shape& sample) {
    Shape::Sizes sizes;
    sizes.push_back(count);
    for (const Index n : sample.sizes()) sizes.push_back(n);
    return Shape(std::span<const Index>(sizes));
}

Shape without_batch(const Shape& batch) {
    const Shape::Sizes sizes = batch.sizes();
    return Shape(std::span<const Index>(sizes.begin() + 1, sizes.end()));
}

std::vector<Spec> specs_of(const std::vector<Tensor>& tensors) {
    std::vector<Spec> specs;
    for (const Tensor& t : tensors) specs.push_back(t.spec());
    return specs;
}

Layer::Layer(const LayerOptions& options)
    : state_{.name = options.name, .dtype = options.dtype, .input_shape = options.input_shape} {
    check_floating(options.dtype);
}

void detail::ActiveLayer::check_discarded() const {
    if (discarded_.empty()) return;
    fail<StateError>(layer_.name(), "makes the layer '", discarded_,
                     "' anew each time it is called, with weights that are never trained: "
                     "make it a member of ",
                     layer_.class_name());
}

Layer::~Layer() {
    if (!place_) return;
    const bool moved_from = state_.weights.empty() && state_.inner.empty();
    detail::ActiveLayer* const active = detail::ActiveLayer::current();
    if (active && state_.weighted && !moved_from) {
        const auto& called = active->layer().state_.inner;
        if (std::find(called.begin(), called.end(), place_) != called.end())
            active->note_discarded(std::move(state_.name));
    }
    *place_ = nullptr;
}

// A copy's inner layers are others. It finds them at its next call.
Layer::Layer(const Layer& other) : state_(other.state_) {
    state_.inner.clear();
    if (!copies_are_unbuilt()) return;
    state_.weights.clear();
    state_.inputs.clear();
    state_.weights_made = state_.built = false;
}

Layer::Layer(Layer&& other) noexcept
    : state_(std::move(other.state_)), place_(std::move(other.place_)) {
    if (place_) *place_ = this;
}

Layer& Layer::operator=(const Layer& other) {
    if (this != &other) {
        state_ = other.state_;
        state_.inner.clear();
    }
    return *this;
}

Layer& Layer::operator=(Layer&& other) {
    if (this != &other && other.holds(*this))
        fail<ValueError>(other.name(), "can't take the place of '", name(),
                         "', which it holds: it would be a layer of itself");
    state_ = std::move(other.state_);
    return *this;
}

template <class F>
auto Layer::inside(F&& f) {
    detail::ActiveLayer* const caller = detail::ActiveLayer::current();
    if (!caller && !named_alone()) return f();
    const Scope scope(name(), state_.scope);
    const detail::ActiveLayer active(*this);
    try {
        auto result = f();
        active.check_discarded();
        if (caller) caller->layer().state_.weighted |= state_.weighted;
        return result;
    } catch (Error& e) {
        const std::string number =
            state_.position > 0 ? std::to_string(state_.position) + " " : std::string();
        e.add_context(sentence("in layer ", number, "'", name(), "' (", label(), ")"));
        throw;
    }
}

void Layer::build(const Spec&) {}

void Layer::build_all(const std::vector<Spec>& inputs) {
    if (inputs.size() != 1) fail<ShapeError>(name(), "takes one input, got ", inputs.size());
    build(inputs.front());
}

std::vector<Tensor> Layer::call_all(const std::vector<Tensor>& inputs, Mode mode) {
    if (inputs.size() != 1) fail<ShapeError>(name(), "takes one input, got ", inputs.size());
    return {call(inputs.front(), mode)};
}

Tensor Layer::compute_mask(const Tensor&, const Tensor& mask) {
    return supports_masking() ? mask : Tensor();
}

std::vector<Tensor> Layer::compute_mask_all(const std::vector<Tensor>& inputs,
                                            const std::vector<Tensor>& masks) {
    check_given(std::min(inputs.size(), masks.size()));
    return {compute_mask(inputs.front(), masks.front())};
}

void Layer::check_given(std::size_t inputs) const {
    if (inputs == 0) fail<ShapeError>(name(), "takes a list of inputs, got an empty one");
}

void Layer::check_input(const Tensor& x) {
    if (state_.weights.empty() || x.dtype() == state_.dtype) return;
    fail<DTypeError>(name(), "takes ", state_.dtype, ", got ", x.spec(), ": cast it with x.cast(",
                     state_.dtype, ")",
                     is_floating(x.dtype())
                         ? sentence(", or make the layer with {.dtype = ", x.dtype(), "}")
                         : std::string());
}

Tensor Layer::operator()(const Tensor& x, Mode mode) {
    const SoleRecorder sole;
    return in_context([&] {
        ensure_built(x.spec());
        return inside([&] {
            check_input(x);
            Tensor y = call(x, mode);
            set_output_mask(y, compute_mask(x, mask_of(x)));
            return y;
        });
    });
}

std::vector<Tensor> Layer::operator()(const std::vector<Tensor>& inputs, Mode mode) {
    const SoleRecorder sole;
    return in_context([&] {
        if (!join_caller()) set_up_for(specs_of(inputs));
        return call_inside(inputs, mode);
    });
}

std::vector<Tensor> Layer::call_inside(const std::vector<Tensor>& inputs, Mode mode) {
    check_given(inputs.size());
    return inside([&] {
        for (const Tensor& x : inputs) check_input(x);
        std::vector<Tensor> outputs = call_all(inputs, mode);
        if (outputs.empty()) fail<ShapeError>(name(), "gave an empty list of outputs");
        hand_on_masks(inputs, outputs);
        return outputs;
    });
}

void Layer::hand_on_masks(const std::vector<Tensor>& inputs, const std::vector<Tensor>& outputs) {
    const std::vector<Tensor> next = compute_mask_all(inputs, masks_of(inputs));
    for (std::size_t i = 0; i < std::min(next.size(), outputs.size()); ++i)
        set_output_mask(outputs[i], next[i]);
}

void Layer::ensure_built(const Spec& input) {
    const SoleRecorder sole;
    if (!join_caller()) set_up_for({input});
}

void Layer::ensure_built(const std::vector<Spec>& inputs) {
    const SoleRecorder sole;
    if (!join_caller()) set_up_for(inputs);
}

bool Layer::join_caller() {
    if (detail::ActiveLayer* caller = detail::ActiveLayer::current())
        caller->layer().add_layer(*this);
    return state_.built;
}

void Layer::set_up_for(const std::vector<Spec>& inputs) {
    check_given(inputs.size());
    state_.built = in_context([&] {
        set_up(inputs);
        return true;
    });
    state_.inputs = inputs;
}

void Layer::set_up(const std::vector<Spec>& inputs) {
    if (state_.weights_made) return;
    state_.weights_made = inside([&] {
        try {
            build_all(inputs);
        } catch (...) {
            state_.weights.clear();
            throw;
        }
        return true;
    });
}

const std::string& Layer::name() const {
    if (state_.name.empty()) state_.name = next_name(class_name());
    return state_.name;
}

void Layer::set_default_name(std::string_view name) {
    if (state_.name.empty()) state_.name = name;
}

std::string Layer::class_name() const { return detail::class_name(typeid(*this)); }

std::vector<Layer*> Layer::inner_layers() const {
    std::vector<Layer*> layers;
    for (const auto& place : state_.inner) {
        if (*place) layers.push_back(*place);
    }
    return layers;
}

bool Layer::holds(const Layer& other) const {
    const std::vector<Layer*> inner = inner_layers();
    return this == &other || std::any_of(inner.begin(), inner.end(),
                                         [&](const Layer* layer) { return layer->holds(other); });
}

void Layer::collect(std::vector<Weight>& all) const {
    for (const Weight& weight : state_.weights) {
        const bool known = std::any_of(all.begin(), all.end(), [&](const Weight& other) {
            return other.parameter == weight.parameter;
        });
        if (!known) all.push_back(weight);
    }
    for (const Layer* inner : inner_layers()) inner->collect(all);
}

std::vector<Weight> Layer::described_weights() const {
    std::vector<Weight> all;
    collect(all);
    return all;
}

std::vector<Parameter> Layer::weights() const {
    std::vector<Parameter> all;
    for (const Weight& weight : described_weights()) all.push_back(weight.parameter);
    return all;
}

std::vector<Parameter> Layer::trainable_weights() const {
    std::vector<Parameter> all = weights();
    std::erase_if(all, [](const Parameter& w) { return !w.trainable(); });
    return all;
}

Config Layer::get_config() const {
    fail<StateError>(class_name(), "the class has no get_config, so no file can hold it");
}

void Layer::visit_state(StateFields& fields) { fields("random", state_.rng); }

Index Layer::count_params() const {
    Index n = 0;
    for (const Parameter& w : weights()) n += w.size();
    return n;
}

void Layer::set_trainable(bool on) {
    state_.trainable = on;
    for (Weight& weight : state_.weights)
        weight.parameter.set_trainable(on && weight.options.trainable);
    for (Layer* inner : inner_layers()) inner->set_trainable(on);
}

void Layer::set_dtype(DType dtype) {
    if (built()) fail<StateError>(name(), "is built: its weights are ", state_.dtype);
    check_floating(dtype);
    state_.dtype = dtype;
    state_.dtype_is_set = true;
    for (Layer* inner : inner_layers()) {
        if (!inner->built()) inner->set_dtype(dtype);
    }
}

Parameter Layer::add_weight(std::string_view name, const Shape& shape,
                            const Initializer& initializer, const WeightOptions& options) {
    const detail::ActiveLayer* const active = detail::ActiveLayer::current();
    const bool building = active && &active->layer() == this;
    detail::BuildBudget::spend(this->name(), {shape, dtype()});
    Parameter weight((building ? active->path() : this->name() + '/') + std::string(name),
                     initializer(shape, rng(), dtype()));
    if (weight.shape() != shape || weight.dtype() != dtype())
        fail<ShapeError>(this->name(), "the initializer of '", name, "' made ",
                         weight.value().spec(), ", wanted ", Spec{shape, dtype()});
    weight.set_trainable(options.trainable && trainable());
    state_.weights.push_back({weight, options});
    state_.weighted = true;
    return weight;
}

void Layer::add_layer(Layer& inner) {
    if (&inner == this) return;
    auto& all = state_.inner;
    if (inner.place_ && std::find(all.begin(), all.end(), inner.place_) != all.end()) return;
    std::erase_if(all, [](const auto& place) { return *place == nullptr; });
    if (!inner.place_) inner.place_ = std::make_shared<Layer*>(&inner);
    all.push_back(inner.place_);
    if (!trainable()) inner.set_trainable(false);
    if (state_.dtype_is_set && !inner.built()) inner.set_dtype(dtype());
}

void Layer::add_loss(const Tensor& loss) {
    if (loss.rank() != 0) fail<ShapeError>(name(), "a loss is a scalar, got ", loss.shape());
    if (CallContext* context = CallContext::current()) context->add_loss(loss);
}

void Layer::add_activity_loss(const Regularizer& penalty, const Tensor& output) {
    if (!penalty) return;
    const Index samples = output.rank() == 0 ? 1 : output.shape().front();
    add_loss(penalty(output) / static_cast<double>(std::max<Index>(samples, 1)));
}

void Layer::add_update(const Parameter& state, const Tensor& value) {
    if (value.spec() != state.value().spec())
        fail<ShapeError>(name(), "the next value of '", state.name(), "' is ", value.spec(),
                         ", wanted ", state.value().spec());
    if (CallContext* context = CallContext::current()) context->add_update(state, value);
}

Tensor Layer::value_of(const Parameter& state) {
    const CallContext* context = CallContext::current();
    return context ? context->value_of(state) : state.value();
}

Generator& Layer::rng() {
    if (!state_.rng) state_.rng = next_generator();
    return *state_.rng;
}

namespace {

// Keras's class and its module.
shikumi::detail::ClassConfig keras_class(const Layer& layer) {
    const std::string name = layer.class_name();
    if (!detail::is_of_library(typeid(layer))) return {{}, name, {}};
    if (name == "Sequential") return {"keras", name, {}};
    if (name == "Model") return {"keras.src.models.functional", "Functional", {}};
    return {"keras.layers", name == "Input" ? "InputLayer" : name, {}};
}

Config build_config(const std::vector<Spec>& inputs) {
    Config::List shapes, dtypes;
    for (const Spec& input : inputs) {
        shapes.push_back(detail::batch_shape_config(input.shape));
        dtypes.push_back(to_config(input.dtype));
    }
    const bool one = inputs.size() == 1;
    return {{"input_shape", one ? shapes.front() : Config(shapes)},
            {"input_dtype", one ? dtypes.front() : Config(dtypes)}};
}

}  // namespace

Config to_config(const Layer& layer) {
    shikumi::detail::ClassConfig object = keras_class(layer);
    ConfigWriter common;
    common("name", layer.name());
    if (object.class_name != "InputLayer")
        common("trainable", layer.trainable())("dtype", layer.dtype())
            .extra("input_shape", layer.input_shape());
    object.config = common;
    try {
        const Config own = layer.get_config();
        for (const auto& [name, value] : *own.object()) object.config.set(name, value);
    } catch (Error& e) {
        e.add_context(sentence("in layer '", layer.name(), "' (", layer.label(), ")"));
        throw;
    }
    Config whole = shikumi::detail::to_config(object);
    if (!layer.built_for().empty()) whole.set("build_config", build_config(layer.built_for()));
    return whole;
}

}  // namespace shikumi::nn
