// The problems of bench/gradbench, small: derivatives by shikumi against those by hand, and these
// against differences.
#include "problem.hpp"

#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"

using namespace gradbench;

namespace {

constexpr double tolerance = 1e-8;

}  // namespace

TEST_CASE("GradBench's problems have the derivatives that were worked out by hand") {
    const std::vector<Problem> problems = all_problems(Size::small);
    CHECK(problems.size() == 12);
    for (const Problem& problem : problems) {
        INFO(problem.name << ", " << problem.size);
        const Derivatives by_hand = problem.by_hand();
        CHECK(largest_difference(by_hand, problem.by_differences()) < tolerance);
        CHECK(largest_difference(problem.recorded(), by_hand) < tolerance);
        CHECK(largest_difference(problem.captured(), by_hand) < tolerance);
        CHECK(largest_difference(problem.captured(), by_hand) < tolerance);  // replayed
    }
}

TEST_CASE("a difference counts in proportion to its own derivative") {
    const Derivatives expected{{1000, 1}, {1e-3}};
    CHECK(largest_difference(expected, expected) == 0);
    CHECK(largest_difference({{1000, 1 + 1e-5}, {1e-3}}, expected) == Approx(1e-8));
    CHECK(largest_difference({{1000, 1}, {1.1e-3}}, expected) == Approx(0.1));
    const double inf = std::numeric_limits<double>::infinity();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(largest_difference({{1000, 1}}, expected) == inf);
    CHECK(largest_difference({{1000}, {1e-3}}, expected) == inf);
    CHECK(largest_difference({{1000, nan}, {1e-3}}, expected) == inf);
}
