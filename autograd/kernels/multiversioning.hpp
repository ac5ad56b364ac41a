// One loop, compiled for several instruction sets: the build's own, which runs everywhere, and
// wider ones for the processors that have them.
#pragma once

#include <cstdint>

#include <shikumi/autograd/core/dtype.hpp>

namespace shikumi::kernels {

enum class Instructions : std::uint8_t { baseline, avx2, avx512 };

/// The widest ones that this processor has.
Instructions instructions() noexcept;

namespace detail {

template <class Loop, class Signature = decltype(Loop::run)>
struct Versions;

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpass-failed"  // not every loop can be made wider
#endif

// f(i) for 0 <= i < n, in any order, several at a time: no element depends on another one's result.
template <class F>
void each(Index n, F f) {
#if defined(__clang__)
#pragma clang loop vectorize(assume_safety)
#else
#pragma GCC ivdep
#endif
    for (Index i = 0; i < n; ++i) f(i);
}

// Flattened: what `run` calls becomes part of it, and so wider with it.
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

    static Function pick(Instructions available) noexcept {
#if defined(__x86_64__)
        if (available == Instructions::avx512) return avx512;
        if (available == Instructions::avx2) return avx2;
#endif
        static_cast<void>(available);
        return baseline;
    }
};

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

}  // namespace detail

/// The static function `Loop::run`, compiled for the widest instructions that are available. Its
/// results may differ between versions in the last bits: products and sums are rounded together
/// where the processor can do that.
template <class Loop>
auto multiversioned(Instructions available = instructions()) noexcept {
    return detail::Versions<Loop>::pick(available);
}

/// The same for a loop that is written for particular instructions, to fill their registers:
/// `Loop<Instructions>::run` for the widest ones.
template <template <Instructions> class Loop>
auto multiversioned_own(Instructions available = instructions()) noexcept {
#if defined(__x86_64__)
    if (available == Instructions::avx512)
        return detail::Versions<Loop<Instructions::avx512>>::avx512;
    if (available == Instructions::avx2) return detail::Versions<Loop<Instructions::avx2>>::avx2;
#endif
    static_cast<void>(available);
    return detail::Versions<Loop<Instructions::baseline>>::baseline;
}

}  // namespace shikumi::kernels
