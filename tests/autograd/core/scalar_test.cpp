// Literals of every C++ type.
#include "catch.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

#include <shikumi/autograd/core/scalar.hpp>

using namespace shikumi;

namespace {

constexpr std::uint64_t half = std::uint64_t{1} << 63, most = ~std::uint64_t{0};

#if defined(__SIZEOF_INT128__)
__extension__ using Wide = __int128;
static_assert(!std::is_constructible_v<Scalar, Wide>);
#endif

}  // namespace

TEST_CASE("a literal keeps the sign of every C++ type", "[dtype]") {
    CHECK(Scalar(half).to<double>() == 0x1p63);
    CHECK(Scalar(half).to<float>() == 0x1p63F);
    CHECK(Scalar(most).to<double>() == 0x1p64);
    CHECK(Scalar(half - 1).to<std::int64_t>() == std::numeric_limits<std::int64_t>::max());
    CHECK(Scalar(std::int64_t{-1}).to<double>() == -1);
    CHECK(Scalar(static_cast<signed char>(-1)).to<double>() == -1);
    CHECK(Scalar(static_cast<unsigned char>(255)).to<double>() == 255);
    CHECK(Scalar(~std::uint32_t{0}).to<double>() == 4294967295.0);
    CHECK(Scalar(std::numeric_limits<std::int64_t>::min()).to<double>() == -0x1p63);
    CHECK(Scalar(1.5L).to<double>() == 1.5);
    CHECK(Scalar(half).to<bool>());
    // Rounded once, from the integer: through f64 it would be 2⁶⁰.
    CHECK(Scalar((std::int64_t{1} << 60) + (std::int64_t{1} << 36) + 1).to<float>() ==
          0x1p60F + 0x1p37F);
}

TEST_CASE("a literal knows which dtypes can hold it", "[dtype]") {
    CHECK_FALSE(Scalar(half).fits<std::int64_t>());
    CHECK_FALSE(Scalar(most).fits<std::int32_t>());
    CHECK_FALSE(Scalar(most).fits<std::uint8_t>());
    CHECK_FALSE(Scalar(most).fits<bool>());
    CHECK(Scalar(most).fits<float>());
    CHECK(Scalar(half - 1).fits<std::int64_t>());
    CHECK(Scalar(255).fits<std::uint8_t>());
    CHECK_FALSE(Scalar(256).fits<std::uint8_t>());
    CHECK_FALSE(Scalar(-1).fits<std::uint8_t>());
    CHECK(Scalar(1).fits<bool>());
    CHECK_FALSE(Scalar(2).fits<bool>());
    CHECK(Scalar(-0x1p63).fits<std::int64_t>());
    CHECK_FALSE(Scalar(0x1p63).fits<std::int64_t>());
    CHECK_FALSE(Scalar(NAN).fits<std::int64_t>());
    CHECK_FALSE(Scalar(-INFINITY).fits<std::int32_t>());
    CHECK(Scalar(NAN).fits<double>());
}

TEST_CASE("a literal prints", "[dtype]") {
    CHECK(to_string(Scalar(most)) == "18446744073709551615");
    CHECK(to_string(Scalar(-3)) == "-3");
    CHECK(to_string(Scalar(0.5)) == "0.5");
}
