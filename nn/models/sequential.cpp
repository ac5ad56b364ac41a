#include <shikumi/nn/models/sequential.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/detail/placeholder.hpp>
#include <shikumi/nn/input.hpp>
#include <shikumi/nn/session.hpp>

namespace shikumi::nn {

Sequential::Sequential(std::string name)
    : Model(LayerOptions{.name = name.empty() ? next_name("Sequential") : std::move(name)}) {}

Sequential::~Sequential() = default;

void Sequential::add(SharedLayer added) {
    if (!added.layer) fail<ValueError>(name(), "got no layer to add");
    Layer& layer = *added.layer;
    if (const auto* input = dynamic_cast<const Input*>(&layer)) {
        if (!layers_.empty()) fail<ValueError>(name(), "an Input comes before all layers");
        input_ = Spec{batch_of(detail::some_batch, input->sample().shape), input->sample().dtype};
        return;
    }
    if (layer.holds(*this))
        fail<ValueError>(name(), "can't be a layer of itself: '", layer.name(), "' holds it");
    layers_.push_back(std::move(added));
    layer.set_position(static_cast<int>(layers_.size()));
    layer.name();  // numbered in the order of adding
    add_layer(layer);
    layers_changed();
}

std::vector<std::shared_ptr<Layer>> Sequential::layers() const {
    std::vector<std::shared_ptr<Layer>> all;
    for (const SharedLayer& l : layers_) all.push_back(l.layer);
    return all;
}

void Sequential::build(const Spec& input) {
    if (input.shape.empty()) fail<ShapeError>(name(), "takes a batch of samples, got a scalar");
    if (!layers_.empty() && layer_outputs_.size() == layers_.size()) return;
    if (layers_.empty()) fail<StateError>(name(), "has no layers yet: add one");
    if (!input_) {
        const std::vector<Spec> known = known_inputs();
        input_ = known.empty() ? Spec{input.shape.with_front(detail::some_batch), input.dtype}
                               : known.front();
    }
    const CallContext unused;
    while (layer_outputs_.size() < layers_.size()) {
        Layer& layer = *layers_[layer_outputs_.size()].layer;
        const Spec in = layer_outputs_.empty() ? *input_ : layer_outputs_.back();
        layer.ensure_built(in);
        const Spec out = layer(detail::placeholder(in)).spec();
        detail::check_batch(layer, in.shape, out.shape);
        layer_outputs_.push_back(out);
    }
}

Tensor Sequential::call(const Tensor& x, Mode mode) {
    build(x.spec());  // what was added since the last call
    Tensor y = x;
    for (const SharedLayer& l : layers_) y = (*l.layer)(y, mode);
    return y;
}

std::vector<Spec> Sequential::known_inputs() const {
    if (input_) return {*input_};
    if (layers_.empty()) fail<StateError>(name(), "has no layers yet: add one");
    const Layer& first = *layers_.front().layer;
    if (first.input_shape().empty()) return {};
    return {Spec{batch_of(detail::some_batch, first.input_shape()), first.dtype()}};
}

void Sequential::describe_layers(ModelSummary& summary) const {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        LayerSummary row =
            describe_layer(*layers_[i].layer, {without_batch(layer_outputs_[i].shape)});
        if (i > 0) row.connected = {layers_[i - 1].layer->name() + "[0][0]"};
        summary.layers.push_back(std::move(row));
    }
}

void Sequential::describe_unbuilt(ModelSummary& summary) const {
    for (const SharedLayer& l : layers_) {
        LayerSummary row{l.layer->name(), l.layer->class_name(), {}, 0};
        row.built = false;
        row.trainable = l.layer->trainable();
        summary.layers.push_back(std::move(row));
    }
}

// The input stands before the layers, as Keras's InputLayer.
Config Sequential::get_config() const {
    Config::List layers;
    const std::vector<Spec> inputs = layers_.empty() ? std::vector<Spec>{} : known_inputs();
    for (const Spec& input : inputs)
        layers.push_back(to_config(
            Input(without_batch(input.shape), {.dtype = input.dtype, .name = "input_layer"})));
    for (const SharedLayer& l : layers_) layers.push_back(to_config(l));
    return ConfigWriter()("layers", layers);
}

Sequential Sequential::from_config(ConfigReader& config, LayerMaker make) {
    Sequential model(config.get_or("name", std::string()));
    for (const Config& layer : config.get<std::vector<Config>>("layers")) model.add(make(layer));
    config.ignore("build_input_shape");
    return model;
}

Sequential Sequential::clone() const {
    Sequential copy(name());
    copy.input_ = input_;
    for (const SharedLayer& l : layers_) copy.add(l.clone());
    copy.take_weights(*this);
    return copy;
}

}  // namespace shikumi::nn
