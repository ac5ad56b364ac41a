// Times matmul and the corresponding BLAS call on shapes of the workloads and, at the end, on three
// shapes that oneDNN computes where it is installed.
#include <cblas.h>

#include <string>
#include <vector>

#include "common.hpp"

using namespace shikumi;

namespace {

struct Shapes {
    Index m, n, k;
};

constexpr Shapes kShapes[]{{1, 1, 1},        {4, 4, 4},          {16, 64, 4},     {16, 3, 64},
                           {16, 64, 64},     {1, 512, 784},      {64, 512, 128},  {128, 10, 512},
                           {128, 512, 784},  {128, 512, 512},    {256, 512, 784}, {64, 121, 288},
                           {512, 512, 512},  {1024, 1024, 1024}, {3584, 28, 512}, {32, 1024, 1024},
                           {16, 4096, 4096}, {4096, 4096, 16}};

// Records and evaluates the product; its plan is cached.
void ours(benchmark::State& state, const Shapes& s) {
    const Tensor a = bench::drawn({s.m, s.k}), b = bench::drawn({s.k, s.n});
    for (auto _ : state) evaluate(matmul(a, b));
    bench::count_flops(state, 2.0 * static_cast<double>(s.m * s.n * s.k));
}

void blas(benchmark::State& state, const Shapes& s) {
    const Tensor a = bench::drawn({s.m, s.k}), b = bench::drawn({s.k, s.n});
    std::vector<float> c(static_cast<std::size_t>(s.m * s.n));
    const auto m = static_cast<int>(s.m), n = static_cast<int>(s.n), k = static_cast<int>(s.k);
    for (auto _ : state)
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, a.data<float>().data(),
                    k, b.data<float>().data(), n, 0, c.data(), n);
    bench::count_flops(state, 2.0 * static_cast<double>(s.m * s.n * s.k));
}

}  // namespace

int main(int argc, char** argv) {
    set_num_threads(1);
    openblas_set_num_threads(1);
    for (const Shapes& s : kShapes) {
        const std::string name =
            std::to_string(s.m) + 'x' + std::to_string(s.n) + 'x' + std::to_string(s.k);
        benchmark::RegisterBenchmark((name + "/blas").c_str(), blas, s);
        benchmark::RegisterBenchmark((name + "/matmul").c_str(), ours, s);
    }
    return bench::run(argc, argv);
}
