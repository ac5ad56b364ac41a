#include <shikumi/nn/layers/recurrent/conv_lstm.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/window.hpp>
#include <shikumi/nn/layers/detail/drop.hpp>
#include <shikumi/nn/layers/detail/windows.hpp>
#include <shikumi/nn/layers/recurrent/detail/forget_bias.hpp>
#include <shikumi/nn/layers/recurrent/detail/recurrent_fields.hpp>

namespace shikumi::nn {

namespace {

constexpr std::string_view conv_lstm_cell_name = "conv_lstm_cell";

}  // namespace

ConvLSTMCell::ConvLSTMCell(int axes, Index filters, const PerAxis& kernel_size,
                           const ConvLSTMOptions& options)
    : RecurrentCell({.dtype = options.dtype}),
      axes_(axes),
      filters_(filters),
      size_(kernel_size),
      options_(options) {
    detail::check_window(conv_lstm_cell_name, axes, kernel_size, options.strides,
                         options.dilation_rate, options.padding);
    if (options.padding == Padding::causal)
        fail<ValueError>(conv_lstm_cell_name, "padding is valid or same, not causal");
    if (filters <= 0)
        fail<ValueError>(conv_lstm_cell_name, "the number of filters must be positive, got ",
                         filters);
    detail::check_drop_rate(conv_lstm_cell_name, "dropout", options.dropout);
    detail::check_drop_rate(conv_lstm_cell_name, "recurrent_dropout", options.recurrent_dropout);
}

void ConvLSTMCell::build(const Spec& input) {
    detail::check_images(conv_lstm_cell_name, axes_, input.shape);
    const auto window =
        shikumi::detail::window_over(conv_lstm_cell_name, input.shape, size_, options_.strides,
                                     options_.dilation_rate, options_.padding);
    places_ = without_batch(shikumi::detail::output_shape(window, input.shape, filters_));
    const Index width = Shape{4, filters_}.size();  // refused where the product is too large
    kernel_ = add_weight(
        "kernel", detail::kernel_shape(axes_, size_, input.shape.back(), width),
        options_.kernel_initializer,
        {.regularizer = options_.kernel_regularizer, .constraint = options_.kernel_constraint});
    recurrent_kernel_ =
        add_weight("recurrent_kernel", detail::kernel_shape(axes_, size_, filters_, width),
                   options_.recurrent_initializer,
                   {.regularizer = options_.recurrent_regularizer,
                    .constraint = options_.recurrent_constraint});
    if (!options_.use_bias) return;
    bias_ = add_weight(
        "bias", {width},
        options_.unit_forget_bias ? detail::with_forget_bias(options_.bias_initializer)
                                  : options_.bias_initializer,
        {.regularizer = options_.bias_regularizer, .constraint = options_.bias_constraint});
}

// All steps are one batch of the first convolution.
Tensor ConvLSTMCell::prepare(const Tensor& inputs, Mode mode) {
    const Index time = inputs.shape()[0], batch = inputs.shape()[1];
    const Shape sample = without_batch(without_batch(inputs.shape()));
    detail::check_images(conv_lstm_cell_name, axes_, batch_of(batch, sample));
    Tensor x = inputs;
    state_mask_ = {};
    if (mode == Mode::train && options_.dropout > 0)
        x = detail::drop(x, batch_of(batch, sample), options_.dropout, rng());
    if (mode == Mode::train && options_.recurrent_dropout > 0)
        state_mask_ =
            detail::drop_mask(batch_of(batch, places_), options_.recurrent_dropout, rng(), dtype());
    Tensor y = convolution(reshape(x, batch_of(time * batch, sample)), kernel_,
                           {.strides = options_.strides,
                            .dilation = options_.dilation_rate,
                            .padding = options_.padding});
    if (bias_.defined()) y = y + bias_;
    return reshape(y, batch_of(time, batch_of(batch, without_batch(y.shape()))));
}

std::vector<Tensor> ConvLSTMCell::step(const Tensor& x, const std::vector<Tensor>& states) {
    const Tensor h = state_mask_.defined() ? states[0] * state_mask_ : states[0];
    const Tensor sums = x + convolution(h, recurrent_kernel_, {.padding = Padding::same});
    const std::vector<Tensor> z = split(sums, 4, -1);
    const auto gate = [&](const Tensor& sum) { return options_.recurrent_activation(sum); };
    const Tensor c = gate(z[1]) * states[1] + gate(z[0]) * options_.activation(z[2]);
    return {gate(z[3]) * options_.activation(c), c};
}

std::string ConvLSTMCell::label() const {
    return sentence(
        "ConvLSTMCell ", filters_, ", ", detail::times(size_, axes_),
        detail::manner(axes_, options_.strides, options_.dilation_rate, options_.padding));
}

namespace {

void visit_conv_lstm(auto& fields, auto& o) {
    fields("strides", o.strides)("padding", o.padding).always("data_format", "channels_last");
    fields("dilation_rate", o.dilation_rate);
    fields("recurrent_activation", o.recurrent_activation);
    fields("unit_forget_bias", o.unit_forget_bias);
    detail::visit_cell(fields, o);
}

// As the layer has it: its class says how many axes there are.
Config config_of(const RNN& layer) {
    ConfigWriter config;
    const Config cell = layer.cell().get_config();
    for (const auto& [name, value] : *cell.object()) {
        if (name != "rank") config(name, value);
    }
    detail::visit_sequence(config, layer.options());
    return config;
}

template <class Layer>
Layer conv_lstm_from(ConfigReader& config) {
    const auto filters = config.get<Index>("filters");
    const auto kernel_size = config.get<PerAxis>("kernel_size");
    ConvLSTMOptions options;
    visit_conv_lstm(config, options);
    detail::visit_sequence(config, options);
    return Layer(filters, kernel_size, options);
}

}  // namespace

Config ConvLSTMCell::get_config() const {
    ConfigWriter config;
    config("rank", axes_)("filters", filters_)("kernel_size", size_);
    visit_conv_lstm(config, options_);
    return config;
}

ConvLSTMCell ConvLSTMCell::from_config(ConfigReader& config) {
    const auto axes = config.get<int>("rank");
    const auto filters = config.get<Index>("filters");
    const auto kernel_size = config.get<PerAxis>("kernel_size");
    ConvLSTMOptions options;
    visit_conv_lstm(config, options);
    return ConvLSTMCell(axes, filters, kernel_size, options);
}

Config ConvLSTM1D::get_config() const { return config_of(*this); }
ConvLSTM1D ConvLSTM1D::from_config(ConfigReader& config) {
    return conv_lstm_from<ConvLSTM1D>(config);
}
Config ConvLSTM2D::get_config() const { return config_of(*this); }
ConvLSTM2D ConvLSTM2D::from_config(ConfigReader& config) {
    return conv_lstm_from<ConvLSTM2D>(config);
}
Config ConvLSTM3D::get_config() const { return config_of(*this); }
ConvLSTM3D ConvLSTM3D::from_config(ConfigReader& config) {
    return conv_lstm_from<ConvLSTM3D>(config);
}

ConvLSTM1D::ConvLSTM1D(Index filters, const PerAxis& kernel_size, const ConvLSTMOptions& options)
    : RNN(named_cell(ConvLSTMCell(1, filters, kernel_size, options), "conv_lstm_cell"),
          rnn_options(options)) {}

ConvLSTM2D::ConvLSTM2D(Index filters, const PerAxis& kernel_size, const ConvLSTMOptions& options)
    : RNN(named_cell(ConvLSTMCell(2, filters, kernel_size, options), "conv_lstm_cell"),
          rnn_options(options)) {}

ConvLSTM3D::ConvLSTM3D(Index filters, const PerAxis& kernel_size, const ConvLSTMOptions& options)
    : RNN(named_cell(ConvLSTMCell(3, filters, kernel_size, options), "conv_lstm_cell"),
          rnn_options(options)) {}

}  // namespace shikumi::nn
