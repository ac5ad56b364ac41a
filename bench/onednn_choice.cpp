// Times f32 products by OpenBLAS and by oneDNN on one thread and writes a table of the sizes for
// which oneDNN takes at most a given fraction of OpenBLAS's time. `onednn_choice 0.8
// >onednn_choice.hpp` makes autograd/kernels/detail/onednn_choice.hpp. Each measurement is printed
// to stderr.
#include <cblas.h>
#include <oneapi/dnnl/dnnl_version.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <shikumi/autograd/kernels/detail/blas_kernels.hpp>
#include <shikumi/autograd/kernels/detail/onednn.hpp>

using namespace shikumi;
using kernels::Product;
using kernels::detail::onednn_classes;

namespace {

// m, n and k in sixteenths of the smallest size of their class (users have sizes that are no powers
// of two), and the row stride of B and C in multiples of their width.
struct Sample {
    Index m, n, k, wider;
};
constexpr Sample kSamples[]{{16, 16, 16, 1}, {28, 28, 20, 1}, {16, 28, 25, 4}, {25, 16, 28, 4}};
constexpr double kLeast = 1e7;  // operations; the library asks oneDNN for no smaller product
constexpr double kMost = 2e9;   // beyond this size, both libraries are at their best

double operations(const Product& p) {
    return 2.0 * static_cast<double>(p.m) * static_cast<double>(p.n) * static_cast<double>(p.k);
}

Product product(int form, int m, int n, int k, const Sample& s) {
    const auto side = [](int i, Index sixteenths) { return (Index{8} << i) * sixteenths / 16; };
    Product p{.transpose_a = form == 2,
              .transpose_b = form == 1,
              .m = side(m, s.m),
              .n = side(n, s.n),
              .k = side(k, s.k)};
    p.lda = p.transpose_a ? p.m : p.k;
    p.ldb = (p.transpose_b ? p.k : p.n) * (p.transpose_b ? 1 : s.wider);
    p.ldc = p.n * s.wider;
    return p;
}

void by_openblas(const Product& p, const float* a, const float* b, float* c) {
    cblas_sgemm(CblasRowMajor, p.transpose_a ? CblasTrans : CblasNoTrans,
                p.transpose_b ? CblasTrans : CblasNoTrans, static_cast<int>(p.m),
                static_cast<int>(p.n), static_cast<int>(p.k), 1, a, static_cast<int>(p.lda), b,
                static_cast<int>(p.ldb), 0, c, static_cast<int>(p.ldc));
}

// Mean seconds of one call.
template <class F>
double once(int calls, F f) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; ++i) f();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / calls;
}

// oneDNN's best time divided by OpenBLAS's, of several rounds in turn.
double ratio(const Product& p) {
    const auto filled = [](Index size) {
        std::vector<float> values(static_cast<std::size_t>(size));
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<float>(i * 7919 % 1024) / 1024;
        return values;
    };
    const std::vector<float> a = filled(p.lda * (p.transpose_a ? p.k : p.m)),
                             b = filled(p.ldb * (p.transpose_b ? p.n : p.k));
    std::vector<float> c = filled(p.ldc * p.m);
    const auto blas = [&] { by_openblas(p, a.data(), b.data(), c.data()); };
    const auto onednn = [&] {
        if (!kernels::detail::multiply_by_onednn(p, a.data(), b.data(), c.data())) std::exit(1);
    };
    const int calls = std::max(1, static_cast<int>(2e8 / operations(p)));
    double best_blas = once(1, blas), best_onednn = once(1, onednn);
    for (int round = 0; round < 9; ++round) {
        best_blas = std::min(best_blas, once(calls, blas));
        best_onednn = std::min(best_onednn, once(calls, onednn));
    }
    std::cerr << (p.transpose_a   ? "TN "
                  : p.transpose_b ? "NT "
                                  : "NN ")
              << p.m << ' ' << p.n << ' ' << p.k << " in rows of " << p.ldc << ": OpenBLAS "
              << 1e6 * best_blas << " us, oneDNN " << 1e6 * best_onednn << ", ratio "
              << best_onednn / best_blas << '\n';
    return best_onednn / best_blas;
}

// True if oneDNN takes at most `enough` of OpenBLAS's time on average, and (1 + enough) / 2 of it
// at each sample.
bool clearly_faster(int form, int m, int n, int k, double enough) {
    double logarithms = 0;
    int count = 0;
    for (const Sample& s : kSamples) {
        const Product p = product(form, m, n, k, s);
        if (operations(p) < kLeast || operations(p) > kMost) continue;
        const double r = ratio(p);
        if (r > (1 + enough) / 2) return false;
        logarithms += std::log(r);
        ++count;
    }
    return count > 0 && std::exp(logarithms / count) <= enough;
}

std::string openblas_version() {
    std::istringstream words(openblas_get_config());
    std::string name, version;
    words >> name >> version;
    return version;
}

std::string processor() {
    std::ifstream lines("/proc/cpuinfo");
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    return "unknown processor";
}

}  // namespace

int main(int argc, char** argv) {
    const double enough = argc > 1 ? std::atof(argv[1]) : 0.8;
    openblas_set_num_threads(1);
    std::cout << "// Written by `bench/onednn_choice " << enough << "` on an " << processor()
              << ", OpenBLAS " << openblas_version() << " (its " << kernels::detail::blas_kernels()
              << " kernels),\n// oneDNN " << DNNL_VERSION_MAJOR << '.' << DNNL_VERSION_MINOR << '.'
              << DNNL_VERSION_PATCH << R"(.
#pragma once

#include <string_view>

namespace shikumi::kernels::detail {

// A 'd' marks the sizes for which oneDNN takes at most )"
              << enough << R"( of OpenBLAS's time, for A·B, A·Bᵀ
// and Aᵀ·B in turn. Each m has a row, each n a group, each k a letter. The first class holds the
// sizes 8 to 15, the next 16 to 31, and so on; the last holds all from )"
              << (8 << (onednn_classes - 1)) << R"( on.
inline constexpr std::string_view onednn_choice[3][)"
              << onednn_classes << "]{\n";
    for (int form = 0; form < 3; ++form) {
        std::cout << "    {\n";
        for (int m = 0; m < onednn_classes; ++m) {
            std::cout << "        \"";
            for (int n = 0; n < onednn_classes; ++n) {
                for (int k = 0; k < onednn_classes; ++k)
                    std::cout << (clearly_faster(form, m, n, k, enough) ? 'd' : '.');
                std::cout << (n + 1 < onednn_classes ? " " : "\",\n") << std::flush;
            }
        }
        std::cout << "    },\n";
    }
    std::cout << "};\n\n}  // namespace shikumi::kernels::detail\n";
}
