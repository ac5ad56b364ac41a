#include <cmath>
#include <limits>

#include <shikumi/autograd/core/decimal.hpp>

#include "catch.hpp"
#include "support/locale.hpp"

using namespace shikumi::detail;

TEST_CASE("numbers are written alike in every locale", "[decimal]") {
    const shikumi_test::CommaLocale comma;
    CHECK(shortest(0.1) == "0.1");
    CHECK(shortest(1234567.5) == "1234567.5");
    CHECK(fixed(1234567.125, 2) == "1234567.12");
    CHECK(fixed(-0.5, 0) == "-0");
    CHECK(scientific(12345, 2) == "1.23e+04");
    CHECK(significant(1234567, 6) == "1.23457e+06");
    CHECK(significant(42.5, 6) == "42.5");
}

TEST_CASE("NaN has no sign, infinity has one", "[decimal]") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double number : {nan, std::copysign(nan, -1.0)}) {
        CHECK(shortest(number) == "nan");
        CHECK(fixed(number, 4) == "nan");
        CHECK(scientific(number, 4) == "nan");
        CHECK(significant(number, 4) == "nan");
    }
    CHECK(fixed(infinity, 4) == "inf");
    CHECK(scientific(-infinity, 4) == "-inf");
}
