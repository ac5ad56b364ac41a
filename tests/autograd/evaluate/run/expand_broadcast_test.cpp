// Compares pieces of a broadcast array with an index computed for each element.
#include <shikumi/autograd/evaluate/run/expand_broadcast.hpp>

#include <cstring>
#include <numeric>
#include <vector>

#include "catch.hpp"

using namespace shikumi;
using namespace shikumi::detail;

namespace {

struct Axis {
    Index size;
    bool moves;
};

Broadcast broadcast_over(const std::vector<Axis>& axes, std::size_t element) {
    Broadcast broadcast;
    broadcast.element = static_cast<std::uint8_t>(element);
    broadcast.rank = static_cast<int>(axes.size());
    for (std::size_t i = 0; i < axes.size(); ++i) {
        broadcast.sizes[i] = axes[i].size;
        broadcast.moves[i] = axes[i].moves;
    }
    return broadcast;
}

// The source element of a position in the broadcast array.
std::size_t source_of(const std::vector<Axis>& axes, Index place) {
    Index offset = 0, stride = 1;
    for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
        if (axis->moves) {
            offset += place % axis->size * stride;
            stride *= axis->size;
        }
        place /= axis->size;
    }
    return static_cast<std::size_t>(offset);
}

// True if each piece of the array has the expected values and no element after it changes.
template <class T>
bool right_everywhere(const std::vector<Axis>& axes) {
    Index size = 1, known = 1;
    for (const Axis& axis : axes) {
        size *= axis.size;
        if (axis.moves) known *= axis.size;
    }
    std::vector<T> source(static_cast<std::size_t>(known));
    std::iota(source.begin(), source.end(), T{1});
    const Broadcast broadcast = broadcast_over(axes, sizeof(T));
    for (Index start = 0; start < size; ++start) {
        for (Index count = 1; start + count <= size; ++count) {
            std::vector<T> out(static_cast<std::size_t>(count) + 1, T{99});
            expand_broadcast(broadcast, source.data(), start, count,
                             reinterpret_cast<std::byte*>(out.data()));
            for (Index i = 0; i < count; ++i) {
                if (out[static_cast<std::size_t>(i)] != source[source_of(axes, start + i)])
                    return false;
            }
            if (out.back() != T{99}) return false;
        }
    }
    return true;
}

}  // namespace

TEST_CASE("a broadcast operand is expanded from any element on") {
    CHECK(right_everywhere<float>({}));
    CHECK(right_everywhere<float>({{7, false}}));
    CHECK(right_everywhere<float>({{7, true}}));
    CHECK(right_everywhere<float>({{3, false}, {4, true}}));
    CHECK(right_everywhere<float>({{3, true}, {4, false}}));
    CHECK(right_everywhere<float>({{2, true}, {3, false}, {4, true}}));
    CHECK(right_everywhere<float>({{2, false}, {3, true}, {4, false}}));
    CHECK(right_everywhere<float>({{2, true}, {2, false}, {2, true}, {3, false}}));
}

TEST_CASE("a broadcast operand may have elements of any size") {
    for (const bool moves : {false, true}) {
        CHECK(right_everywhere<std::uint8_t>({{3, !moves}, {4, moves}}));
        CHECK(right_everywhere<double>({{3, !moves}, {4, moves}}));
    }
}
