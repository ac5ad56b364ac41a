#include <shikumi/autograd/graph/traversal.hpp>

#include <algorithm>
#include <utility>

namespace shikumi::detail {

const std::uint32_t* Traversal::find_other(const Node& node) const noexcept {
    const auto it = others_.find(&node);
    return it == others_.end() ? nullptr : &it->second;
}

void Traversal::mark_other(const Node& node, std::uint32_t index) { others_[&node] = index; }

void Traversal::clear() noexcept {
    nodes_.clear();
    edges_.clear();
    first_edge_.resize(1);
    originals_.clear();
    stack_.clear();
    others_.clear();
}

void Traversal::repeat(const std::vector<bool>& late, const std::vector<bool>& dropped) {
    const std::vector<const Node*> nodes = std::exchange(nodes_, {});
    const std::vector<std::uint32_t> edges = std::exchange(edges_, {});
    const std::vector<std::uint32_t> first_edge = std::exchange(first_edge_, {0});
    const auto inputs = [&](std::uint32_t i) {
        return std::span(edges).subspan(first_edge[i], first_edge[i + 1] - first_edge[i]);
    };
    constexpr std::uint32_t none = ~0U;
    std::vector<std::uint32_t> place(nodes.size(), none), copy(nodes.size(), none);
    const auto add = [&](std::uint32_t i, bool from_copies) {
        for (const std::uint32_t input : inputs(i))
            edges_.push_back(from_copies && dropped[input] ? copy[input] : place[input]);
        nodes_.push_back(nodes[i]);
        first_edge_.push_back(static_cast<std::uint32_t>(edges_.size()));
        return size() - 1;
    };
    std::vector<std::uint32_t> wanted;  // copies that come next
    const auto want_inputs = [&](std::uint32_t i) {
        for (const std::uint32_t input : inputs(i)) {
            if (!dropped[input] || copy[input] != none) continue;
            copy[input] = 0;  // until its place is known
            wanted.push_back(input);
        }
    };
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
        if (late[i]) {
            wanted.clear();
            want_inputs(i);
            for (std::size_t next = 0; next < wanted.size(); ++next) want_inputs(wanted[next]);
            std::sort(wanted.begin(), wanted.end());  // inputs first, as in the old order
            for (const std::uint32_t w : wanted) {
                copy[w] = add(w, true);
                originals_.push_back(place[w]);
            }
        }
        place[i] = add(i, late[i]);
        originals_.push_back(place[i]);
        mark(*nodes[i], place[i]);
    }
}

}  // namespace shikumi::detail
