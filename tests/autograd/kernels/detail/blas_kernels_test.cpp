// OpenBLAS's choice of kernels. Each case runs in a process of its own, since the choice is made
// before the first product.

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <iostream>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include <shikumi/autograd/kernels/detail/blas_kernels.hpp>
#include <shikumi/autograd/kernels/gemm.hpp>
#include <shikumi/autograd/kernels/multiversioning.hpp>

#include "autograd/kernels/detail/loaded_symbol.hpp"
#include "catch.hpp"
#include "support/sanitizers.hpp"

using namespace shikumi;
using kernels::Instructions;
using shikumi_test::contains;
using shikumi_test::loaded_symbol;

namespace {

// Whether OpenBLAS has several sets of kernels, and this processor wider vectors than the oldest.
// ThreadSanitizer has a thread of its own, which can't be told from the host's.
bool can_choose() {
    return !shikumi_test::thread_sanitizer && loaded_symbol<char>("gotoblas_PRESCOTT") &&
           loaded_symbol<char>("gotoblas_HASWELL") &&
           kernels::instructions() != Instructions::baseline;
}

std::string best() {
    const bool wide = kernels::instructions() == Instructions::avx512;
    return wide && loaded_symbol<char>("gotoblas_SKYLAKEX") ? "SkylakeX" : "Haswell";
}

// Lets OpenBLAS take the kernels of this name as if it knew no better.
void force(const char* kernels) {
    setenv("OPENBLAS_CORETYPE", kernels, 1);
    loaded_symbol<void()>("gotoblas_dynamic_quit")();
    loaded_symbol<void()>("gotoblas_dynamic_init")();
    unsetenv("OPENBLAS_CORETYPE");
    REQUIRE(loaded_symbol<char*()>("openblas_get_corename")() == std::string(kernels));
}

// The first product, and then the kernels' name.
void multiply() {
    constexpr std::size_t n = 70;
    std::vector<float> a(n * n), product(n * n);
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<float>(i % 7);
    kernels::multiply({.transpose_b = true, .m = n, .n = n, .k = n}, a.data(), a.data(),
                      product.data());
    for (std::size_t i = 0; i < n; ++i) {
        const auto row = [&](std::size_t r) { return a.begin() + static_cast<Index>(r * n); };
        REQUIRE(product[i] == std::inner_product(row(0), row(1), row(i), 0.0F));
    }
    std::cout << "multiplied by " << loaded_symbol<char*()>("openblas_get_corename")() << std::endl;
}

// What a hidden test case prints in a new process, stderr included.
std::string output_of(const std::string& test_case, const std::string& environment = "") {
    const std::string self = std::filesystem::read_symlink("/proc/self/exe");
    const std::string command =
        "env -u OPENBLAS_CORETYPE " + environment + " '" + self + "' '" + test_case + "' 2>&1";
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    REQUIRE(pipe);
    std::string text;
    std::array<char, 256> buffer{};
    while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe.get()))
        text.append(buffer.data(), n);
    return text;
}

}  // namespace

TEST_CASE("first product", "[.]") { multiply(); }

TEST_CASE("first product after others", "[.]") {
    const char* others = std::getenv("SHIKUMI_TEST_KERNELS");
    if (!others) return;
    force(others);
    multiply();
}

TEST_CASE("first product after Prescott beside a thread", "[.]") {
    force("Prescott");
    std::promise<void> done;
    std::thread other([ready = done.get_future()] { ready.wait(); });
    multiply();
    done.set_value();
    other.join();
}

TEST_CASE("OpenBLAS multiplies by kernels for the processor's vectors", "[kernels]") {
    if (!can_choose()) return;
    const auto after = [](const std::string& others) {
        return output_of("first product after others", "SHIKUMI_TEST_KERNELS=" + others);
    };
    std::vector<std::string> narrow{"Prescott",  "Core2",     "Penryn",       "Dunnington",
                                    "Nehalem",   "Atom",      "Nano",         "Opteron",
                                    "Bobcat",    "Barcelona", "Opteron_SSE3", "Sandybridge",
                                    "Bulldozer", "Piledriver"};
    if (best() == "SkylakeX") narrow.insert(narrow.end(), {"Haswell", "Zen"});
    for (const std::string& others : narrow) {
        std::string table = "gotoblas_" + others;
        std::ranges::transform(table.begin() + 9, table.end(), table.begin() + 9,
                               [](unsigned char c) { return std::toupper(c); });
        if (!loaded_symbol<char>(table.c_str())) continue;
        INFO(others);
        const std::string text = after(others);
        CHECK_THAT(text, contains("multiplied by " + best()) && !contains("shikumi:"));
    }
    const std::string chosen = output_of("first product");
    CHECK_THAT(chosen, !contains("Prescott") && !contains("shikumi:"));
    CHECK_THAT(after(best()), contains("multiplied by " + best()));
    if (best() == "SkylakeX" && loaded_symbol<char>("gotoblas_COOPERLAKE"))
        CHECK_THAT(after("Cooperlake"), contains("multiplied by Cooperlake"));
}

TEST_CASE("a user's own choice of OpenBLAS's kernels stands", "[kernels]") {
    if (!can_choose()) return;
    const std::string text = output_of("first product", "OPENBLAS_CORETYPE=Prescott");
    CHECK_THAT(text, contains("multiplied by Prescott") && !contains("shikumi:"));
}

TEST_CASE("OpenBLAS's kernels stay where another thread may be at a product", "[kernels]") {
    if (!can_choose()) return;
    const std::string text = output_of("first product after Prescott beside a thread");
    CHECK_THAT(text, contains("multiplied by Prescott") &&
                         contains("set OPENBLAS_CORETYPE=" + best() + " in the environment\n"));
}

TEST_CASE("OpenBLAS's kernels have a name", "[kernels]") {
    CHECK(kernels::detail::blas_kernels() != std::string());
}
