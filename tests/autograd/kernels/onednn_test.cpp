// Compares f32 products by both libraries with sums in double.
#include "catch.hpp"
#include "support/thread_count.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <thread>
#include <vector>

#include <shikumi/autograd/kernels/detail/onednn.hpp>
#include <shikumi/autograd/kernels/multiversioning.hpp>
#include <shikumi/autograd/kernels/threads.hpp>
#include <shikumi/autograd/ops/ops.hpp>

using namespace shikumi;
using kernels::Product;
using kernels::detail::multiply_by_onednn;
using kernels::detail::onednn_is_faster;
using shikumi_test::ThreadCount;

namespace {

std::vector<float> drawn(Index size, std::uint64_t seed) {
    Generator rng(seed);
    return random_uniform({size}, rng, -0.5, 0.5).to_vector<float>();
}

// A product with operands of its row strides.
struct Case {
    explicit Case(const Product& product)
        : p(product),
          a(drawn((p.transpose_a ? p.k : p.m) * p.lda, 1)),
          b(drawn((p.transpose_b ? p.n : p.k) * p.ldb, 2)),
          c(drawn(p.m * p.ldc, 3)) {}

    std::vector<float> multiplied() const {
        std::vector<float> out = c;
        kernels::multiply(p, a.data(), b.data(), out.data());
        return out;
    }
    std::vector<float> by_onednn() const {
        std::vector<float> out = c;
        REQUIRE(multiply_by_onednn(p, a.data(), b.data(), out.data()));
        return out;
    }
    // The largest error relative to the bound on rounding errors; infinite if an element outside
    // the product has changed.
    double error(const std::vector<float>& out) const {
        double worst = 0;
        for (Index i = 0; i < p.m; ++i) {
            for (Index j = 0; j < p.ldc; ++j) {
                const float before = at(c, i * p.ldc + j), now = at(out, i * p.ldc + j);
                if (j >= p.n) {
                    if (now != before) return std::numeric_limits<double>::infinity();
                    continue;
                }
                double sum = p.accumulate ? before : 0, size = std::abs(sum);
                for (Index l = 0; l < p.k; ++l) {
                    const double x = at(a, p.transpose_a ? l * p.lda + i : i * p.lda + l);
                    const double y = at(b, p.transpose_b ? j * p.ldb + l : l * p.ldb + j);
                    sum += x * y;
                    size += std::abs(x * y);
                }
                const double allowed = static_cast<double>(p.k + 1) * 0x1p-24 * size;
                worst = std::max(worst, std::abs(now - sum) / allowed);
            }
        }
        return worst;
    }

    Product p;
    std::vector<float> a, b, c;

private:
    static float at(const std::vector<float>& values, Index i) {
        return values[static_cast<std::size_t>(i)];
    }
};

Product sized(Index m, Index n, Index k, bool transpose_a = false, bool transpose_b = false,
              Index more = 0) {
    return {.transpose_a = transpose_a,
            .transpose_b = transpose_b,
            .m = m,
            .n = n,
            .k = k,
            .lda = (transpose_a ? m : k) + more,
            .ldb = (transpose_b ? k : n) + more,
            .ldc = n + more};
}

bool there() {
    static const bool works = [] {
        const float one = 1;
        float sum = 0;
        return multiply_by_onednn(sized(1, 1, 1), &one, &one, &sum);
    }();
    if (!works) SUCCEED("no oneDNN here: OpenBLAS computes all products");
    return works;
}

// Products that the library gives to oneDNN.
std::vector<Product> chosen() {
    std::vector<Product> products{sized(32, 1024, 1024), sized(48, 1000, 700, false, true),
                                  sized(40, 1100, 800, true), sized(4500, 12, 600, false, true)};
    std::erase_if(products, [](const Product& p) { return !onednn_is_faster(p); });
    return products;
}

}  // namespace

