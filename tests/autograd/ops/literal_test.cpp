// Numbers beside tensors: every place that takes one, every dtype, the ends of every integer type.
#include "catch.hpp"
#include "support/dtypes.hpp"

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>

using namespace shikumi;
using shikumi_test::contains;
using shikumi_test::dtypes;

namespace {

using Real = long double;
constexpr std::uint64_t half = std::uint64_t{1} << 63, most = ~std::uint64_t{0};

struct Number {
    Scalar literal;
    Real value;
};
template <class T>
Number number(T value) {
    return {value, static_cast<Real>(value)};
}
const std::vector<Number> numbers{
    number(half),
    number(half + 4096),
    number(most),
    number(half - 1),
    number(std::numeric_limits<std::int64_t>::min()),
    number(~std::uint32_t{0}),
    number(std::int64_t{1} << 31),
    number(std::numeric_limits<std::int32_t>::max()),
    number(-1),
    number(256),
    number(255),
    number(2),
    number(1),
    number(0),
};

// An operation of a tensor of ones and a number; what it gives for 1 and the number.
struct Place {
    const char* name;
    std::function<Tensor(const Tensor&, Scalar)> call;
    std::function<Real(Real)> value;
};
const std::vector<Place> places{
    {"full", [](const Tensor& x, Scalar s) { return full({1}, s, x.dtype()); },
     [](Real v) { return v; }},
    {"scalar", [](const Tensor& x, Scalar s) { return scalar(s, x.dtype()); },
     [](Real v) { return v; }},
    {"<", [](const Tensor& x, Scalar s) { return x < s; }, [](Real v) { return 1 < v; }},
    {"<=", [](const Tensor& x, Scalar s) { return x <= s; }, [](Real v) { return 1 <= v; }},
    {">", [](const Tensor& x, Scalar s) { return x > s; }, [](Real v) { return 1 > v; }},
    {">=", [](const Tensor& x, Scalar s) { return x >= s; }, [](Real v) { return 1 >= v; }},
    {"< left", [](const Tensor& x, Scalar s) { return s < x; }, [](Real v) { return v < 1; }},
    {"<= left", [](const Tensor& x, Scalar s) { return s <= x; }, [](Real v) { return v <= 1; }},
    {"> left", [](const Tensor& x, Scalar s) { return s > x; }, [](Real v) { return v > 1; }},
    {">= left", [](const Tensor& x, Scalar s) { return s >= x; }, [](Real v) { return v >= 1; }},
    {"equal", [](const Tensor& x, Scalar s) { return equal(x, s); }, [](Real v) { return v == 1; }},
    {"not_equal", [](const Tensor& x, Scalar s) { return not_equal(x, s); },
     [](Real v) { return v != 1; }},
    {"maximum", [](const Tensor& x, Scalar s) { return maximum(x, s); },
     [](Real v) { return v > 1 ? v : 1; }},
    {"minimum", [](const Tensor& x, Scalar s) { return minimum(s, x); },
     [](Real v) { return v < 1 ? v : 1; }},
    {"clip", [](const Tensor& x, Scalar s) { return clip(x, s, s); }, [](Real v) { return v; }},
    {"clip below", [](const Tensor& x, Scalar s) { return clip(x, s, x); }, [](Real) { return 1; }},
    {"where", [](const Tensor& x, Scalar s) { return where(equal(x, 0), x, s); },
     [](Real v) { return v; }},
    {"where left", [](const Tensor& x, Scalar s) { return where(equal(x, 1), s, x); },
     [](Real v) { return v; }},
    {"where of two", [](const Tensor& x, Scalar s) { return where(equal(x, 1), s, 0, x.dtype()); },
     [](Real v) { return v; }},
    {"pad",
     [](const Tensor& x, Scalar s) {
         return slice(pad(x, {{1, 0}}, s), 0, {0, 1});
     },
     [](Real v) { return v; }},
    {"*", [](const Tensor& x, Scalar s) { return x * s; }, [](Real v) { return v; }},
    {"* left", [](const Tensor& x, Scalar s) { return s * x; }, [](Real v) { return v; }},
    {"+", [](const Tensor& x, Scalar s) { return x * 0 + s; }, [](Real v) { return v; }},
    {"-", [](const Tensor& x, Scalar s) { return s - x * 0; }, [](Real v) { return v; }},
    {"/", [](const Tensor& x, Scalar s) { return s / x; }, [](Real v) { return v; }},
    {"pow", [](const Tensor& x, Scalar s) { return pow(s, x); }, [](Real v) { return v; }},
    {"lerp", [](const Tensor& x, Scalar s) { return lerp(x * 0, x, s); }, [](Real v) { return v; }},
    {"+=", [](Tensor x, Scalar s) { return (x *= 0) += s; }, [](Real v) { return v; }},
};

// What a dtype makes of a real number.
Real rounded(Real v, DType t) {
    return t == f32 ? static_cast<float>(v) : t == f64 ? static_cast<double>(v) : v;
}

// The result; nothing where it was refused.
std::optional<Tensor> result(const Place& place, const Tensor& x, Scalar s) {
    try {
        return place.call(x, s);
    } catch (const Error&) {
        return std::nullopt;
    }
}

Real read(const Tensor& t) {
    return t.dtype() == f64 || t.dtype() == f32 ? static_cast<Real>(t.item<double>())
                                                : static_cast<Real>(t.item<std::int64_t>());
}

}  // namespace

