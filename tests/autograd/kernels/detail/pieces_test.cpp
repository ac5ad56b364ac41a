// Division of work into pieces, and shapes seen from an axis.
#include "catch.hpp"

#include <shikumi/autograd/kernels/detail/around_axis.hpp>
#include <shikumi/autograd/kernels/detail/pieces.hpp>

using namespace shikumi;
using namespace shikumi::kernels::detail;

TEST_CASE("division rounds up", "[pieces]") {
    CHECK(divide_up(0, 4) == 0);
    CHECK(divide_up(8, 4) == 2);
    CHECK(divide_up(9, 4) == 3);
}

TEST_CASE("pieces cover the range once, and the last may be shorter", "[pieces]") {
    Index next = 0;
    for (Index i = 0; i < divide_up(10, 4); ++i) {
        const IndexRange piece = piece_range(i, 4, 10);
        CHECK(piece.begin == next);
        CHECK(piece.size() == (i < 2 ? 4 : 2));
        next = piece.end;
    }
    CHECK(next == 10);
}

TEST_CASE("a piece holds as many items as fit, and at least one", "[pieces]") {
    CHECK(items_per_piece(1) == Index{1} << 16);
    CHECK(items_per_piece(1000) == 65);
    CHECK(items_per_piece(Index{1} << 20) == 1);
    CHECK(items_per_piece(0) == items_per_piece(1));
}

TEST_CASE("a shape seen from an axis has all other axes outside or inside", "[around_axis]") {
    const Shape shape{2, 3, 4, 5};
    const AroundAxis first(shape, 0), third(shape, 2), last(shape, 3);
    CHECK((first.outer == 1 && first.size == 2 && first.inner == 60));
    CHECK((third.outer == 6 && third.size == 4 && third.inner == 5));
    CHECK((last.outer == 24 && last.size == 5 && last.inner == 1));
}