TEST_CASE("both ways to multiply agree with sums in double") {
    for (const auto& size :
         {std::array<Index, 3>{1, 1, 1}, {3, 5, 4}, {1, 40, 7}, {17, 1, 33}, {48, 100, 130}}) {
        for (const bool ta : {false, true}) {
            for (const bool tb : {false, true}) {
                for (const bool accumulate : {false, true}) {
                    for (const Index more : {0, 3}) {
                        Product p = sized(size[0], size[1], size[2], ta, tb, more);
                        p.accumulate = accumulate;
                        const Case c(p);
                        INFO(p.m << " x " << p.k << " by " << p.n << ", transposed " << ta << tb
                                 << ", accumulates " << accumulate << ", rows longer by " << more);
                        CHECK(c.error(c.multiplied()) <= 1);
                        if (there()) CHECK(c.error(c.by_onednn()) <= 1);
                    }
                }
            }
        }
    }
}

TEST_CASE("oneDNN computes the chosen sizes, with the same bits for any number of threads") {
    const ThreadCount restore;
    if (there() && kernels::instructions() == kernels::Instructions::avx512)
        CHECK(chosen().size() == 4);
    for (Product p : chosen()) {
        for (const bool accumulate : {false, true}) {
            p.accumulate = accumulate;
            INFO(p.m << " x " << p.k << " by " << p.n << ", accumulates " << accumulate);
            p.whole = true;
            const Case whole(p);
            const auto expected = whole.multiplied();
            CHECK(whole.error(expected) <= 1);
            if (there()) CHECK(expected == whole.by_onednn());

            p.whole = false;
            const Case cut(p);
            set_num_threads(1);
            const auto alone = cut.multiplied();
            CHECK(cut.error(alone) <= 1);
            for (const int threads : {2, 3, 4, 8}) {
                set_num_threads(threads);
                CHECK(cut.multiplied() == alone);
            }
        }
    }
}

TEST_CASE("small and odd products stay with OpenBLAS") {
    CHECK_FALSE(onednn_is_faster(sized(1, 1, 1)));
    CHECK_FALSE(onednn_is_faster(sized(1, 4096, 4096)));
    CHECK_FALSE(onednn_is_faster(sized(1024, 1024, 1024)));
    CHECK_FALSE(onednn_is_faster(sized(32, 1024, 1024, true, true)));
}

TEST_CASE("oneDNN serves several threads at once, and more sizes than its cache holds") {
    if (!there()) return;
    const auto sizes = [](Index i) { return sized(8 + i % 5, 16 + i, 30, i % 2 == 1, i % 3 == 1); };
    std::vector<std::vector<float>> expected;
    for (Index i = 0; i < 80; ++i) {
        const Case c(sizes(i));
        expected.push_back(c.by_onednn());
        CHECK(c.error(expected.back()) <= 1);
    }
    std::vector<int> same(3);
    std::vector<std::thread> threads;
    for (int& count : same)
        threads.emplace_back([&] {
            for (Index i = 0; i < 80; ++i) {
                const Case c(sizes(i));
                std::vector<float> out = c.c;
                if (multiply_by_onednn(c.p, c.a.data(), c.b.data(), out.data()) &&
                    out == expected[static_cast<std::size_t>(i)])
                    ++count;
            }
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(same == std::vector<int>(3, 80));
}

TEST_CASE("oneDNN leaves the host's number of OpenMP threads alone") {
    if (!there()) return;
    void* openmp = dlopen("libgomp.so.1", RTLD_LAZY | RTLD_NOLOAD);
    if (!openmp) {
        SUCCEED("oneDNN has no OpenMP here, or another one");
        return;
    }
    const auto most = reinterpret_cast<int (*)()>(dlsym(openmp, "omp_get_max_threads"));
    const auto set = reinterpret_cast<void (*)(int)>(dlsym(openmp, "omp_set_num_threads"));
    const int before = most();
    set(3);
    const Case c(sized(20, 30, 40));
    CHECK(c.error(c.by_onednn()) <= 1);
    CHECK(most() == 3);
    set(before);
    dlclose(openmp);
}
