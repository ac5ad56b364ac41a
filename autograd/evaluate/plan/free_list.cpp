#include <shikumi/autograd/evaluate/plan/free_list.hpp>

#include <algorithm>
#include <iterator>

namespace shikumi::detail {

std::size_t FreeList::take(std::size_t bytes) {
    const auto fit =
        std::ranges::find_if(gaps_, [&](const auto& gap) { return gap.second >= bytes; });
    if (fit == gaps_.end()) {
        const std::size_t offset = extent_;
        extent_ += bytes;
        return offset;
    }
    const auto [offset, size] = *fit;
    gaps_.erase(fit);
    if (size > bytes) gaps_.emplace(offset + bytes, size - bytes);
    return offset;
}

void FreeList::give_back(std::size_t offset, std::size_t bytes) {
    if (bytes == 0) return;
    auto next = gaps_.lower_bound(offset);
    if (next != gaps_.end() && next->first == offset + bytes) {
        bytes += next->second;
        next = gaps_.erase(next);
    }
    if (next != gaps_.begin()) {
        const auto before = std::prev(next);
        if (before->first + before->second == offset) {
            before->second += bytes;
            return;
        }
    }
    gaps_.emplace(offset, bytes);
}

}  // namespace shikumi::detail
