// LSTM, GRU and RNN.
#include <algorithm>
#include <array>
#include <functional>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/io/detail/onnx_operators.hpp>
#include <shikumi/nn/io/detail/onnx_place.hpp>
#include <shikumi/nn/layers/recurrent/bidirectional.hpp>
#include <shikumi/nn/layers/recurrent/gru.hpp>
#include <shikumi/nn/layers/recurrent/lstm.hpp>
#include <shikumi/nn/layers/recurrent/simple_rnn.hpp>

namespace shikumi::nn::detail {

namespace {

using Outputs = std::vector<Tensor>;
using Call = OnnxCall;

// ---- by operations, step by step ----------------------------------------------------------------

using Function = std::function<Tensor(const Tensor&)>;

// The functions of all directions, in which alpha and beta belong to those that have them, in
// order. Their names are compared without regard to case.
class Functions {
public:
    Functions(const Call& call, std::vector<std::string> absent, std::size_t directions)
        : call_(call),
          names_(call.texts("activations")),
          alphas_(call.reals("activation_alpha")),
          betas_(call.reals("activation_beta")) {
        per_direction_ = absent.size();
        if (names_.empty())
            for (std::size_t d = 0; d < directions; ++d)
                names_.insert(names_.end(), absent.begin(), absent.end());
        if (names_.size() != directions * per_direction_)
            call.refuse("has ", names_.size(), " activations for ", directions, " directions");
        for (std::string& name : names_)
            std::ranges::transform(name, name.begin(),
                                   [](unsigned char c) { return std::tolower(c); });
        for (const std::string& name : names_) functions_.push_back(made(name));
    }
    const Function& operator()(std::size_t direction, std::size_t i) const {
        return functions_[direction * per_direction_ + i];
    }

private:
    double next(const std::vector<double>& numbers, std::size_t& at, double absent) {
        return at < numbers.size() ? numbers[at++] : absent;
    }
    double alpha(double absent) { return next(alphas_, alpha_, absent); }
    double beta(double absent) { return next(betas_, beta_, absent); }

    Function made(const std::string& name) {
        if (name == "sigmoid") return [](const Tensor& x) { return sigmoid(x); };
        if (name == "tanh") return [](const Tensor& x) { return tanh(x); };
        if (name == "relu") return [](const Tensor& x) { return relu(x); };
        if (name == "softsign") return [](const Tensor& x) { return softsign(x); };
        if (name == "softplus") return [](const Tensor& x) { return softplus(x); };
        if (name == "hardsigmoid") {
            const double a = alpha(0.2), b = beta(0.5);
            return [=](const Tensor& x) { return clip(x * a + b, 0, 1); };
        }
        if (name == "affine") {
            const double a = alpha(1), b = beta(0);
            return [=](const Tensor& x) { return x * a + b; };
        }
        if (name == "scaledtanh") {
            const double a = alpha(1), b = beta(1);
            return [=](const Tensor& x) { return tanh(x * b) * a; };
        }
        if (name == "leakyrelu") {
            const double a = alpha(0.01);
            return [=](const Tensor& x) { return leaky_relu(x, a); };
        }
        if (name == "elu") {
            const double a = alpha(1);
            return [=](const Tensor& x) { return elu(x, a); };
        }
        if (name == "thresholdedrelu") {
            const double a = alpha(1);
            return [=](const Tensor& x) { return threshold(x, a, 0); };
        }
        call_.refuse("has an unknown activation '", std::string_view(name), "'");
    }

