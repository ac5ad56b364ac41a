// LSTM, GRU and SimpleRNN, alone, in RNN and in Bidirectional; layers that go over time.
#include <memory>

#include <shikumi/nn/io/detail/c_layers.hpp>
#include <shikumi/nn/layers/recurrent/bidirectional.hpp>

namespace shikumi::nn::detail {

namespace {

// y = x w + b + h u for rows of one sample; b and h may be 0.
constexpr CFunction project{
    "project",
    R"(static void project(float *y, const float *x, const float *w, int n, const float *b, int width)
{
    int i, j;
    for (j = 0; j < width; j++) y[j] = b ? b[j] : 0;
    for (i = 0; i < n; i++)
        for (j = 0; j < width; j++) y[j] += x[i] * w[i * width + j];
}
)"};

// A recurrence reads the steps of x in order, or from the last one where `back`. Its outputs are
// the last one where `all` is 0; all of them where it is 1, as they come; those in the order of x
// where it is 2. `state` has room for 2 units, `gates` for 8.
constexpr CFunction lstm_function{
    "lstm",
    R"(static void lstm(const float *x, float *y, const float *w, const float *u, const float *b, float *gates,
                 float *state, int steps, int n, int units, float (*f)(float),
                 float (*gate)(float), int back, int all)
{
    float *h = state, *c = state + units, *more = gates + 4 * units;
    int t, j;
    for (j = 0; j < 2 * units; j++) state[j] = 0;
    for (t = 0; t < steps; t++) {
        const int at = back ? steps - 1 - t : t;
        project(gates, x + at * n, w, n, b, 4 * units);
        project(more, h, u, units, 0, 4 * units);
        for (j = 0; j < units; j++) {
            const float in = gate(gates[j] + more[j]);
            const float forget = gate(gates[units + j] + more[units + j]);
            const float out = gate(gates[3 * units + j] + more[3 * units + j]);
            c[j] = forget * c[j] + in * f(gates[2 * units + j] + more[2 * units + j]);
            h[j] = out * f(c[j]);
        }
        if (all)
            for (j = 0; j < units; j++) y[(all == 2 ? at : t) * units + j] = h[j];
    }
    if (!all)
        for (j = 0; j < units; j++) y[j] = h[j];
}
)",
    &project};

// Where `after`, the reset acts on the product of the state, which has a bias of its own.
constexpr CFunction gru_function{
    "gru",
    R"(static void gru(const float *x, float *y, const float *w, const float *u, const float *b, float *gates,
                float *state, int steps, int n, int units, float (*f)(float), float (*gate)(float),
                int back, int all, int after)
{
    float *h = state, *reset = state + units, *more = gates + 4 * units;
    const float *own = b && after ? b + 3 * units : 0;
    int t, i, j;
    for (j = 0; j < units; j++) h[j] = 0;
    for (t = 0; t < steps; t++) {
        const int at = back ? steps - 1 - t : t;
        project(gates, x + at * n, w, n, b, 3 * units);
        project(more, h, u, units, own, 3 * units);
        for (j = 0; j < units; j++) reset[j] = gate(gates[units + j] + more[units + j]);
        for (j = 0; j < units; j++) {
            more[2 * units + j] *= reset[j];
            if (after) continue;
            more[2 * units + j] = 0;
            for (i = 0; i < units; i++)
                more[2 * units + j] += reset[i] * h[i] * u[i * 3 * units + 2 * units + j];
        }
        for (j = 0; j < units; j++) {
            const float keep = gate(gates[j] + more[j]);
            h[j] = keep * h[j] + (1 - keep) * f(gates[2 * units + j] + more[2 * units + j]);
        }
        if (all)
            for (j = 0; j < units; j++) y[(all == 2 ? at : t) * units + j] = h[j];
    }
    if (!all)
        for (j = 0; j < units; j++) y[j] = h[j];
}
)",
    &project};

constexpr CFunction simple_function{
    "simple_rnn",
    R"(static void simple_rnn(const float *x, float *y, const float *w, const float *u, const float *b,
                       float *gates, float *state, int steps, int n, int units, float (*f)(float),
                       int back, int all)
{
    float *more = gates + units;
    int t, j;
    for (j = 0; j < units; j++) state[j] = 0;
    for (t = 0; t < steps; t++) {
        const int at = back ? steps - 1 - t : t;
        project(gates, x + at * n, w, n, b, units);
        project(more, state, u, units, 0, units);
        for (j = 0; j < units; j++) state[j] = f(gates[j] + more[j]);
        if (all)
            for (j = 0; j < units; j++) y[(all == 2 ? at : t) * units + j] = state[j];
    }
    if (!all)
        for (j = 0; j < units; j++) y[j] = state[j];
}
)",
    &project};

void refuse_more(const CCall& call) {
    for (const char* const name : {"stateful", "return_state"}) {
        if (call.option<bool>(name)) call.refuse("it has '", name, "'");
    }
}

// Which outputs a recurrence gives, as its function has it.
enum class Steps : int { last, as_they_come, in_order };

