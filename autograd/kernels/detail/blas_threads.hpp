// OpenBLAS's threads.
#pragma once

namespace shikumi::kernels::detail {

/// Makes OpenBLAS use one thread: our pool cuts the work, into pieces that don't depend on the
/// number of threads. To be called before each use.
void hold_blas_at_one_thread();

}  // namespace shikumi::kernels::detail
