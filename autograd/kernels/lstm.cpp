#include <shikumi/autograd/kernels/lstm.hpp>

#include <algorithm>

#include <shikumi/autograd/kernels/detail/recurrence.hpp>
#include <shikumi/autograd/kernels/detail/scratch.hpp>
#include <shikumi/autograd/kernels/gemm.hpp>
#include <shikumi/autograd/kernels/vector_math.hpp>
#include <shikumi/autograd/kernels/widest.hpp>

namespace shikumi::kernels {

namespace {

using detail::copy;
using detail::each_sample;
using detail::Scratch;
using detail::StepLoop;

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

// One sample's step forward: c' = σ(f) c + σ(i) tanh(g), h' = σ(o) tanh(c'). The gates are left
// in z.
template <class T>
struct Forward {
    T* z;
    const T* c_before;
    T *c, *c_tanh, *h;

    void operator()(Index u) const {
        T *const i = z, *const f = z + u, *const g = z + 2 * u, *const o = z + 3 * u;
        for (Index j = 0; j < 2 * u; ++j) i[j] = math::sigmoid(i[j]);
        for (Index j = 0; j < u; ++j) g[j] = math::tanh(g[j]);
        for (Index j = 0; j < u; ++j) o[j] = math::sigmoid(o[j]);
        for (Index j = 0; j < u; ++j) c[j] = f[j] * c_before[j] + i[j] * g[j];
        for (Index j = 0; j < u; ++j) c_tanh[j] = math::tanh(c[j]);
        for (Index j = 0; j < u; ++j) h[j] = o[j] * c_tanh[j];
    }
};

// And backward: from dh and dc, the derivatives by the step's output and cell, to dz, those by its
// gates' sums, and that by the cell before, which takes the place of dc.
template <class T>
struct Backward {
    const T *z, *c_before, *c_tanh, *dh;
    T *dc, *dz;

    void operator()(Index u) const {
        for (Index j = 0; j < u; ++j) dc[j] += dh[j] * z[3 * u + j] * (1 - c_tanh[j] * c_tanh[j]);
        for (Index j = 0; j < u; ++j) {
            const T i = z[j], f = z[u + j], g = z[2 * u + j], o = z[3 * u + j];
            dz[j] = dc[j] * g * i * (1 - i);
            dz[u + j] = dc[j] * c_before[j] * f * (1 - f);
            dz[2 * u + j] = dc[j] * i * (1 - g * g);
            dz[3 * u + j] = dh[j] * c_tanh[j] * o * (1 - o);
        }
        for (Index j = 0; j < u; ++j) dc[j] *= z[u + j];
    }
};

}  // namespace

void lstm(const LstmSizes& n, ConstView inputs, ConstView recurrent, ConstView h, ConstView c,
          const bool* mask, View tape) {
    const Index u = n.units, state = n.state();
    const Product product{
        .dtype = inputs.spec.dtype, .m = n.batch, .n = 4 * u, .k = u, .accumulate = true};
    dispatch_floating(inputs.spec.dtype, [&]<class T>() {
        const auto run = widest<StepLoop<Forward<T>>>();
        const Tape<T> to(n, tape.as<T>());
        copy(inputs.as<T>(), n.steps * 4 * state, to.gates);
        for (Index t = 0; t < n.steps; ++t) {
            const T* const h_before = t == 0 ? h.as<T>() : to.output + (t - 1) * state;
            const T* const c_before = t == 0 ? c.as<T>() : to.cell + (t - 1) * state;
            multiply(product, h_before, recurrent.data, to.gates + t * 4 * state);
            each_sample(n.batch, u, [&](Index row) {
                const Index at = t * state + row * u;
                if (mask && !mask[t * n.batch + row]) {  // as if i = g = o = 0 and f = 1
                    std::fill(to.gates + 4 * at, to.gates + 4 * (at + u), T{0});
                    std::fill(to.gates + 4 * at + u, to.gates + 4 * at + 2 * u, T{1});
                    copy(c_before + row * u, u, to.cell + at);
                    std::fill(to.cell_tanh + at, to.cell_tanh + at + u, T{0});
                    copy(h_before + row * u, u, to.output + at);
                    return;
                }
                run({to.gates + 4 * at, c_before + row * u, to.cell + at, to.cell_tanh + at,
                     to.output + at},
                    u);
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
                   const bool* mask, ConstView outputs, View gates, View cell, View output) {
    const Index u = n.units, state = n.state();
    const Product product{.dtype = tape.spec.dtype,
                          .transpose_b = true,
                          .m = n.batch,
                          .n = u,
                          .k = 4 * u,
                          .accumulate = true};
    dispatch_floating(tape.spec.dtype, [&]<class T>() {
        const auto run = widest<StepLoop<Backward<T>>>();
        const Tape<const T> from(n, tape.as<T>());
        const T* const dout = outputs.as<T>();
        const Scratch<T> dh(state);
        copy(dout + (n.steps - 1) * state, state, dh.data());
        copy(dout + n.steps * state, state, cell.as<T>());
        // Whether a step is masked: the state before it is the one after it, as is its derivative.
        const auto kept = [&](Index t, Index row) { return mask && !mask[t * n.batch + row]; };
        for (Index t = n.steps - 1; t >= 0; --t) {
            T* const dz = gates.as<T>() + t * 4 * state;
            const T* const c_before = t == 0 ? c.as<T>() : from.cell + (t - 1) * state;
            each_sample(n.batch, u, [&](Index row) {
                const Index at = t * state + row * u;
                run({from.gates + 4 * at, c_before + row * u, from.cell_tanh + at,
                     dh.data() + row * u, cell.as<T>() + row * u, dz + 4 * row * u},
                    u);
            });
            if (t == 0) break;
            const T* const read = dout + (t - 1) * state;
            for (Index row = 0; row < n.batch; ++row) {
                T* const own = dh.data() + row * u;
                if (kept(t, row))
                    for (Index j = 0; j < u; ++j) own[j] += read[row * u + j];
                else
                    copy(read + row * u, u, own);
            }
            multiply(product, dz, recurrent.data, dh.data());
        }
        for (Index row = 0; row < n.batch; ++row) {
            if (!kept(0, row)) std::fill_n(dh.data() + row * u, u, T{0});
        }
        copy(dh.data(), state, output.as<T>());
    });
}

}  // namespace shikumi::kernels
