// Flush-to-zero: denormal numbers cost a hundred cycles each and carry nothing a network needs.
#pragma once

#include <cstdint>

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace shikumi::kernels {

/// While it lives, this thread takes denormal floats for zero, read or computed; then the caller's
/// mode is back. Does nothing on processors whose mode it doesn't know.
class FlushDenormals {
public:
    FlushDenormals() noexcept : before_(mode()) { set_mode(before_ | flush); }
    ~FlushDenormals() { set_mode(before_); }
    FlushDenormals(const FlushDenormals&) = delete;
    FlushDenormals& operator=(const FlushDenormals&) = delete;

private:
#if defined(__SSE__)
    using Mode = unsigned;
    static constexpr Mode flush = 0x8040;  // FTZ for results, DAZ for operands
    static Mode mode() noexcept { return _mm_getcsr(); }
    static void set_mode(Mode m) noexcept { _mm_setcsr(m); }
#elif defined(__aarch64__)
    using Mode = std::uint64_t;
    static constexpr Mode flush = Mode{1} << 24;  // FZ, for both
    static Mode mode() noexcept {
        Mode m;
        asm volatile("mrs %0, fpcr" : "=r"(m));
        return m;
    }
    static void set_mode(Mode m) noexcept { asm volatile("msr fpcr, %0" : : "r"(m)); }
#else
    using Mode = unsigned;
    static constexpr Mode flush = 0;
    static Mode mode() noexcept { return 0; }
    static void set_mode(Mode) noexcept {}
#endif

    Mode before_;
};

}  // namespace shikumi::kernels
