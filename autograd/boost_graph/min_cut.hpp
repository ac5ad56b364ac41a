// A minimum cut: the cheapest values to keep, so that the rest can be computed again from them.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace shikumi::detail {

/// What a vertex of a graph is to a cut.
struct CutVertex {
    enum class Role : std::uint8_t {
        outside,  ///< has a value that costs nothing to keep, or none that matters
        given,    ///< is not computed again: its value is kept where it is wanted
        between,  ///< may be computed again
        wanting,  ///< what it reads must be there, kept or computed again
    } role = Role::outside;
    std::int64_t cost = 0;  ///< of keeping the value

    static constexpr std::int64_t never = (std::numeric_limits<std::int64_t>::max)();  ///< to keep
};

/// A consumer and one of its inputs, by their vertices' numbers.
struct CutEdge {
    std::size_t input, consumer;
};

/// The values to keep, at the least cost together, so that everything that is wanted can be
/// computed from them and from those outside. Where there is a choice, those next to the wanting
/// vertices. By maximum flow (Y. Boykov, V. Kolmogorov, "An experimental comparison of
/// min-cut/max-flow algorithms for energy minimization in vision", PAMI 2004).
std::vector<bool> minimum_cut(std::span<const CutVertex> vertices, std::span<const CutEdge> edges);

}  // namespace shikumi::detail
