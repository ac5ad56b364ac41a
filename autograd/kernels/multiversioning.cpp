#include <shikumi/autograd/kernels/multiversioning.hpp>

namespace shikumi::kernels {

namespace {

Instructions detect() noexcept {
#if defined(__x86_64__)
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        return Instructions::baseline;
    const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    return wide ? Instructions::avx512 : Instructions::avx2;
#else
    return Instructions::baseline;
#endif
}

}  // namespace

Instructions instructions() noexcept {
    static const Instructions widest = detect();
    return widest;
}

}  // namespace shikumi::kernels