    const Call& call_;
    std::vector<std::string> names_;
    std::vector<double> alphas_, betas_;
    std::size_t per_direction_ = 0, alpha_ = 0, beta_ = 0;
    std::vector<Function> functions_;
};

// What a cell of one direction is made of.
struct Cell {
    Tensor kernel, recurrent;            // (in, gates · h), (h, gates · h)
    Tensor bias, recurrent_bias;         // (gates · h); undefined: none
    Tensor peepholes;                    // (3 h); undefined: none
    std::function<Tensor(Tensor)> clip;  // of what goes into an activation
    std::size_t direction = 0;
    Index units = 0;
};

using States = std::vector<Tensor>;

States lstm_step(const Call& call, const Functions& f, const Cell& cell, const Tensor& x,
                 const States& state) {
    Tensor sums = matmul(x, cell.kernel) + matmul(state[0], cell.recurrent);
    if (cell.bias.defined()) sums = sums + (cell.bias + cell.recurrent_bias);
    const std::vector<Tensor> gates = split(sums, 4, -1);  // i o f c
    const Tensor& c = state[1];
    const auto peep = [&](const Tensor& gate, const Tensor& of, Index k) {
        if (!cell.peepholes.defined()) return gate;
        return gate + of * slice(cell.peepholes, 0, Slice{k * cell.units, (k + 1) * cell.units});
    };
    const Tensor i = f(cell.direction, 0)(cell.clip(peep(gates[0], c, 0)));
    const Tensor forget =
        call.flag("input_forget") ? 1 - i : f(cell.direction, 0)(cell.clip(peep(gates[2], c, 2)));
    const Tensor next = forget * c + i * f(cell.direction, 1)(cell.clip(gates[3]));
    const Tensor o = f(cell.direction, 0)(cell.clip(peep(gates[1], next, 1)));
    return {o * f(cell.direction, 2)(next), next};
}

States gru_step(const Call& call, const Functions& f, const Cell& cell, const Tensor& x,
                const States& state) {
    const Tensor& h = state[0];
    const bool after = call.flag("linear_before_reset");
    Tensor from_x = matmul(x, cell.kernel);
    if (cell.bias.defined()) from_x = from_x + cell.bias;
    const std::vector<Tensor> a = split(from_x, 3, -1);  // z r h
    const std::vector<Tensor> u = split(cell.recurrent, 3, -1);
    std::vector<Tensor> b;
    if (cell.bias.defined()) b = split(cell.recurrent_bias, 3, -1);
    const auto add = [&](const Tensor& sum, std::size_t i) { return b.empty() ? sum : sum + b[i]; };
    const Tensor z = f(cell.direction, 0)(cell.clip(a[0] + add(matmul(h, u[0]), 0)));
    const Tensor r = f(cell.direction, 0)(cell.clip(a[1] + add(matmul(h, u[1]), 1)));
    const Tensor past = after ? r * add(matmul(h, u[2]), 2) : add(matmul(r * h, u[2]), 2);
    const Tensor candidate = f(cell.direction, 1)(cell.clip(a[2] + past));
    return {(1 - z) * candidate + z * h};
}

States rnn_step(const Call&, const Functions& f, const Cell& cell, const Tensor& x,
                const States& state) {
    Tensor sums = matmul(x, cell.kernel) + matmul(state[0], cell.recurrent);
    if (cell.bias.defined()) sums = sums + (cell.bias + cell.recurrent_bias);
    return {f(cell.direction, 0)(cell.clip(sums))};
}

// What one of the three operators has of its own.
struct Kind {
    Index gates;
    std::size_t states;
    std::vector<std::string> activations;
    States (*step)(const Call&, const Functions&, const Cell&, const Tensor&, const States&);
};

std::size_t directions_of(const Call& call) {
    const std::string direction = call.text("direction", "forward");
    if (direction == "bidirectional") return 2;
    if (direction != "reverse") call.want("direction", "forward");
    return 1;
}

Tensor row(const Tensor& x, std::size_t i) { return x[static_cast<Index>(i)]; }

Cell cell_of(const Call& call, const Kind& kind, std::size_t direction, Index units) {
    Cell cell;
    cell.direction = direction;
    cell.units = units;
    cell.kernel = transpose(row(call[1], direction));
    cell.recurrent = transpose(row(call[2], direction));
    if (call.has(3)) {
        const std::vector<Tensor> both = split(row(call[3], direction), 2);
        cell.bias = both[0];
        cell.recurrent_bias = both[1];
    }
    if (kind.states == 2 && call.has(7)) cell.peepholes = row(call[7], direction);
    const double limit = call.real("clip", 0);
    if (call.given("clip"))
        cell.clip = [=](const Tensor& x) { return clip(x, -limit, limit); };
    else
        cell.clip = [](const Tensor& x) { return x; };
    return cell;
}

// Sequences of several lengths keep their state behind their end, where the outputs are 0.
States masked(const Tensor& runs, const States& now, const States& before) {
    States kept;
    for (std::size_t i = 0; i < now.size(); ++i)
        kept.push_back(where(broadcast_to(runs, now[i].shape()), now[i], before[i]));
    return kept;
}

struct Direction {
    std::vector<Tensor> steps;  // in the order of the sequence
    States last;
};

Direction run_direction(const Call& call, const Kind& kind, const Functions& f, const Tensor& x,
                        const Cell& cell, States state, bool reverse) {
    const Index count = x.shape()[0];
    Direction result{std::vector<Tensor>(static_cast<std::size_t>(count)), {}};
    const bool has_lengths = call.has(4);
    const Tensor lengths = has_lengths ? reshape(call[4].cast(i64), {-1, 1}) : Tensor();
    for (Index k = 0; k < count; ++k) {
        const Index t = reverse ? count - 1 - k : k;
        States next = kind.step(call, f, cell, x[t], state);
        Tensor y = next[0];
        if (has_lengths) {
            // From behind, a shorter sequence begins later, with the state that it was given.
            const Tensor runs = lengths > t;
            y = where(broadcast_to(runs, y.shape()), y, zeros_like(y));
            next = masked(runs, next, state);
        }
        result.steps[static_cast<std::size_t>(t)] = y;
        state = std::move(next);
    }
    result.last = std::move(state);
    return result;
}

void check_shapes(const Call& call, const Kind& kind, const Tensor& x, std::size_t directions) {
    const Tensor &w = call[1], &r = call[2];
    const auto d = static_cast<Index>(directions);
    if (x.rank() != 3 || w.rank() != 3 || r.rank() != 3)
        call.refuse("wants three axes of X, W and R, got ", x.spec(), ", ", w.spec(), " and ",
                    r.spec());
    const Index units = r.shape()[2];
    if (w.shape() != Shape{d, kind.gates * units, x.shape()[2]} ||
        r.shape() != Shape{d, kind.gates * units, units} ||
        (call.has(3) && call[3].shape() != Shape{d, 2 * kind.gates * units}) ||
        call.integer("hidden_size", units) != units)
        call.refuse("has weights ", w.spec(), " and ", r.spec(), " that don't go with ", x.spec());
    // Each step is recorded by itself.
    constexpr Index longest = 5'000;
    if (x.shape()[0] > longest)
        call.refuse("has ", x.shape()[0], " steps, at most ", longest, " can be done");
}

Outputs recurrence(const Call& call, const Kind& kind) {
    const bool batch_first = call.flag("layout");
    const std::size_t directions = directions_of(call);
    const bool reverse = call.text("direction", "forward") == "reverse";
    const auto swapped = [&](const Tensor& t) { return batch_first ? transpose(t, {1, 0, 2}) : t; };
    const Tensor x = swapped(call[0]);
    check_shapes(call, kind, x, directions);
    const Functions f(call, kind.activations, directions);
    const Index units = call[2].shape()[2], batch = x.shape()[1];
    call.flag("input_forget");
    call.flag("linear_before_reset");
    std::vector<std::vector<Tensor>> sequences, last(kind.states);
    for (std::size_t d = 0; d < directions; ++d) {
        States state;
        for (std::size_t s = 0; s < kind.states; ++s)
            state.push_back(call.has(5 + s) ? row(swapped(call[5 + s]), d)
                                            : zeros({batch, units}, x.dtype()));
        const Direction done = run_direction(call, kind, f, x, cell_of(call, kind, d, units),
                                             std::move(state), reverse || d == 1);
        if (done.steps.empty()) call.refuse("has a sequence of no steps");
        sequences.push_back({stack(done.steps)});
        for (std::size_t s = 0; s < kind.states; ++s) last[s].push_back(done.last[s]);
    }
    std::vector<Tensor> all;
    for (const auto& sequence : sequences) all.push_back(sequence[0]);
    const Tensor y = stack(all, 1);  // (time, directions, batch, units)
    Outputs outputs{batch_first ? transpose(y, {2, 0, 1, 3}) : y};
    for (const auto& states : last) outputs.push_back(swapped(stack(states)));
    return outputs;
}

const Kind& lstm_kind() {
    static const Kind kind{4, 2, {"Sigmoid", "Tanh", "Tanh"}, lstm_step};
    return kind;
}
const Kind& gru_kind() {
    static const Kind kind{3, 1, {"Sigmoid", "Tanh"}, gru_step};
    return kind;
}
const Kind& rnn_kind() {
    static const Kind kind{1, 1, {"Tanh"}, rnn_step};
    return kind;
}

Outputs lstm(const Call& call) { return recurrence(call, lstm_kind()); }
Outputs gru(const Call& call) { return recurrence(call, gru_kind()); }
Outputs rnn(const Call& call) { return recurrence(call, rnn_kind()); }

// ---- layers -------------------------------------------------------------------------------------

// A tensor of zeros, whatever its batch.
bool is_zero(const OnnxPlace& place, std::size_t i) {
    const Call& call = place.call();
    if (!call.has(i)) return true;
    if (!call.known(i) || !is_floating(call[i].dtype())) return false;
    const auto values = call.known_numbers(i);
    return std::ranges::all_of(values, [](double x) { return x == 0; });
}

// What Keras has, too: usual functions, whole sequences, states that begin at 0.
bool is_usual(const OnnxPlace& place, const Kind& kind) {
    const Call& call = place.call();
    if (!place.is_symbol(0) || place.input(0).shape.rank() != 3 || !place.is_constant(1) ||
        !place.is_constant(2) || (call.has(3) && !place.is_constant(3)) || call.has(4) ||
        call.has(7) || call.given("clip") || call.flag("input_forget"))
        return false;
    if (!is_zero(place, 5) || (kind.states == 2 && !is_zero(place, 6))) return false;
    std::vector<std::string> names = call.texts("activations");
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] != kind.activations[i % kind.activations.size()]) return false;
    return true;
}

