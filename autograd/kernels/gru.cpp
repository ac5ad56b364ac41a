#include <shikumi/autograd/kernels/gru.hpp>

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

// One sample's step: z = σ(a_z + b_z), r = σ(a_r + b_r), n = tanh(a_n + r b_n),
// h' = z h + (1 - z) n, with a from the inputs and b from the state.
template <class T>
struct Forward {
    const T *a, *b, *h_before;
    T *tape, *h;

    void operator()(Index u) const {
        T *const z = tape, *const n = tape + 2 * u, *const p = tape + 3 * u;
        detail::each(2 * u, [&](Index j) { z[j] = math::sigmoid(a[j] + b[j]); });
        for (Index j = 0; j < u; ++j) p[j] = b[2 * u + j];
        detail::each(u, [&](Index j) { n[j] = math::tanh(a[2 * u + j] + z[u + j] * p[j]); });
        detail::each(u, [&](Index j) { h[j] = z[j] * h_before[j] + (1 - z[j]) * n[j]; });
    }
};

// h' alone, from the tape.
template <class T>
struct Output {
    const T *tape, *h_before;
    T* h;

    void operator()(Index u) const {
        for (Index j = 0; j < u; ++j)
            h[j] = tape[j] * h_before[j] + (1 - tape[j]) * tape[2 * u + j];
    }
};

// From dh, the derivative by the step's output, to ds, those by its sums, and to db, those by b;
// dh becomes the direct part of the derivative by h.
template <class T>
struct Backward {
    const T *tape, *h_before;
    T *dh, *ds, *db;

    void operator()(Index u) const {
        detail::each(u, [&](Index j) {
            const T z = tape[j], r = tape[u + j], n = tape[2 * u + j], p = tape[3 * u + j];
            const T dn = dh[j] * (1 - z) * (1 - n * n);
            ds[j] = dh[j] * (h_before[j] - n) * z * (1 - z);
            ds[u + j] = dn * p * r * (1 - r);
            ds[2 * u + j] = dn;
            ds[3 * u + j] = dn * r;
            dh[j] *= z;
        });
        for (Index j = 0; j < 2 * u; ++j) db[j] = ds[j];
        for (Index j = 0; j < u; ++j) db[2 * u + j] = ds[3 * u + j];
    }
};

}  // namespace

void gru(const GruSizes& n, ConstView inputs, ConstView recurrent, ConstView bias, ConstView h,
         const bool* mask, View tape) {
    const Index u = n.units, state = n.state();
    const Product product{
        .dtype = inputs.spec.dtype, .m = n.batch, .n = 3 * u, .k = u, .accumulate = true};
    dispatch_floating(inputs.spec.dtype, [&]<class T>() {
        const auto run = widest<StepLoop<Forward<T>>>();
        const Scratch<T> from_state(3 * state), before(state);
        copy(h.as<T>(), state, before.data());
        for (Index t = 0; t < n.steps; ++t) {
            for (Index row = 0; row < n.batch; ++row)
                copy(bias.as<T>(), 3 * u, from_state.data() + row * 3 * u);
            multiply(product, before.data(), recurrent.data, from_state.data());
            each_sample(n.batch, u, [&](Index row) {
                const Index at = t * n.batch + row;
                T* const own = before.data() + row * u;
                if (mask && !mask[at]) {  // z = 1 keeps the state, and its derivative too
                    T* const gates = tape.as<T>() + at * 4 * u;
                    std::fill(gates, gates + u, T{1});
                    std::fill(gates + u, gates + 4 * u, T{0});
                    return;
                }
                run({inputs.as<T>() + at * 3 * u, from_state.data() + row * 3 * u, own,
                     tape.as<T>() + at * 4 * u, own},
                    u);
            });
        }
    });
}

void gru_outputs(const GruSizes& n, ConstView tape, ConstView h, View outputs) {
    const Index u = n.units, state = n.state();
    dispatch_floating(tape.spec.dtype, [&]<class T>() {
        const auto run = widest<StepLoop<Output<T>>>();
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
    const Product product{.dtype = tape.spec.dtype,
                          .transpose_b = true,
                          .m = n.batch,
                          .n = u,
                          .k = 3 * u,
                          .accumulate = true};
    dispatch_floating(tape.spec.dtype, [&]<class T>() {
        const auto run = widest<StepLoop<Backward<T>>>();
        T* const dh = state.as<T>();
        const Scratch<T> db(3 * size);
        std::fill(dh, dh + size, T{0});
        for (Index t = n.steps - 1; t >= 0; --t) {
            const T* const before = t == 0 ? h.as<T>() : outputs.as<T>() + (t - 1) * size;
            const T* const own = d.as<T>() + t * size;
            for (Index j = 0; j < size; ++j) dh[j] += own[j];
            each_sample(n.batch, u, [&](Index row) {
                const Index at = t * n.batch + row;
                run({tape.as<T>() + at * 4 * u, before + row * u, dh + row * u,
                     sums.as<T>() + at * 4 * u, db.data() + row * 3 * u},
                    u);
            });
            if (t > 0) multiply(product, db.data(), recurrent.data, dh);
        }
    });
}

}  // namespace shikumi::kernels
