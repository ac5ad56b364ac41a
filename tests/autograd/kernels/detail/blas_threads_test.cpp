// OpenBLAS's number of threads, which is the host's.

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

#include <shikumi/autograd/kernels/detail/blas_threads.hpp>
#include <shikumi/autograd/kernels/eigen.hpp>
#include <shikumi/autograd/kernels/gemm.hpp>

#include "autograd/kernels/detail/loaded_symbol.hpp"
#include "catch.hpp"

using namespace shikumi;
using kernels::Product;
using kernels::detail::OneBlasThread;
using shikumi_test::loaded_symbol;

namespace {

int threads() { return loaded_symbol<int()>("openblas_get_num_threads")(); }

// Sets the host's number while it lives.
class Host {
public:
    explicit Host(int count) { set(count); }
    ~Host() { set(before_); }
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    static void set(int count) { loaded_symbol<void(int)>("openblas_set_num_threads")(count); }

private:
    int before_ = threads();
};

// Whether the number is the process's.
bool by_pthreads() {
    auto* const parallel = loaded_symbol<int()>("openblas_get_parallel");
    return parallel && parallel() == 1;
}

std::vector<float> product(Index m, Index n, Index k) {
    std::vector<float> a(static_cast<std::size_t>(m * k)), b(static_cast<std::size_t>(k * n)),
        c(static_cast<std::size_t>(m * n));
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = 1 / static_cast<float>(i % 97 + 1);
    for (std::size_t i = 0; i < b.size(); ++i) b[i] = 1 / static_cast<float>(i % 89 + 1);
    multiply(Product{.m = m, .n = n, .k = k}, a.data(), b.data(), c.data());
    return c;
}

}  // namespace

TEST_CASE("products leave the host's number of BLAS threads", "[kernels]") {
    if (!by_pthreads()) return;
    for (const int count : {1, 2, 4}) {
        const Host host(count);
        for (const Index n : {1, 3, 64, 65, 200, 600}) {
            product(n, n, n);
            product(n, 1, n);
            CHECK(threads() == count);
        }
        std::vector<double> matrix(100 * 100, 1);
        kernels::diagonalize(matrix, 100);
        CHECK(threads() == count);
    }
}

TEST_CASE("the host's number of BLAS threads changes no bits", "[kernels]") {
    if (!by_pthreads()) return;
    const Index sizes[][3]{{70, 70, 70}, {200, 1, 900}, {1, 900, 200}, {300, 200, 500}};
    for (const auto& [m, n, k] : sizes) {
        std::vector<float> one, four;
        {
            const Host host(1);
            one = product(m, n, k);
        }
        {
            const Host host(4);
            four = product(m, n, k);
        }
        CHECK(one == four);
    }
}

TEST_CASE("OpenBLAS has one thread while any thread wants it so", "[kernels]") {
    if (!by_pthreads()) return;
    const Host host(3);
    {
        const OneBlasThread first;
        CHECK(threads() == 1);
        {
            const OneBlasThread second;
            CHECK(threads() == 1);
        }
        CHECK(threads() == 1);
    }
    CHECK(threads() == 3);
    {
        const OneBlasThread held;
        Host::set(2);
    }
    CHECK(threads() == 2);
}

TEST_CASE("threads that multiply at once put the number of BLAS threads back", "[kernels]") {
    if (!by_pthreads()) return;
    const Host host(3);
    std::atomic<int> wrong = 0;
    std::vector<std::thread> workers;
    for (int i = 0; i < 4; ++i) {
        workers.emplace_back([&] {
            for (int j = 0; j < 20'000; ++j) {
                const OneBlasThread held;
                if (threads() != 1) ++wrong;
            }
        });
    }
    for (std::thread& worker : workers) worker.join();
    CHECK(wrong == 0);
    CHECK(threads() == 3);
}
