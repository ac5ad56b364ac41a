#include <shikumi/nn/layers/recurrent/gru.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/recurrent/detail/gru_sequence.hpp>
#include <shikumi/nn/layers/recurrent/detail/recurrent_fields.hpp>

namespace shikumi::nn {

GRUCell::GRUCell(Index units, const GRUOptions& options)
    : GatedCell(units, 3, options), options_(options) {}

Shape GRUCell::bias_shape() const {
    return options_.reset_after ? Shape{2, 3 * units()} : GatedCell::bias_shape();
}

Tensor GRUCell::input_bias() const {
    return options_.reset_after ? slice(bias(), 0, {0, 1}) : GatedCell::input_bias();
}

Tensor GRUCell::prepare(const Tensor& inputs, Mode mode) {
    const Index u = units();
    if (!options_.reset_after) {
        gates_kernel_ = slice(recurrent_kernel(), 1, {0, 2 * u});
        state_kernel_ = slice(recurrent_kernel(), 1, {2 * u, 3 * u});
    } else if (use_bias()) {
        recurrent_bias_ = slice(bias(), 0, {1, 2});
    }
    return GatedCell::prepare(inputs, mode);
}

std::vector<Tensor> GRUCell::step(const Tensor& x, const std::vector<Tensor>& states) {
    const Tensor h = seen(states[0]);
    const std::vector<Tensor> a = split(x, 3, -1);
    Tensor z, candidate;
    if (options_.reset_after) {
        Tensor product = matmul(h, recurrent_kernel());
        if (use_bias()) product = product + recurrent_bias_;
        const std::vector<Tensor> b = split(product, 3, -1);
        z = options_.recurrent_activation(a[0] + b[0]);
        candidate = options_.activation(a[2] + options_.recurrent_activation(a[1] + b[1]) * b[2]);
    } else {
        const std::vector<Tensor> b = split(matmul(h, gates_kernel_), 2, -1);
        z = options_.recurrent_activation(a[0] + b[0]);
        const Tensor reset = options_.recurrent_activation(a[1] + b[1]) * h;
        candidate = options_.activation(a[2] + matmul(reset, state_kernel_));
    }
    return {z * h + (1 - z) * candidate};
}

std::optional<RecurrentCell::Sequence> GRUCell::all_steps(const Tensor& prepared,
                                                          const std::vector<Tensor>& states,
                                                          const Tensor& mask) {
    if (!options_.reset_after || drops_state() || options_.activation.name() != "tanh" ||
        options_.recurrent_activation.name() != "sigmoid")
        return {};
    const Index time = prepared.shape().front();
    const Tensor bias = use_bias() ? squeeze(recurrent_bias_, 0) : zeros({3 * units()}, dtype());
    const Tensor all = detail::gru_sequence(prepared, recurrent_kernel(), bias, states[0], mask);
    return Sequence{all, {squeeze(slice(all, 0, {time - 1, time}), 0)}};
}

void GRUCell::finish() {
    recurrent_bias_ = gates_kernel_ = state_kernel_ = {};
    GatedCell::finish();
}

GRU::GRU(Index units, const GRUOptions& options)
    : RNN(named_cell(GRUCell(units, options), "gru_cell"), rnn_options(options)) {}

namespace {

// The fields of a cell.
void visit_gru(auto& fields, auto& o) {
    fields("recurrent_activation", o.recurrent_activation)("reset_after", o.reset_after);
    detail::visit_cell(fields, o);
}

}  // namespace

Config GRUCell::get_config() const {
    ConfigWriter config;
    visit_gru(config("units", units()), options_);
    return config;
}

GRUCell GRUCell::from_config(ConfigReader& config) {
    GRUOptions options;
    visit_gru(config, options);
    return GRUCell(config.get<Index>("units"), options);
}

Config GRU::get_config() const {
    ConfigWriter config(cell().get_config());
    detail::visit_sequence(config, options());
    return config;
}

GRU GRU::from_config(ConfigReader& config) {
    GRUOptions options;
    visit_gru(config, options);
    detail::visit_sequence(config, options);
    return GRU(config.get<Index>("units"), options);
}

}  // namespace shikumi::nn
