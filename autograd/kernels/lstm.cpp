#include <shikumi/autograd/kernels/lstm.hpp>

#include <algorithm>
#include <limits>

#include <shikumi/autograd/kernels/detail/memory.hpp>
#include <shikumi/autograd/kernels/detail/recurrence.hpp>
#include <shikumi/autograd/kernels/multiversioning.hpp>
#include <shikumi/autograd/kernels/vector_math.hpp>

namespace shikumi::kernels {

namespace {

using detail::copy;
using detail::each_piece;
using detail::IndexRange;
using detail::StepLoop;
using detail::StepMatrix;

// The parts of a tape, each for all steps.
template <class T>
struct Tape {
    Tape(const LstmSizes& n, T* data) : sums(data), cell(sums + n.steps * 4 * n.state()) {}
    T *sums, *cell;
};

// One sample's step forward: c' = σ(f) c + σ(i) tanh(g), h' = σ(o) tanh(c').
template <class T>
struct LstmForward {
    const T *z, *c_before;
    T *c, *h;

    void operator()(Index u) const {
        const T *const i = z, *const f = z + u, *const g = z + 2 * u, *const o = z + 3 * u;
        detail::vectorized_for(u, [&](Index j) {
            c[j] = math::sigmoid(f[j]) * c_before[j] + math::sigmoid(i[j]) * math::tanh(g[j]);
        });
        detail::vectorized_for(u, [&](Index j) { h[j] = math::sigmoid(o[j]) * math::tanh(c[j]); });
    }
};

// One sample's step backward: from dh and dc, the derivatives by the step's output and cell, to dz,
// those by its gates' sums. The derivative by the cell before the step replaces dc.
template <class T>
struct LstmBackward {
    const T *z, *c_before, *c, *dh;
    T *dc, *dz;

    void operator()(Index u) const {
        detail::vectorized_for(u, [&](Index j) {
            const auto o = math::sigmoid_with_slope(z[3 * u + j]);
            const auto out = math::tanh_with_slope(c[j]);
            dz[3 * u + j] = dh[j] * out.value * o.slope;
            dc[j] += dh[j] * o.value * out.slope;
        });
        detail::vectorized_for(u, [&](Index j) {
            const auto i = math::sigmoid_with_slope(z[j]);
            const auto g = math::tanh_with_slope(z[2 * u + j]);
            dz[j] = dc[j] * g.value * i.slope;
            dz[2 * u + j] = dc[j] * i.value * g.slope;
        });
        detail::vectorized_for(u, [&](Index j) {
            const auto f = math::sigmoid_with_slope(z[u + j]);
            dz[u + j] = dc[j] * c_before[j] * f.slope;
            dc[j] *= f.value;
        });
    }
};

// The operations of all steps' products.
double operations(const LstmSizes& n) {
    return 8.0 * static_cast<double>(n.steps * n.state()) * static_cast<double>(n.units);
}

}  // namespace

void lstm(const LstmSizes& n, ConstView inputs, ConstView recurrent, ConstView h, ConstView c,
          const bool* mask, View outputs, View tape) {
    const Index u = n.units, state = n.state();
    dispatch_floating(inputs.spec.dtype, [&]<class T>() {
        const auto run = multiversioned<StepLoop<LstmForward<T>>>();
        const StepMatrix<T> weights(recurrent.as<T>(), false, u, 4 * u);
        const Tape<T> to(n, tape.as<T>());
        T* const output = outputs.as<T>();
        each_piece(n.batch, operations(n), [&](IndexRange samples) {
            for (Index t = 0; t < n.steps; ++t) {
                const T* const h_before = t == 0 ? h.as<T>() : output + (t - 1) * state;
                const T* const c_before = t == 0 ? c.as<T>() : to.cell + (t - 1) * state;
                const Index first = t * state + samples.begin * u;
                copy(inputs.as<T>() + 4 * first, 4 * samples.size() * u, to.sums + 4 * first);
                weights.add_product(samples.size(), h_before + samples.begin * u,
                                    to.sums + 4 * first);
                for (Index row = samples.begin; row < samples.end; ++row) {
                    const Index at = t * state + row * u;
                    T* const z = to.sums + 4 * at;
                    if (mask && !mask[t * n.batch + row]) {  // as if σ(i) = σ(o) = 0 and σ(f) = 1
                        constexpr T far = std::numeric_limits<T>::infinity();
                        std::fill(z, z + 4 * u, -far);
                        std::fill(z + u, z + 2 * u, far);
                        copy(c_before + row * u, u, to.cell + at);
                        copy(h_before + row * u, u, output + at);
                        continue;
                    }
                    run({z, c_before + row * u, to.cell + at, output + at}, u);
                }
            }
            const Index last = (n.steps - 1) * state + samples.begin * u;
            copy(to.cell + last, samples.size() * u, output + last + state);
        });
    });
}

void lstm_gradient(const LstmSizes& n, ConstView tape, ConstView recurrent, ConstView c,
                   const bool* mask, ConstView outputs, View gates, View cell, View output) {
    const Index u = n.units, state = n.state();
    dispatch_floating(tape.spec.dtype, [&]<class T>() {
        const auto run = multiversioned<StepLoop<LstmBackward<T>>>();
        const Index depth = n.steps > 1 ? 4 * u : 0;  // a single step passes nothing back
        const StepMatrix<T> weights(recurrent.as<T>(), true, depth, u);
        const Tape<const T> from(n, tape.as<T>());
        const T* const dout = outputs.as<T>();
        T *const dh = output.as<T>(), *const dc = cell.as<T>();
        copy(dout + (n.steps - 1) * state, state, dh);
        copy(dout + n.steps * state, state, dc);
        // Whether a step is masked: the state before it is the one after it, as is its derivative.
        const auto kept = [&](Index t, Index row) { return mask && !mask[t * n.batch + row]; };
        each_piece(n.batch, operations(n), [&](IndexRange samples) {
            for (Index t = n.steps - 1; t >= 0; --t) {
                T* const dz = gates.as<T>() + t * 4 * state;
                const T* const c_before = t == 0 ? c.as<T>() : from.cell + (t - 1) * state;
                for (Index row = samples.begin; row < samples.end; ++row) {
                    const Index at = t * state + row * u;
                    run({from.sums + 4 * at, c_before + row * u, from.cell + at, dh + row * u,
                         dc + row * u, dz + 4 * row * u},
                        u);
                    // The derivative by the output before that doesn't pass through the weights.
                    T* const own = dh + row * u;
                    if (!kept(t, row)) std::fill(own, own + u, T{0});
                    if (t == 0) continue;
                    const T* const read = dout + (t - 1) * state + row * u;
                    for (Index j = 0; j < u; ++j) own[j] += read[j];
                }
                if (t > 0)
                    weights.add_product(samples.size(), dz + 4 * samples.begin * u,
                                        dh + samples.begin * u);
            }
        });
    });
}

}  // namespace shikumi::kernels
