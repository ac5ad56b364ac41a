#include <shikumi/autograd/kernels/lstm.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include <shikumi/autograd/kernels/gemm.hpp>
#include <shikumi/autograd/kernels/threads.hpp>

namespace shikumi::kernels {

namespace {

template <class T>
T sigmoid(T x) {
    return 1 / (1 + std::exp(-x));
}

// The parts of a tape, each for all steps.
template <class T>
struct Tape {
    Tape(const LstmSizes& n, T* data)
        : gates(data),
          cell(gates + n.steps * 4 * n.state()),
          cell_tanh(cell + n.steps * n.state()),
          output(cell_tanh + n.steps * n.state()) {}
    T *gates, *cell, *cell_tanh, *output;
};

// f(row) for each sample of a step, on the pool.
template <class F>
void each_sample(const LstmSizes& n, F f) {
    constexpr Index block = Index{1} << 12;  // units of one piece of work
    const Index piece = std::max<Index>(1, block / std::max<Index>(1, n.units));
    parallel_pieces(n.batch, piece, [&](Index begin, Index end) {
        for (Index row = begin; row < end; ++row) f(row);
    });
}

// c' = σ(f) c + σ(i) tanh(g), h' = σ(o) tanh(c'); the gates are left in z.
template <class T>
void step_forward(Index u, T* z, const T* c_before, T* c, T* c_tanh, T* h) {
    for (Index j = 0; j < 2 * u; ++j) z[j] = sigmoid(z[j]);
    for (Index j = 2 * u; j < 3 * u; ++j) z[j] = std::tanh(z[j]);
    for (Index j = 3 * u; j < 4 * u; ++j) z[j] = sigmoid(z[j]);
    for (Index j = 0; j < u; ++j) c[j] = z[u + j] * c_before[j] + z[j] * z[2 * u + j];
    for (Index j = 0; j < u; ++j) c_tanh[j] = std::tanh(c[j]);
    for (Index j = 0; j < u; ++j) h[j] = z[3 * u + j] * c_tanh[j];
}

// From dh and dc, the derivatives by the step's output and cell, to those by its gates' sums, dz,
// and by the cell before, which takes the place of dc.
template <class T>
void step_backward(Index u, const T* z, const T* c_before, const T* c_tanh, const T* dh, T* dc,
                   T* dz) {
    for (Index j = 0; j < u; ++j) {
        const T i = z[j], f = z[u + j], g = z[2 * u + j], o = z[3 * u + j], t = c_tanh[j];
        const T d = dc[j] + dh[j] * o * (1 - t * t);
        dz[j] = d * g * i * (1 - i);
        dz[u + j] = d * c_before[j] * f * (1 - f);
        dz[2 * u + j] = d * i * (1 - g * g);
        dz[3 * u + j] = dh[j] * t * o * (1 - o);
        dc[j] = d * f;
    }
}

template <class T>
void copy(const T* from, Index count, T* to) {
    if (count > 0) std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(T));
}

}  // namespace

void lstm(const LstmSizes& n, ConstView inputs, ConstView recurrent, ConstView h, ConstView c,
          View tape) {
    const Index u = n.units, state = n.state();
    const Product product{
        .dtype = inputs.spec.dtype, .m = n.batch, .n = 4 * u, .k = u, .accumulate = true};
    dispatch_floating(inputs.spec.dtype, [&]<class T>() {
        const Tape<T> to(n, tape.as<T>());
        copy(inputs.as<T>(), n.steps * 4 * state, to.gates);
        for (Index t = 0; t < n.steps; ++t) {
            const T* const h_before = t == 0 ? h.as<T>() : to.output + (t - 1) * state;
            const T* const c_before = t == 0 ? c.as<T>() : to.cell + (t - 1) * state;
            multiply(product, h_before, recurrent.data, to.gates + t * 4 * state);
            each_sample(n, [&](Index row) {
                const Index at = t * state + row * u;
                step_forward(u, to.gates + 4 * at, c_before + row * u, to.cell + at,
                             to.cell_tanh + at, to.output + at);
            });
        }
    });
}

void lstm_outputs(const LstmSizes& n, ConstView tape, View out) {
    dispatch_floating(tape.spec.dtype, [&]<class T>() {
        const Tape<const T> from(n, tape.as<T>());
        copy(from.output, n.steps * n.state(), out.as<T>());
        copy(from.cell + (n.steps - 1) * n.state(), n.state(), out.as<T>() + n.steps * n.state());
    });
}

void lstm_gradient(const LstmSizes& n, ConstView tape, ConstView recurrent, ConstView c,
                   ConstView outputs, View gates, View cell) {
    const Index u = n.units, state = n.state();
    const Product product{.dtype = tape.spec.dtype,
                          .transpose_b = true,
                          .m = n.batch,
                          .n = u,
                          .k = 4 * u,
                          .accumulate = true};
    dispatch_floating(tape.spec.dtype, [&]<class T>() {
        const Tape<const T> from(n, tape.as<T>());
        const T* const dout = outputs.as<T>();
        std::vector<T> dh(dout + (n.steps - 1) * state, dout + n.steps * state);
        copy(dout + n.steps * state, state, cell.as<T>());
        for (Index t = n.steps - 1; t >= 0; --t) {
            T* const dz = gates.as<T>() + t * 4 * state;
            const T* const c_before = t == 0 ? c.as<T>() : from.cell + (t - 1) * state;
            each_sample(n, [&](Index row) {
                const Index at = t * state + row * u;
                step_backward(u, from.gates + 4 * at, c_before + row * u, from.cell_tanh + at,
                              dh.data() + row * u, cell.as<T>() + row * u, dz + 4 * row * u);
            });
            if (t == 0) break;
            copy(dout + (t - 1) * state, state, dh.data());
            multiply(product, dz, recurrent.data, dh.data());
        }
    });
}

}  // namespace shikumi::kernels