// The gates of our layers, in their order, out of those of ONNX, and the first axis last.
Tensor reordered(const Tensor& x, const std::vector<std::size_t>& gates) {
    const std::vector<Tensor> parts = split(x, static_cast<Index>(gates.size()));
    std::vector<Tensor> ours;
    for (const std::size_t g : gates) ours.push_back(parts[g]);
    const Tensor joined = concatenate(ours);
    return joined.rank() == 2 ? transpose(joined) : joined;
}

// How one of our layers is made of an operator.
struct Ours {
    std::vector<std::size_t> gates;
    bool two_biases;  // which stay two, as reset_after has it
    std::shared_ptr<RNN> (*make)(Index units, bool bias, bool sequences, bool backwards,
                                 DType dtype);
    SharedLayer (*share)(const std::shared_ptr<RNN>& layer);
};

template <class L, class Options>
std::shared_ptr<RNN> made(Index units, bool bias, bool sequences, bool backwards, DType dtype) {
    return std::make_shared<L>(units, Options{.use_bias = bias,
                                              .return_sequences = sequences,
                                              .go_backwards = backwards,
                                              .dtype = dtype});
}
template <class L>
SharedLayer as(const std::shared_ptr<RNN>& layer) {
    return SharedLayer(std::static_pointer_cast<L>(layer));
}