TEST_CASE("a number of any type beside a tensor of any dtype has its value, or is refused",
          "[ops]") {
    int accepted = 0;
    for (const Place& place : places) {
        for (const DType dtype : dtypes) {
            const Tensor x = ones({1}, dtype);
            for (const Number& n : numbers) {
                INFO(place.name << " " << dtype << " " << to_string(n.literal));
                const auto got = result(place, x, n.literal);
                if (!got) continue;
                ++accepted;
                CHECK(read(*got) == rounded(place.value(rounded(n.value, dtype)), got->dtype()));
            }
            if (!is_floating(dtype)) continue;
            // A real tensor refuses no number.
            for (const Number& n : numbers) CHECK(result(place, x, n.literal).has_value());
        }
    }
    CHECK(accepted > 1000);
}

TEST_CASE("unsigned numbers above 2^63", "[ops]") {
    CHECK(scalar(half, f64).item<double>() == 0x1p63);
    CHECK((tensor({1.}) < SIZE_MAX).item<bool>());
    CHECK_THROWS_AS(full({1}, UINT64_MAX, i64), ValueError);
    CHECK_THROWS_WITH(full({1}, UINT64_MAX, i64),
                      contains("[full]") && contains("18446744073709551615"));
    CHECK_THROWS_AS(ones({1}, i64) < SIZE_MAX, DTypeError);
    CHECK_THROWS_WITH(ones({1}, i64) < SIZE_MAX, contains("[less]") && contains(".cast(f64)"));
    CHECK(tensor({half, half}, f64).to_vector<double>()[1] == 0x1p63);
    CHECK_THROWS_AS(tensor({half}, i64), ValueError);
    CHECK_THROWS_AS(arange(0, UINT64_MAX), ValueError);
    CHECK_THROWS_AS(arange(half, most, half, f64), ValueError);
    CHECK_THROWS_AS(arange(0, 3, most), ValueError);
}

TEST_CASE("limits of integers are compared exactly", "[ops]") {
    const std::int64_t large = (std::int64_t{1} << 53) + 1;
    CHECK_THROWS_AS(clip(ones({1}, i64), large, large - 1), ValueError);
    CHECK(clip(ones({1}, i64), large, large).item<std::int64_t>() == large);
}

TEST_CASE("a number is rounded once to the tensor's dtype, whatever was used before", "[ops]") {
    // Both are 2⁶⁰ + 2³⁶ as f64, but differ as f32.
    const std::int64_t down = (std::int64_t{1} << 60) + (std::int64_t{1} << 36), up = down + 1;
    CHECK((ones({1}) * down).item<float>() == 0x1p60F);
    CHECK((ones({1}) * up).item<float>() == 0x1p60F + 0x1p37F);
    CHECK((ones({1}) * down).item<float>() == 0x1p60F);
}
