// What the kernels of recurrent layers share.
#pragma once

#include <algorithm>
#include <cstring>

#include <shikumi/autograd/kernels/threads.hpp>

namespace shikumi::kernels::detail {

/// f(row) for each sample of a step, on the pool.
template <class F>
void each_sample(Index batch, Index units, F f) {
    constexpr Index block = Index{1} << 12;  // units of one piece of work
    const Index piece = std::max<Index>(1, block / std::max<Index>(1, units));
    parallel_pieces(batch, piece, [&](Index begin, Index end) {
        for (Index row = begin; row < end; ++row) f(row);
    });
}

/// One sample's step, as `widest` wants it.
template <class Step>
struct StepLoop {
    static void run(const Step& step, Index units) { step(units); }
};

template <class T>
void copy(const T* from, Index count, T* to) {
    if (count > 0) std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(T));
}

}  // namespace shikumi::kernels::detail
