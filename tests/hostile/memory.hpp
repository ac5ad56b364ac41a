// How much memory a piece of work takes.
#pragma once

#include <cstddef>

namespace shikumi_test {

/// Whether memory can be counted: not with sanitizers, which have an allocator of their own.
bool counts_memory();
/// Counts from now on.
void begin_counting();
/// The most bytes that were taken at a time since `begin_counting`, by this process, in blocks that
/// were given out since then.
std::size_t most_memory();

}  // namespace shikumi_test
