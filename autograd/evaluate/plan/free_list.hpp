// FreeList: the gaps in a workspace that is being laid out.
#pragma once

#include <cstddef>
#include <map>

namespace shikumi::detail {

/// First fit in memory without an end.
class FreeList {
public:
    /// The offset of so many free bytes, the lowest one possible.
    std::size_t take(std::size_t bytes);
    void give_back(std::size_t offset, std::size_t bytes);
    /// Bytes from the beginning to the end of what was ever taken.
    std::size_t extent() const noexcept { return extent_; }

private:
    std::map<std::size_t, std::size_t> gaps_;  // offset → bytes, never adjacent
    std::size_t extent_ = 0;
};

}  // namespace shikumi::detail
