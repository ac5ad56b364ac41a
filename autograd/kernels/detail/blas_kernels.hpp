// OpenBLAS's kernels: which of its sets of loops multiplies.
#pragma once

namespace shikumi::kernels::detail {

/// Before OpenBLAS's first use: where it chose kernels for narrower vectors than the processor has,
/// as it does for processors that it does not know, takes the right ones. A user's own choice, the
/// environment variable OPENBLAS_CORETYPE, stands. Where nothing can be done, one line on stderr
/// says what to set.
void choose_blas_kernels();

/// OpenBLAS's name of the kernels by which it multiplies, once chosen; "unknown" for another BLAS.
const char* blas_kernels();

}  // namespace shikumi::kernels::detail
