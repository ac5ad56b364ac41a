// OpenBLAS's threads.
#pragma once

#include <shikumi/autograd/core/dtype.hpp>

namespace shikumi::kernels::detail {

/// Whether OpenBLAS may use several threads for a product of these sizes. A product by a vector has
/// a lower bound.
constexpr bool blas_may_use_threads(Index m, Index n, Index k) {
    const double terms = static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
    return terms >= (m == 1 || n == 1 ? 9216 : 262144);
}

/// Holds OpenBLAS at one thread while it lives: our pool cuts the work, into pieces that don't
/// depend on the number of threads. Then the host's number is back. In OpenBLAS's OpenMP build
/// this number belongs to the calling thread; in the other one to the process, and there it is one
/// for all threads while any of them holds it.
class OneBlasThread {
public:
    OneBlasThread();
    ~OneBlasThread();
    OneBlasThread(const OneBlasThread&) = delete;
    OneBlasThread& operator=(const OneBlasThread&) = delete;

private:
    int before_;  // OpenMP's number; 0 in the other build
};

}  // namespace shikumi::kernels::detail
