// First fit.
#include <shikumi/autograd/evaluate/plan/free_list.hpp>

#include "catch.hpp"

using shikumi::detail::FreeList;

TEST_CASE("a free list takes the lowest gap that is large enough") {
    FreeList free;
    CHECK(free.take(100) == 0);
    CHECK(free.take(50) == 100);
    CHECK(free.take(100) == 150);
    CHECK(free.extent() == 250);
    free.give_back(0, 100);
    free.give_back(150, 100);
    CHECK(free.take(60) == 0);
    CHECK(free.take(60) == 150);
    CHECK(free.take(40) == 60);
    CHECK(free.extent() == 250);
}

TEST_CASE("neighbouring gaps become one") {
    FreeList free;
    for (int i = 0; i < 4; ++i) free.take(10);
    free.give_back(10, 10);
    free.give_back(30, 10);
    free.give_back(20, 10);
    CHECK(free.take(30) == 10);
    free.give_back(0, 0);  // nothing
    CHECK(free.take(1) == 40);
}
