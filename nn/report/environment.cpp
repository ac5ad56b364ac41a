#include <shikumi/nn/report/environment.hpp>

#include <sys/utsname.h>

#include <fstream>
#include <string_view>

#include <shikumi/autograd/kernels/detail/blas_kernels.hpp>
#include <shikumi/autograd/kernels/multiversioning.hpp>
#include <shikumi/autograd/kernels/threads.hpp>

namespace shikumi::nn {

namespace {

// Linux's name of the processor; empty elsewhere.
std::string processor() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("model name")) continue;
        const auto colon = line.find(':');
        if (colon != std::string::npos && colon + 2 < line.size()) return line.substr(colon + 2);
    }
    return {};
}

std::string loops() {
    switch (kernels::instructions()) {
        case kernels::Instructions::avx512:
            return "AVX-512 (F, BW, DQ, VL)";
        case kernels::Instructions::avx2:
            return "AVX2 and FMA";
        case kernels::Instructions::baseline:
            break;
    }
    return "the baseline of the build";
}

std::string compiler() {
#if defined(__clang__)
    return "Clang " __clang_version__;
#elif defined(__GNUC__)
    return "GCC " __VERSION__;
#else
    return "unknown";
#endif
}

}  // namespace

std::vector<std::pair<std::string, std::string>> environment() {
    std::vector<std::pair<std::string, std::string>> all;
    utsname system{};
    uname(&system);
    const std::string cpu = processor();
    all.emplace_back("processor", cpu.empty() ? system.machine : cpu);
    all.emplace_back("loops", loops());
    all.emplace_back("products",
                     std::string("OpenBLAS's kernels for ") + kernels::detail::blas_kernels());
    all.emplace_back("threads", std::to_string(num_threads()));
    all.emplace_back("compiler", compiler());
    all.emplace_back("system", std::string(system.sysname) + " " + system.release);
    return all;
}

}  // namespace shikumi::nn
