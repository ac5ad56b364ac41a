#include <shikumi/autograd/graph/traversal.hpp>

namespace shikumi::detail {

const std::uint32_t* Traversal::find_other(const Node& node) const noexcept {
    const auto it = others_.find(&node);
    return it == others_.end() ? nullptr : &it->second;
}

void Traversal::mark_other(const Node& node) { others_[&node] = size_; }

void Traversal::clear() noexcept {
    nodes_.clear();
    size_ = 0;
    edges_.clear();
    first_edge_.resize(1);
    stack_.clear();
    others_.clear();
    foreign_.leave();
}

}  // namespace shikumi::detail