void write_recurrence(const CCall& call, const std::string& kind, const CArray& y, bool back,
                      Steps all) {
    const Shape& in = call.input().shape;
    const auto units = call.option<Index>("units");
    const CArray gates = call.program.array({8 * units}), state = call.program.array({2 * units});
    const std::string f = scalar_activation(call, call.option<std::string>("activation")),
                      w = call.weight("kernel"), u = call.weight("recurrent_kernel"),
                      b = call.weight("bias");
    const int reversed = back ? 1 : 0, steps = static_cast<int>(all);
    if (kind == "SimpleRNN") {
        call.program.call(simple_function, call.input(), y, w, u, b, gates, state, in[0], in[1],
                          units, f, reversed, steps);
        return;
    }
    const std::string gate =
        scalar_activation(call, call.option<std::string>("recurrent_activation"));
    if (kind == "LSTM")
        call.program.call(lstm_function, call.input(), y, w, u, b, gates, state, in[0], in[1],
                          units, f, gate, reversed, steps);
    else
        call.program.call(gru_function, call.input(), y, w, u, b, gates, state, in[0], in[1], units,
                          f, gate, reversed, steps, call.option<bool>("reset_after") ? 1 : 0);
}

Steps steps_of(const CCall& call) {
    return call.option<bool>("return_sequences") ? Steps::as_they_come : Steps::last;
}

// "LSTM" for an LSTM, and for an RNN of an LSTMCell, whose options then are the call's.
std::string kind_of(CCall& call) {
    const std::string name = call.layer.class_name();
    if (name != "RNN") return name;
    const Config* const cell = call.options.find("cell");
    const std::string kind = *cell->find("class_name")->text();
    if (kind != "LSTMCell" && kind != "GRUCell" && kind != "SimpleRNNCell")
        call.refuse("there is no C for its cell ", kind);
    const Config options = *cell->find("config");
    for (const auto& [option, value] : *options.object()) call.options.set(option, value);
    return kind.substr(0, kind.size() - 4);
}

void recurrence(const CCall& given) {
    refuse_more(given);
    CCall call = given;
    const std::string kind = kind_of(call);
    write_recurrence(call, kind, call.output, call.option<bool>("go_backwards"), steps_of(call));
}

constexpr CFunction join{
    "join", R"(static void join(const float *a, const float *b, float *y, int rows, int n)
{
    int r, i;
    for (r = 0; r < rows; r++)
        for (i = 0; i < n; i++) {
            y[2 * r * n + i] = a[r * n + i];
            y[(2 * r + 1) * n + i] = b[r * n + i];
        }
}
)"};
constexpr CFunction combine{
    "combine",
    R"(static void combine(const float *a, const float *b, float *y, int n, float sum, float product)
{
    int i;
    for (i = 0; i < n; i++) y[i] = sum * (a[i] + b[i]) + product * a[i] * b[i];
}
)"};

void bidirectional(const CCall& call) {
    const std::vector<Layer*> both = call.layer.inner_layers();
    if (both.size() != 2) call.refuse("it isn't of two layers");
    const auto mode = call.option<MergeMode>("merge_mode");
    if (mode == MergeMode::none) call.refuse("it has two outputs");
    std::vector<CArray> outputs;
    for (std::size_t i = 0; i < both.size(); ++i) {
        CCall inner{*both[i], call.program, call.inputs, {}, both[i]->get_config()};
        refuse_more(inner);
        const std::string kind = kind_of(inner);
        const auto units = inner.option<Index>("units");
        const Steps steps = steps_of(inner);
        outputs.push_back(call.program.array(
            steps == Steps::last ? Shape{units} : Shape{call.input().shape[0], units}));
        // The second one's outputs are turned round.
        const bool turned = i == 1 && steps == Steps::as_they_come;
        write_recurrence(inner, kind, outputs.back(), inner.option<bool>("go_backwards"),
                         turned ? Steps::in_order : steps);
    }
    const Index units = outputs.front().shape.back(), size = outputs.front().size();
    if (mode == MergeMode::concat)
        call.program.call(join, outputs[0], outputs[1], call.output, size / units, units);
    else
        call.program.call(combine, outputs[0], outputs[1], call.output, size,
                          call.number(mode == MergeMode::sum   ? 1
                                      : mode == MergeMode::ave ? 0.5
                                                               : 0),
                          call.number(mode == MergeMode::mul ? 1 : 0));
}

void time_distributed(const CCall& call) {
    const std::vector<Layer*> inner = call.layer.inner_layers();
    if (inner.size() != 1) call.refuse("it isn't of one layer");
    const Index steps = call.input().shape[0];
    const auto step_of = [&](const CArray& all, const std::string& i) {
        const Shape step = without_batch(all.shape);
        return CArray{sentence("(", all.text, " + ", i, " * ", step.size(), ")"), step};
    };
    const std::string i = call.program.begin_loop(steps, {call.input(), call.output});
    const std::vector<CArray> made =
        write_c(call.program, *inner.front(), {step_of(call.input(), i)});
    call.program.copy(made.front(), step_of(call.output, i));
    call.program.end_loop();
}

constexpr CLayer recurrence_layers[] = {{"LSTM", recurrence},
                                        {"GRU", recurrence},
                                        {"SimpleRNN", recurrence},
                                        {"RNN", recurrence},
                                        {"Bidirectional", bidirectional},
                                        {"TimeDistributed", time_distributed}};

}  // namespace

std::span<const CLayer> c_recurrences() { return recurrence_layers; }

}  // namespace shikumi::nn::detail
