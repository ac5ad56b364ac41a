#include <shikumi/autograd/kernels/detail/blas_threads.hpp>

// OpenBLAS's own; absent from other CBLAS libraries, hence weak.
extern "C" [[gnu::weak]] void openblas_set_num_threads(int count);

namespace shikumi::kernels::detail {

void hold_blas_at_one_thread() {
    // Once a thread, because OpenBLAS's OpenMP build counts for each thread apart.
    static thread_local const bool held = [] {
        if (openblas_set_num_threads) openblas_set_num_threads(1);
        return true;
    }();
    static_cast<void>(held);
}

}  // namespace shikumi::kernels::detail
