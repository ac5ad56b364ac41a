// Function multiversioning: one loop, compiled for several instruction sets. The baseline is that
// of the build and runs everywhere; processors that have wider vectors use them.
#pragma once

#include <cstdint>

#include <shikumi/autograd/core/dtype.hpp>

namespace shikumi::kernels {

/// The instruction sets for which loops are compiled, narrowest vectors first.
enum class Instructions : std::uint8_t {
    baseline,  ///< those of the build
    avx2,      ///< AVX2 and FMA
    avx512,    ///< AVX-512 F, BW, DQ and VL
};

/// The widest instruction set of this processor.
Instructions instructions() noexcept;

namespace detail {

template <class Loop, class Signature = decltype(Loop::run)>
struct Versions;

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpass-failed"  // not every loop can be made wider
#endif

// f(i) for 0 <= i < n, in any order, several at a time: no element depends on another's result.
template <class F>
void vectorized_for(Index n, F f) {
#if defined(__clang__)
#pragma clang loop vectorize(assume_safety)
#else
#pragma GCC ivdep
#endif
    for (Index i = 0; i < n; ++i) f(i);
}

// The same, four vectors a round: for loops so short that counting the rounds would take as long as
// their work.
template <class F>
void unrolled_for(Index n, F f) {
#if defined(__clang__)
#pragma clang loop vectorize(assume_safety) unroll_count(4)
#else
#pragma GCC ivdep
#pragma GCC unroll 4
#endif
    for (Index i = 0; i < n; ++i) f(i);
}

// Flattened: functions that `run` calls become part of it and are compiled for its instructions.
template <class Loop, class Result, class... Arguments>
struct Versions<Loop, Result(Arguments...)> {
    using Function = Result (*)(Arguments...);

    [[gnu::flatten]] static Result baseline(Arguments... a) { return Loop::run(a...); }

#if defined(__x86_64__)
    [[gnu::flatten, gnu::target("avx2,fma")]] static Result avx2(Arguments... a) {
        return Loop::run(a...);
    }
#if defined(__clang__)
    [[gnu::flatten, gnu::target("avx512f,avx512bw,avx512dq,avx512vl,fma")]]
#else
    [[gnu::flatten, gnu::target("avx512f,avx512bw,avx512dq,avx512vl,fma,prefer-vector-width=512")]]
#endif
    static Result
    avx512(Arguments... a) {
        return Loop::run(a...);
    }
#endif

    template <Instructions widest>
    static Function pick(Instructions available) noexcept {
#if defined(__x86_64__)
        if constexpr (widest == Instructions::avx512)
            if (available == Instructions::avx512) return avx512;
        if (available >= Instructions::avx2) return avx2;
#endif
        static_cast<void>(available);
        return baseline;
    }
};

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

}  // namespace detail

/// The version of the static function `Loop::run` for the widest instructions available. Versions
/// may differ in the last bits of their results: processors with FMA round a product and a sum
/// together. Loops that gain nothing from the widest vectors say up to which ones they have
/// versions.
template <class Loop, Instructions widest = Instructions::avx512>
auto multiversioned(Instructions available = instructions()) noexcept {
    return detail::Versions<Loop>::template pick<widest>(available);
}

/// The `run` of a loop for the widest instructions available, where the loop is written for
/// each instruction set in particular, to fill its registers.
template <template <Instructions> class Loop>
auto specialized(Instructions available = instructions()) noexcept {
#if defined(__x86_64__)
    if (available == Instructions::avx512)
        return detail::Versions<Loop<Instructions::avx512>>::avx512;
    if (available == Instructions::avx2) return detail::Versions<Loop<Instructions::avx2>>::avx2;
#endif
    static_cast<void>(available);
    return detail::Versions<Loop<Instructions::baseline>>::baseline;
}

}  // namespace shikumi::kernels
