// The cheapest values to keep.
#include <shikumi/autograd/boost_graph/min_cut.hpp>

#include "catch.hpp"

using namespace shikumi::detail;
using Role = CutVertex::Role;

TEST_CASE("a chain is cut at its cheapest value") {
    const std::vector<CutEdge> chain{{0, 1}, {1, 2}, {2, 3}};
    const auto cut = [&](std::int64_t a, std::int64_t b, std::int64_t c) {
        return minimum_cut(
            std::vector<CutVertex>{
                {Role::given, a}, {Role::between, b}, {Role::between, c}, {Role::wanting, 0}},
            chain);
    };
    using Bools = std::vector<bool>;
    CHECK(cut(1, 5, 9) == Bools{true, false, false, false});
    CHECK(cut(9, 5, 7) == Bools{false, true, false, false});
    CHECK(cut(9, 5, 3) == Bools{false, false, true, false});
    CHECK(cut(4, 4, 4) == Bools{false, false, true, false});  // next to its reader
    CHECK(cut(9, CutVertex::never, CutVertex::never) == Bools{true, false, false, false});
}

TEST_CASE("derived values are kept if they are cheaper than their inputs") {
    // 2 is computed from 0 and 1; 3 and 4, the wanted values, from 2.
    const std::vector<CutEdge> edges{{0, 2}, {1, 2}, {2, 3}, {2, 4}, {3, 5}, {4, 5}};
    const auto cut = [&](std::int64_t middle) {
        return minimum_cut(std::vector<CutVertex>{{Role::given, 4},
                                                  {Role::given, 4},
                                                  {Role::between, middle},
                                                  {Role::between, 5},
                                                  {Role::between, 5},
                                                  {Role::wanting, 0}},
                           edges);
    };
    using Bools = std::vector<bool>;
    CHECK(cut(7) == Bools{false, false, true, false, false, false});
    CHECK(cut(20) == Bools{true, true, false, false, false, false});
}

TEST_CASE("values that exist anyway need not be kept") {
    const std::vector<CutEdge> edges{{0, 1}, {1, 2}};
    const auto cut = minimum_cut(
        std::vector<CutVertex>{{Role::outside, 1}, {Role::between, 1}, {Role::wanting, 0}}, edges);
    CHECK(cut == std::vector<bool>{false, false, false});
}
