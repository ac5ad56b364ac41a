#include <cmath>

#include <shikumi/autograd/core/error.hpp>

#include "catch.hpp"
#include "support/locale.hpp"

using namespace shikumi;

TEST_CASE("sentences are the same in every locale, and NaN has no sign", "[error]") {
    const shikumi_test::CommaLocale comma;
    const double nan = std::nan("");
    CHECK(sentence(1234567, " of ", 1234.5, ", ", Shape{10000}) == "1234567 of 1234.5, (10000,)");
    CHECK(sentence(nan, " ", std::copysign(nan, -1.0), " ", -INFINITY) == "nan nan -inf");
}