std::vector<Tensor> weights_of(const OnnxPlace& place, const Ours& ours, std::size_t d) {
    std::vector<Tensor> weights{reordered(row(place.constant(1), d), ours.gates),
                                reordered(row(place.constant(2), d), ours.gates)};
    if (!place.call().has(3)) return weights;
    const std::vector<Tensor> both = split(row(place.constant(3), d), 2);
    const Tensor a = reordered(both[0], ours.gates), b = reordered(both[1], ours.gates);
    weights.push_back(ours.two_biases ? stack({a, b}) : a + b);
    return weights;
}

// The layer's output: (batch, time, directions · units), or (batch, directions · units).
SymbolicTensor connected(const OnnxPlace& place, const Ours& ours, const SymbolicTensor& x,
                         bool sequences) {
    const bool both = directions_of(place.call()) == 2;
    const bool backwards = place.call().text("direction", "forward") == "reverse";
    const Index units = place.constant(2).shape()[2];
    const auto layer =
        ours.make(units, place.call().has(3), sequences, backwards, place.input(0).dtype);
    std::vector<Tensor> weights = weights_of(place, ours, 0);
    if (!both) {
        const SymbolicTensor y = connect(ours.share(layer), {x});
        set_weights(*layer, weights);
        return y;
    }
    const auto pair = std::make_shared<Bidirectional>(layer);
    const SymbolicTensor y = connect(SharedLayer(pair), {x});
    for (const Tensor& weight : weights_of(place, ours, 1)) weights.push_back(weight);
    set_weights(*pair, weights);
    return y;
}

