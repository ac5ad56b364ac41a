#include <shikumi/nn/layers/recurrent/bidirectional.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/name_table.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/detail/masks.hpp>
#include <shikumi/nn/session.hpp>

namespace shikumi::nn {

namespace {

LayerOptions options_of(const std::shared_ptr<RNN>& layer, const std::string& name) {
    if (!layer) fail<ValueError>("bidirectional", "got no layer");
    return {.name = name, .dtype = layer->dtype(), .input_shape = layer->input_shape()};
}

}  // namespace

Bidirectional::Bidirectional(std::shared_ptr<RNN> layer, const BidirectionalOptions& options)
    : Layer(options_of(layer, options.name)),
      forward_(std::move(layer)),
      backward_(forward_->mirrored()),
      merge_mode_(options.merge_mode) {
    const std::string& given = forward_->options().name;
    const std::string inner = given.empty() ? next_name(forward_->class_name()) : given;
    forward_->set_default_name("forward_" + inner);
    backward_->set_default_name("backward_" + inner);
}

Bidirectional::Bidirectional(std::shared_ptr<RNN> forward, std::shared_ptr<RNN> backward,
                             MergeMode merge_mode)
    : Layer(options_of(forward, {})),
      forward_(std::move(forward)),
      backward_(std::move(backward)),
      merge_mode_(merge_mode) {}

// A copy must not share weights that are made later: layers without weights are copied.
Bidirectional::Bidirectional(const Bidirectional& other)
    : Layer(other),
      forward_(built() ? other.forward_ : other.backward_->mirrored()),
      backward_(built() ? other.backward_ : other.forward_->mirrored()),
      merge_mode_(other.merge_mode_) {
    forward_->set_default_name(other.forward_->name());
    backward_->set_default_name(other.backward_->name());
}

void Bidirectional::build(const Spec& input) {
    forward_->ensure_built(input);
    backward_->ensure_built(input);
}

// The backward layer gives its outputs of sequences from the last step to the first.
Tensor Bidirectional::in_order(const Tensor& backward) const {
    return forward_->options().return_sequences ? flip(backward, 1) : backward;
}

Tensor Bidirectional::merge(const Tensor& forward, const Tensor& backward) const {
    switch (merge_mode_) {
        case MergeMode::concat:
            return concatenate({forward, backward}, -1);
        case MergeMode::sum:
            return forward + backward;
        case MergeMode::mul:
            return forward * backward;
        case MergeMode::ave:
            return (forward + backward) / 2;
        case MergeMode::none:
            break;
    }
    fail<ValueError>("bidirectional",
                     "merge mode none gives two outputs: call the layer on a list of tensors");
}

// As in Keras, hidden steps of sequences are zeros from both directions.
Tensor Bidirectional::only_shown(const Tensor& y, const Tensor& x) const {
    const Tensor mask = mask_of(x);
    if (!mask.defined() || !forward_->options().return_sequences) return y;
    return detail::shown(detail::step_mask(mask), y);
}

Tensor Bidirectional::call(const Tensor& x, Mode mode) {
    return merge(only_shown((*forward_)(x, mode), x),
                 only_shown(in_order((*backward_)(x, mode)), x));
}

std::vector<Tensor> Bidirectional::call_all(const std::vector<Tensor>& inputs, Mode mode) {
    check_given(inputs.size());
    std::vector<Tensor> forward = (*forward_)(inputs, mode), backward = (*backward_)(inputs, mode);
    forward.front() = only_shown(forward.front(), inputs.front());
    backward.front() = only_shown(in_order(backward.front()), inputs.front());
    std::vector<Tensor> outputs;
    if (merge_mode_ == MergeMode::none)
        outputs = {forward.front(), backward.front()};
    else
        outputs = {merge(forward.front(), backward.front())};
    outputs.insert(outputs.end(), forward.begin() + 1, forward.end());
    outputs.insert(outputs.end(), backward.begin() + 1, backward.end());
    return outputs;
}

Tensor Bidirectional::compute_mask(const Tensor& x, const Tensor& mask) {
    return forward_->compute_mask(x, mask);
}

std::vector<Tensor> Bidirectional::compute_mask_all(const std::vector<Tensor>& inputs,
                                                    const std::vector<Tensor>& masks) {
    check_given(std::min(inputs.size(), masks.size()));
    const Tensor mask = compute_mask(inputs.front(), masks.front());
    return {mask, merge_mode_ == MergeMode::none ? mask : Tensor()};
}

void Bidirectional::reset_states() {
    forward_->reset_states();
    backward_->reset_states();
}

std::string Bidirectional::label() const { return "Bidirectional " + forward_->label(); }

namespace {

constexpr shikumi::detail::NameRow<MergeMode> mode_rows[] = {
    {MergeMode::concat, {"concat"}},
    {MergeMode::sum, {"sum"}},
    {MergeMode::mul, {"mul"}},
    {MergeMode::ave, {"ave"}},
};
constexpr shikumi::detail::NameTable<MergeMode> modes("merge_mode", mode_rows);

// The layer that goes in the other direction, under another name.
Config mirror_image(const RNN& layer, const std::string& name) {
    Config image = to_config(static_cast<const Layer&>(layer)), fields = *image.find("config");
    fields.set("name", name);
    fields.set("go_backwards", !layer.options().go_backwards);
    image.set("config", fields);
    return image;
}

}  // namespace

Config to_config(MergeMode mode) {
    return mode == MergeMode::none ? Config() : modes.name_of(mode);
}

void from_config(const Config& config, MergeMode& mode, std::string_view reading) {
    mode = config.is_null() ? MergeMode::none : modes.read(config, reading);
}

Config Bidirectional::get_config() const {
    ConfigWriter config;
    config("merge_mode", merge_mode_)("layer", static_cast<const Layer&>(*forward_));
    return config("backward_layer", mirror_image(*forward_, backward_->name()));
}

Bidirectional Bidirectional::from_config(ConfigReader& config, LayerMaker make) {
    const auto merge_mode = config.get_or("merge_mode", MergeMode::concat);
    const auto made = [&](const char* field) {
        auto layer = std::dynamic_pointer_cast<RNN>(make(config.get<Config>(field)).layer);
        if (!layer) fail<ValueError>(config.owner(), field, " is no recurrent layer");
        return layer;
    };
    const std::shared_ptr<RNN> forward = made("layer");
    if (!config.has("backward_layer")) return Bidirectional(forward, {.merge_mode = merge_mode});
    const std::shared_ptr<RNN> read = made("backward_layer");
    if (to_config(static_cast<const Layer&>(*read)) != mirror_image(*forward, read->name()))
        fail<ValueError>(config.owner(), "backward_layer isn't the mirror image of layer");
    // Of the class that the constructor gives it, so that states of either fit the other.
    const std::shared_ptr<RNN> backward = forward->mirrored();
    backward->set_default_name(read->name());
    backward->set_dtype(read->dtype());
    backward->set_trainable(forward->trainable());
    return Bidirectional(forward, backward, merge_mode);
}

}  // namespace shikumi::nn
