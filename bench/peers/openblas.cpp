// A lower bound: OpenBLAS's time for the matrix products of a training step alone. The fastest of
// several ways to divide these products counts.
#include <cblas.h>
#include <omp.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "program.hpp"

namespace {

constexpr std::string_view kUsage =
    "w1 w2 w3 w4 w5 w7: the products of a training step; hello: one product; info: OpenBLAS's "
    "version and kernels";

std::vector<float> drawn(std::size_t size) {
    static std::minstd_rand bits;
    std::uniform_real_distribution<float> value(-0.5F, 0.5F);
    std::vector<float> v(size);
    for (float& x : v) x = value(bits);
    return v;
}

enum class Form { plain, left_transposed, right_transposed };

// C (m, n) = A B, or C += A B, `times` times in a row.
struct Product {
    Form form;
    int m, n, k;
    int times = 1;
    float keep = 0;
    std::vector<float> a = drawn(static_cast<std::size_t>(m) * k);
    std::vector<float> b = drawn(static_cast<std::size_t>(k) * n);
    std::vector<float> c = std::vector<float>(static_cast<std::size_t>(m) * n);

    // Computes the part of C of size (rows, columns) that begins at (row, column).
    void multiply(int row, int rows, int column, int columns) {
        const bool left = form == Form::left_transposed, right = form == Form::right_transposed;
        const std::size_t skipped_rows = row, skipped_columns = column;
        cblas_sgemm(CblasRowMajor, left ? CblasTrans : CblasNoTrans,
                    right ? CblasTrans : CblasNoTrans, rows, columns, k, 1,
                    a.data() + skipped_rows * (left ? 1 : k), left ? m : k,
                    b.data() + skipped_columns * (right ? k : 1), right ? k : n, keep,
                    c.data() + skipped_rows * n + skipped_columns, n);
    }
    void by_openblas() {
        for (int i = 0; i < times; ++i) multiply(0, m, 0, n);
    }
    // Divides the larger side of C among the threads; OpenBLAS's OpenMP build then uses one thread
    // in each. Small products stay undivided.
    void divided(int threads) {
        if (2e-6 * m * n * k < 1) return by_openblas();
        const bool by_rows = m > n;
        const int side = by_rows ? m : n;
        const int share = ((side + threads - 1) / threads + 15) / 16 * 16;
        for (int i = 0; i < times; ++i) {
#pragma omp parallel num_threads(threads)
            {
                const int begin = std::min(side, omp_get_thread_num() * share);
                const int size = std::min(side - begin, share);
                if (size > 0 && by_rows) multiply(begin, size, 0, n);
                if (size > 0 && !by_rows) multiply(0, m, begin, size);
            }
        }
    }
};

using Products = std::vector<Product>;

// The forward pass, the gradient of the weights and, except in the first layer, of the input.
void dense(Products& p, int batch, int in, int out, bool first = false) {
    p.push_back({Form::plain, batch, out, in});
    p.push_back({Form::left_transposed, in, out, batch});
    if (!first) p.push_back({Form::right_transposed, batch, in, out});
}

// The images in one product of a convolution.
enum class Unfolded { image, batch };

// A 3x3 convolution as products with the unfolded input. The unfolding itself is not timed.
void convolution(Products& p, Unfolded how, int images, int in, int out, int pixels,
                 bool first = false) {
    const int taps = 9 * in, times = how == Unfolded::image ? images : 1;
    const int columns = pixels * images / times;
    p.push_back({Form::plain, out, columns, taps, times});
    p.push_back({Form::right_transposed, out, taps, columns, times, 1});
    if (!first) p.push_back({Form::left_transposed, taps, columns, out, times});
}

Products products(std::string_view w, Unfolded how) {
    Products p;
    if (w == "hello") p.push_back({Form::plain, 2, 2, 2});
    if (w == "w1") {
        dense(p, 16, 4, 64, true);
        dense(p, 16, 64, 3);
    }
    if (w == "w2") {
        dense(p, 16, 4, 64, true);
        dense(p, 16, 64, 64);
        dense(p, 16, 64, 3);
    }
    if (w == "w3") {
        dense(p, 128, 784, 512, true);
        dense(p, 128, 512, 512);
        dense(p, 128, 512, 10);
    }
    if (w == "w4") {
        convolution(p, how, 128, 1, 32, 26 * 26, true);
        convolution(p, how, 128, 32, 64, 11 * 11);
        dense(p, 128, 1600, 10);
    }
    if (w == "w5") {
        constexpr int steps = 28, batch = 64, features = 28, units = 128, gates = 4 * units;
        p.push_back({Form::plain, steps * batch, gates, features});
        p.push_back({Form::plain, batch, gates, units, steps, 1});
        p.push_back({Form::right_transposed, batch, units, gates, steps - 1});
        p.push_back({Form::left_transposed, units, gates, steps * batch});
        p.push_back({Form::left_transposed, features, gates, steps * batch});
        dense(p, batch, units, 10);
    }
    if (w == "w7") {
        int in = 3, side = 32;
        for (const auto& [filters, layers] :
             {std::pair{64, 2}, {128, 2}, {256, 3}, {512, 3}, {512, 3}}) {
            for (int i = 0; i < layers; ++i) {
                convolution(p, how, 8, in, filters, side * side, in == 3);
                in = filters;
            }
            side /= 2;
        }
        dense(p, 8, 512, 512);
        dense(p, 8, 512, 10);
    }
    return p;
}

// The forward pass of w3.
Products inference(int batch) {
    Products p;
    p.push_back({Form::plain, batch, 512, 784});
    p.push_back({Form::plain, batch, 512, 512});
    p.push_back({Form::plain, batch, 10, 512});
    return p;
}

// The time of the fastest alternative, each computed in its fastest way.
bench::Time fastest(const bench::Program& program, std::vector<Products> alternatives) {
    std::vector<bench::Time> times;
    for (Products& all : alternatives) {
        times.push_back(bench::measure([&] {
            for (Product& p : all) p.by_openblas();
        }));
        if (program.threads() == 1 || openblas_get_parallel() != OPENBLAS_OPENMP) continue;
        times.push_back(bench::measure([&] {
            for (Product& p : all) p.divided(program.threads());
        }));
    }
    return *std::min_element(times.begin(), times.end(),
                             [](const auto& a, const auto& b) { return a.median < b.median; });
}

}  // namespace

int main(int argc, char** argv) {
    const bench::Program program(argc, argv, kUsage, bench::ThreadsBy::environment);
    const std::string_view w = program.workload();
    if (w == "info") {
        std::printf("%s; kernels for %s\n", openblas_get_config(), openblas_get_corename());
        return 0;
    }
    std::vector<Products> alternatives{products(w, Unfolded::image)};
    if (alternatives.front().empty()) program.refuse();
    if (w == "w4" || w == "w7") alternatives.push_back(products(w, Unfolded::batch));

    for (Product& p : alternatives.front()) p.by_openblas();
    program.report_first();
    if (w == "hello") return 0;
    program.report_step(fastest(program, std::move(alternatives)));
    program.report_peak();
    if (w != "w3") return 0;
    for (const int batch : {1, 256})
        program.report("infer_" + std::to_string(batch),
                       batch / fastest(program, {inference(batch)}).median, "samples/s");
}
