// GradBench's lstm, from ADBench: layers of LSTM cells whose gates see one number of their input or
// of their state, each with a weight and a bias of its own. The network predicts each vector of a
// sequence from those before it; the loss is the mean of -y (p - log(2 + Σ exp p)) over all
// elements, and the gradient is by the cells' weights and by those in front of the first and behind
// the last.
//
//     forget = σ(x w₀ + b₀), in = σ(h w₁ + b₁), out = σ(x w₂ + b₂), change = tanh(h w₃ + b₃)
//     c ← forget c + in change, h ← out tanh c
#include <array>
#include <cmath>

#include "by_shikumi.hpp"
#include "differences.hpp"
#include "draws.hpp"

using namespace shikumi;

namespace gradbench {

namespace {

struct NetworkWeights {
    Tensor main;   // (layers, weight and bias, gate, width)
    Tensor extra;  // (scale of the input, scale and offset of the output; width)
};

// `state`: (layers, h and c, width); `sequence`: (steps, width).
Tensor prediction_loss(const NetworkWeights& w, const Tensor& state, const Tensor& sequence) {
    const Index layers = w.main.shape()[0], steps = sequence.shape()[0];
    std::vector<Tensor> weight, bias, h, c, outputs;
    for (Index l = 0; l < layers; ++l) {
        weight.push_back(w.main[{l, 0}]);
        bias.push_back(w.main[{l, 1}]);
        h.push_back(state[{l, 0}]);
        c.push_back(state[{l, 1}]);
    }
    const Tensor inputs = sequence * w.extra[0];
    for (Index t = 0; t + 1 < steps; ++t) {
        Tensor x = inputs[t];
        for (std::size_t l = 0; l < h.size(); ++l) {
            const Tensor gates = stack({x, h[l], x, h[l]}) * weight[l] + bias[l];
            c[l] = sigmoid(gates[0]) * c[l] + sigmoid(gates[1]) * tanh(gates[3]);
            x = h[l] = sigmoid(gates[2]) * tanh(c[l]);
        }
        outputs.push_back(x);
    }
    const Tensor p = stack(outputs) * w.extra[1] + w.extra[2];
    const Tensor logs = log(2 + sum(exp(p), 1, true));
    return -mean(sequence[Slice{1}] * (p - logs));
}

struct DiagonalLstm {
    int layers, width, steps;
    Numbers state, sequence;

    // What a cell computed in one step for one element, kept for the way back.
    struct Cell {
        double x, h, c, forget, in, out, change, bent;  // bent = tanh of the new c
    };
    static double sigma(double x) { return 1 / (1 + std::exp(-x)); }

