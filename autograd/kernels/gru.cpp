#include <shikumi/autograd/kernels/gru.hpp>

#include <algorithm>
#include <limits>

#include <shikumi/autograd/kernels/detail/memory.hpp>
#include <shikumi/autograd/kernels/detail/recurrence.hpp>
#include <shikumi/autograd/kernels/detail/scratch.hpp>
#include <shikumi/autograd/kernels/multiversioning.hpp>
#include <shikumi/autograd/kernels/vector_math.hpp>

namespace shikumi::kernels {

namespace {

using detail::copy;
using detail::each_piece;
using detail::IndexRange;
using detail::Scratch;
using detail::StepLoop;
using detail::StepMatrix;

// h' = z h + (1 - z) n for the sums before z and n
template <class T>
T next_state(T z, T n, T h) {
    return math::sigmoid(z) * h + math::sigmoid(-z) * math::tanh(n);
}

// One sample's step: z = σ(a_z + b_z), r = σ(a_r + b_r), n = tanh(a_n + r b_n),
// h' = z h + (1 - z) n, with a from the inputs and b from the state.
template <class T>
struct GruForward {
    const T *a, *b, *h_before;
    T *tape, *h;

    void operator()(Index u) const {
        T *const z = tape, *const r = tape + u, *const n = tape + 2 * u, *const p = tape + 3 * u;
        detail::vectorized_for(2 * u, [&](Index j) { z[j] = a[j] + b[j]; });
        for (Index j = 0; j < u; ++j) p[j] = b[2 * u + j];
        detail::vectorized_for(u,
                               [&](Index j) { n[j] = a[2 * u + j] + math::sigmoid(r[j]) * p[j]; });
        detail::vectorized_for(u, [&](Index j) { h[j] = next_state(z[j], n[j], h_before[j]); });
    }
};

// h' alone, from the tape.
template <class T>
struct Output {
    const T *tape, *h_before;
    T* h;

    void operator()(Index u) const {
        detail::vectorized_for(
            u, [&](Index j) { h[j] = next_state(tape[j], tape[2 * u + j], h_before[j]); });
    }
};

// One sample's step backward: from dh, the derivative by its output, to ds, those by its sums, and
// to db, those by b. The part of the derivative by h that doesn't pass through b replaces dh.
template <class T>
struct GruBackward {
    const T *tape, *h_before;
    T *dh, *ds, *db;

    void operator()(Index u) const {
        detail::vectorized_for(u, [&](Index j) {
            const auto z = math::sigmoid_with_slope(tape[j]);
            const auto n = math::tanh_with_slope(tape[2 * u + j]);
            ds[j] = dh[j] * (h_before[j] - n.value) * z.slope;
            ds[2 * u + j] = dh[j] * math::sigmoid(-tape[j]) * n.slope;
            dh[j] *= z.value;
        });
        detail::vectorized_for(u, [&](Index j) {
            const auto r = math::sigmoid_with_slope(tape[u + j]);
            ds[u + j] = ds[2 * u + j] * tape[3 * u + j] * r.slope;
            ds[3 * u + j] = ds[2 * u + j] * r.value;
        });
        for (Index j = 0; j < 2 * u; ++j) db[j] = ds[j];
        for (Index j = 0; j < u; ++j) db[2 * u + j] = ds[3 * u + j];
    }
};

// The operations of all steps' products.
double operations(const GruSizes& n) {
    return 6.0 * static_cast<double>(n.steps * n.state()) * static_cast<double>(n.units);
}

}  // namespace

void gru(const GruSizes& n, ConstView inputs, ConstView recurrent, ConstView bias, ConstView h,
         const bool* mask, View tape) {
    const Index u = n.units, state = n.state();
    dispatch_floating(inputs.spec.dtype, [&]<class T>() {
        const auto run = multiversioned<StepLoop<GruForward<T>>>();
        const StepMatrix<T> weights(recurrent.as<T>(), false, u, 3 * u);
        const Scratch<T> from_states(3 * state), states(state);
        copy(h.as<T>(), state, states.data());
        each_piece(n.batch, operations(n), [&](IndexRange samples) {
            T* const from_state = from_states.data() + samples.begin * 3 * u;
            T* const before = states.data() + samples.begin * u;
            for (Index t = 0; t < n.steps; ++t) {
                for (Index row = 0; row < samples.size(); ++row)
                    copy(bias.as<T>(), 3 * u, from_state + row * 3 * u);
                weights.add_product(samples.size(), before, from_state);
                for (Index row = 0; row < samples.size(); ++row) {
                    const Index at = t * n.batch + samples.begin + row;
                    T* const own = before + row * u;
                    if (mask && !mask[at]) {  // σ(∞) = 1 keeps the state, and its derivative too
                        T* const sums = tape.as<T>() + at * 4 * u;
                        std::fill(sums, sums + u, std::numeric_limits<T>::infinity());
                        std::fill(sums + u, sums + 4 * u, T{0});
                        continue;
                    }
                    run({inputs.as<T>() + at * 3 * u, from_state + row * 3 * u, own,
                         tape.as<T>() + at * 4 * u, own},
                        u);
                }
            }
        });
    });
}

void gru_outputs(const GruSizes& n, ConstView tape, ConstView h, View outputs) {
    const Index u = n.units, state = n.state();
    dispatch_floating(tape.spec.dtype, [&]<class T>() {
        const auto run = multiversioned<StepLoop<Output<T>>>();
        for (Index t = 0; t < n.steps; ++t) {
            const T* const before = t == 0 ? h.as<T>() : outputs.as<T>() + (t - 1) * state;
            for (Index row = 0; row < n.batch; ++row)
                run({tape.as<T>() + (t * n.batch + row) * 4 * u, before + row * u,
                     outputs.as<T>() + (t * n.batch + row) * u},
                    u);
        }
    });
}

void gru_gradient(const GruSizes& n, ConstView tape, ConstView outputs, ConstView recurrent,
                  ConstView h, ConstView d, View sums, View state) {
    const Index u = n.units, size = n.state();
    dispatch_floating(tape.spec.dtype, [&]<class T>() {
        const auto run = multiversioned<StepLoop<GruBackward<T>>>();
        const Index depth = n.steps > 1 ? 3 * u : 0;  // a single step passes nothing back
        const StepMatrix<T> weights(recurrent.as<T>(), true, depth, u);
        T* const dh = state.as<T>();
        const Scratch<T> dbs(3 * size);
        std::fill(dh, dh + size, T{0});
        each_piece(n.batch, operations(n), [&](IndexRange samples) {
            T* const db = dbs.data() + samples.begin * 3 * u;
            for (Index t = n.steps - 1; t >= 0; --t) {
                const T* const before = t == 0 ? h.as<T>() : outputs.as<T>() + (t - 1) * size;
                const T* const own = d.as<T>() + t * size;
                for (Index row = samples.begin; row < samples.end; ++row) {
                    const Index at = t * n.batch + row;
                    for (Index j = row * u; j < (row + 1) * u; ++j) dh[j] += own[j];
                    run({tape.as<T>() + at * 4 * u, before + row * u, dh + row * u,
                         sums.as<T>() + at * 4 * u, db + (row - samples.begin) * 3 * u},
                        u);
                }
                if (t > 0) weights.add_product(samples.size(), db, dh + samples.begin * u);
            }
        });
    });
}

}  // namespace shikumi::kernels