// Either the sequence is needed or the last state, as the exporters write it.
bool recurrence_layer(OnnxPlace& place, const Kind& kind, const Ours& ours) {
    const Call& call = place.call();
    const bool sequences = call.wants(0), state = call.wants(1);
    if (!is_usual(place, kind) || sequences == state || call.wants(2)) return false;
    const bool backwards = call.text("direction", "forward") == "reverse";
    if (backwards && sequences) return false;  // our layer gives the steps in its own order
    const bool batch_first = call.flag("layout");
    if (place.batch_axis(0) != (batch_first ? 0 : 1)) return false;
    const Index directions = static_cast<Index>(directions_of(call));
    const Index units = place.constant(2).shape()[2];
    const SymbolicTensor x = place.batch_first(0);
    const SymbolicTensor y = connected(place, ours, x, sequences);
    if (sequences) {
        // (batch, time, directions, units)
        const Index time = x.spec().shape[1];
        const SymbolicTensor cut = place.reshaped(y, {time, directions, units});
        place.give(0, cut,
                   batch_first ? std::vector<int>{0, 1, 2, 3} : std::vector<int>{1, 2, 0, 3});
    } else {
        const SymbolicTensor cut = place.reshaped(y, {directions, units});
        place.give(1, cut, batch_first ? std::vector<int>{0, 1, 2} : std::vector<int>{1, 0, 2});
    }
    return true;
}

bool lstm_layer(OnnxPlace& place) {
    static const Ours ours{{0, 2, 3, 1}, false, made<LSTM, LSTMOptions>, as<LSTM>};
    return recurrence_layer(place, lstm_kind(), ours);
}
bool gru_layer(OnnxPlace& place) {
    static const Ours ours{{0, 1, 2}, true, made<GRU, GRUOptions>, as<GRU>};
    return place.call().flag("linear_before_reset") && recurrence_layer(place, gru_kind(), ours);
}
bool rnn_layer(OnnxPlace& place) {
    static const Ours ours{{0}, false, made<SimpleRNN, SimpleRNNOptions>, as<SimpleRNN>};
    return recurrence_layer(place, rnn_kind(), ours);
}

constexpr OnnxOperator recurrence_operators[] = {
    {"LSTM", 7, 21, lstm, lstm_layer},
    {"GRU", 7, 21, gru, gru_layer},
    {"RNN", 7, 21, rnn, rnn_layer},
};

}  // namespace

std::span<const OnnxOperator> onnx_recurrences() { return recurrence_operators; }

}  // namespace shikumi::nn::detail