    int main_size() const { return layers * 8 * width; }
    // The loss. `cells` gets those of each step, layer and element, `p` each step's prediction, and
    // `sums` its 2 + Σ exp p.
    double forward(const Numbers& parameters, std::vector<Cell>& cells, Numbers& p,
                   Numbers& sums) const {
        const double *main = parameters.data(), *extra = main + main_size();
        Numbers now = state, x(width);
        cells.resize((steps - 1) * layers * width);
        p.resize((steps - 1) * width);
        sums.assign(steps - 1, 2);
        double total = 0;
        Cell* next = cells.data();
        for (int t = 0; t + 1 < steps; ++t) {
            for (int j = 0; j < width; ++j) x[j] = sequence[t * width + j] * extra[j];
            for (int l = 0; l < layers; ++l) {
                const double *w = main + l * 8 * width, *b = w + 4 * width;
                double *h = &now[l * 2 * width], *c = h + width;
                for (int j = 0; j < width; ++j, ++next) {
                    Cell& cell = *next;
                    cell.x = x[j];
                    cell.h = h[j];
                    cell.c = c[j];
                    cell.forget = sigma(x[j] * w[j] + b[j]);
                    cell.in = sigma(h[j] * w[width + j] + b[width + j]);
                    cell.out = sigma(x[j] * w[2 * width + j] + b[2 * width + j]);
                    cell.change = std::tanh(h[j] * w[3 * width + j] + b[3 * width + j]);
                    c[j] = cell.forget * c[j] + cell.in * cell.change;
                    cell.bent = std::tanh(c[j]);
                    x[j] = h[j] = cell.out * cell.bent;
                }
            }
            for (int j = 0; j < width; ++j) {
                p[t * width + j] = x[j] * extra[width + j] + extra[2 * width + j];
                sums[t] += std::exp(p[t * width + j]);
            }
            for (int j = 0; j < width; ++j)
                total += sequence[(t + 1) * width + j] * (p[t * width + j] - std::log(sums[t]));
        }
        return -total / ((steps - 1) * width);
    }
    double objective(const Numbers& parameters) const {
        std::vector<Cell> cells;
        Numbers p, sums;
        return forward(parameters, cells, p, sums);
    }
    Derivatives gradient(const Numbers& parameters) const {
        const double *main = parameters.data(), *extra = main + main_size();
        std::vector<Cell> cells;
        Numbers p, sums;
        forward(parameters, cells, p, sums);
        Numbers by_main(main_size()), by_extra(3 * width);
        Numbers h_bar(layers * width), c_bar(layers * width), x_bar(width);
        const double each = -1.0 / ((steps - 1) * width);
        for (int t = steps - 2; t >= 0; --t) {
            const double* target = &sequence[(t + 1) * width];
            double targets = 0;
            for (int j = 0; j < width; ++j) targets += target[j];
            const Cell* last = &cells[(t * layers + layers - 1) * width];
            for (int j = 0; j < width; ++j) {
                const double p_bar =
                    each * (target[j] - targets * std::exp(p[t * width + j]) / sums[t]);
                by_extra[width + j] += p_bar * last[j].out * last[j].bent;
                by_extra[2 * width + j] += p_bar;
                x_bar[j] = p_bar * extra[width + j];
            }
            for (int l = layers - 1; l >= 0; --l) {
                const double* w = main + l * 8 * width;
                double *by_w = &by_main[l * 8 * width], *by_b = by_w + 4 * width;
                for (int j = 0; j < width; ++j) {
                    const Cell& cell = cells[(t * layers + l) * width + j];
                    double &h = h_bar[l * width + j], &c = c_bar[l * width + j];
                    h += x_bar[j];
                    c += h * cell.out * (1 - cell.bent * cell.bent);
                    const std::array bars{c * cell.c * cell.forget * (1 - cell.forget),
                                          c * cell.change * cell.in * (1 - cell.in),
                                          h * cell.bent * cell.out * (1 - cell.out),
                                          c * cell.in * (1 - cell.change * cell.change)};
                    const std::array seen{cell.x, cell.h, cell.x, cell.h};
                    for (int gate = 0; gate < 4; ++gate) {
                        by_w[gate * width + j] += bars[gate] * seen[gate];
                        by_b[gate * width + j] += bars[gate];
                    }
                    x_bar[j] = bars[0] * w[j] + bars[2] * w[2 * width + j];
                    h = bars[1] * w[width + j] + bars[3] * w[3 * width + j];
                    c *= cell.forget;
                }
            }
            for (int j = 0; j < width; ++j) by_extra[j] += x_bar[j] * sequence[t * width + j];
        }
        return {by_main, by_extra};
    }
};

}  // namespace

Problem diagonal_lstm(Size size) {
    Draws draws(4);
    DiagonalLstm network{2, 3, 5, {}, {}};
    if (size == Size::full) network = {2, 14, 256, {}, {}};
    const int layers = network.layers, width = network.width, steps = network.steps;
    network.state = draws.normals(layers * 2 * width);
    for (int i = 0; i < steps * width; ++i) network.sequence.push_back(draws.below(2));
    const Numbers main = draws.normals(network.main_size()), extra = draws.normals(3 * width);
    const Numbers flat = joined({main, extra});

    Problem problem{.name = "lstm",
                    .size = std::to_string(steps) + " steps, " + std::to_string(layers) +
                            " layers of " + std::to_string(width)};
    set_by_shikumi(problem, grad(prediction_loss),
                   NetworkWeights{tensor(main, {layers, 2, 4, width}), tensor(extra, {3, width})},
                   tensor(network.state, {layers, 2, width}),
                   tensor(network.sequence, {steps, width}));
    problem.by_hand = [=] { return network.gradient(flat); };
    problem.by_differences = [=] {
        return cut(
            gradient_by_differences([&](const Numbers& w) { return network.objective(w); }, flat),
            {network.main_size(), 3 * width});
    };
    return problem;
}

}  // namespace gradbench
