#include <shikumi/formats/detail/small_float.hpp>

#include <cmath>
#include <cstdint>
#include <limits>

#include "catch.hpp"
#include "support/infinity.hpp"

using namespace shikumi::formats::detail;
using shikumi_test::infinity;

namespace {

template <class F>
void check_all_patterns() {
    const unsigned count = 1u << (8 * sizeof(F));
    double before = -1;
    for (unsigned bits = 0; bits < count; ++bits) {
        const F x{static_cast<decltype(F::bits)>(bits)};
        const double value = x;
        const F back = F::of(value);
        if (std::isnan(value)) {
            if (!std::isnan(static_cast<double>(back))) FAIL("NaN is lost: " << bits);
        } else if (back.bits != x.bits) {
            FAIL(bits << " became " << back.bits);
        }
        if (bits < count / 2 && !std::isnan(value)) {  // positive numbers grow with their bits
            if (!(value > before)) FAIL("not above the number before: " << bits);
            before = value;
        }
    }
}

// Halfway between two neighbours the even one is taken, and the nearer one elsewhere.
template <class F>
void check_rounding() {
    for (unsigned bits = 0; bits + 1 < F::infinity; ++bits) {
        using Bits = decltype(F::bits);
        const double low = F{static_cast<Bits>(bits)}, high = F{static_cast<Bits>(bits + 1)};
        if (std::isinf(high)) continue;
        const double middle = (low + high) / 2;
        const unsigned even = bits % 2 == 0 ? bits : bits + 1;
        if (F::of(middle).bits != even) FAIL(middle << " is rounded to an odd number");
        if (F::of(std::nextafter(middle, 0)).bits != bits) FAIL("below " << middle);
        if (F::of(std::nextafter(middle, infinity)).bits != bits + 1) FAIL("above " << middle);
    }
}

}  // namespace

TEST_CASE("each small float is read and written back", "[small_float]") {
    check_all_patterns<Float16>();
    check_all_patterns<BFloat16>();
    check_all_patterns<Float8E4M3>();
    check_all_patterns<Float8E5M2>();
}

TEST_CASE("small floats are rounded to the nearest, to even", "[small_float]") {
    check_rounding<Float16>();
    check_rounding<Float8E4M3>();
    check_rounding<Float8E5M2>();
}

TEST_CASE("small floats have the limits of their formats", "[small_float]") {
    CHECK(Float16{0x7BFF} == 65504.0);
    CHECK(Float16{1} == std::ldexp(1, -24));
    CHECK(Float16{0x3555} == Approx(1 / 3.0).epsilon(1e-3));
    CHECK(Float16::of(65520).bits == 0x7C00);
    CHECK(Float16::of(65519).bits == 0x7BFF);
    CHECK(Float16::of(-0.0).bits == 0x8000);
    CHECK(Float16::of(std::ldexp(1, -26)).bits == 0);
    CHECK(BFloat16{0x3F80} == 1.0);
    CHECK(BFloat16{0x7F7F} == Approx(3.3895e38).epsilon(1e-4));
    CHECK(BFloat16{1} == std::ldexp(1, -133));
    CHECK(Float8E4M3{0x7E} == 448.0);
    CHECK(std::isnan(static_cast<double>(Float8E4M3{0x7F})));
    CHECK(Float8E4M3::of(1e6).bits == 0x7F);
    CHECK(Float8E4M3::of(-448).bits == 0xFE);
    CHECK(Float8E5M2{0x7B} == 57344.0);
    CHECK(Float8E5M2::of(infinity).bits == 0x7C);
    CHECK(Float8E5M2::of(-infinity).bits == 0xFC);
}
