// Which pointwise operations are cheap.
#pragma once

namespace shikumi::detail {

/// Part of a pointwise operation that takes less time than it takes to write its result to memory
/// and to read it there: one that the evaluator would rather compute twice than store.
struct Recomputable {
    bool operator==(const Recomputable&) const = default;
};

}  // namespace shikumi::detail
