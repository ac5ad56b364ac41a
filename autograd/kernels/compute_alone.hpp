// Threads that leave the thread pool to others.
#pragma once

namespace shikumi::kernels {

/// From now on this thread computes alone and, where threads wait for a processor, gives way to
/// those that don't: what it does is wanted later, while the pool's jobs are waited for now.
void compute_alone() noexcept;

}  // namespace shikumi::kernels
