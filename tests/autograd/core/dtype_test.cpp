#include <limits>
#include <sstream>

#include <shikumi/autograd/core/dtype.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/scalar.hpp>

#include "catch.hpp"
#include "support/dtypes.hpp"

using namespace shikumi;
using shikumi_test::dtypes;

TEST_CASE("each dtype knows its C++ type", "[dtype]") {
    for (const DType t : dtypes) {
        CAPTURE(name(t));
        dispatch(t, [&]<class T>() {
            CHECK(dtype_of<T> == t);
            CHECK(sizeof(T) == size_of(t));
            CHECK(is_floating(t) == std::is_floating_point_v<T>);
            CHECK(is_integer(t) == (std::is_integral_v<T> && !std::is_same_v<T, bool>));
        });
    }
    CHECK(dispatch_floating(f32, []<class T>() { return sizeof(T); }) == 4);
    CHECK(dispatch_floating(f64, []<class T>() { return sizeof(T); }) == 8);
    CHECK(name(bool_) == "bool");
    CHECK(name(f64) == "f64");
}

TEST_CASE("a dtype prints, and the wider of two is known", "[dtype]") {
    std::ostringstream out;
    for (const DType t : dtypes) out << t << ' ';
    CHECK(out.str() == "bool u8 i32 i64 f32 f64 ");
    CHECK(wider(i32, f32) == f32);
    CHECK(wider(f64, f32) == f64);
    CHECK(wider(bool_, u8) == u8);
    CHECK(wider(i64, i32) == i64);
}

TEST_CASE("a literal remembers whether it was written as an integer", "[dtype]") {
    CHECK(Scalar(3).is_integer());
    CHECK(Scalar(true).is_integer());
    CHECK_FALSE(Scalar(3.0).is_integer());
    CHECK_FALSE(Scalar(3.0F).is_integer());
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    CHECK(Scalar(most).to<std::int64_t>() == most);
    CHECK(Scalar(-2.7).to<std::int32_t>() == -2);
    CHECK(Scalar(0.1).to<float>() == 0.1F);
    CHECK(Scalar(0.25).to<bool>());
    CHECK_FALSE(Scalar(0).to<bool>());
}

TEST_CASE("error sentences", "[dtype]") {
    CHECK(sentence("got ", f32, " ", Shape{2, 3}, ", ", 1.5, " and ", 7) ==
          "got f32 (2, 3), 1.5 and 7");
    try {
        fail<DTypeError>("add", "mixed ", f32, " and ", f64);
    } catch (Error& e) {
        e.add_context("in layer 2 'dense'");
        CHECK(std::string(e.what()) == "[add] mixed f32 and f64, in layer 2 'dense'");
    }
    CHECK_THROWS_AS(fail<ShapeError>("x", "y"), Error);
}
