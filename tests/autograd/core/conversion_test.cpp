// The rule by which an element becomes one of another type, at every end of every type's range.
#include "catch.hpp"
#include "support/dtypes.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include <shikumi/autograd/core/conversion.hpp>
#include <shikumi/autograd/ops/ops.hpp>

using namespace shikumi;
using shikumi_test::dtypes;

namespace {

// The rule once more, in long double, which holds every number of every dtype.
template <class To, class From>
To wanted(From x) {
    if constexpr (std::is_same_v<To, bool>) {
        return !(x == From{0});
    } else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
        if (std::isnan(x)) return 0;
        const long double whole = std::trunc(static_cast<long double>(x));
        const long double low = std::numeric_limits<To>::min(),
                          high = std::numeric_limits<To>::max();
        return static_cast<To>(whole < low ? low : whole > high ? high : whole);
    } else if constexpr (std::is_integral_v<To>) {
        // Modulo 2ⁿ.
        return static_cast<To>(
            static_cast<std::make_unsigned_t<To>>(static_cast<std::uint64_t>(x)));
    } else {
        return static_cast<To>(x);
    }
}

template <class T>
std::vector<T> extremes() {
    using Limits = std::numeric_limits<T>;
    if constexpr (std::is_same_v<T, bool>) {
        return {false, true};
    } else if constexpr (std::is_integral_v<T>) {
        return {0,
                1,
                2,
                127,
                Limits::min(),
                Limits::max(),
                static_cast<T>(Limits::max() / 2 + 1),
                static_cast<T>(Limits::max() - 1),
                static_cast<T>(300),
                static_cast<T>(-1)};
    } else {
        std::vector<T> list{0,
                            T(-0.0),
                            T(0.5),
                            T(-0.5),
                            T(2.7),
                            T(-2.7),
                            Limits::min(),
                            Limits::max(),
                            -Limits::max(),
                            Limits::infinity(),
                            -Limits::infinity(),
                            Limits::quiet_NaN(),
                            Limits::denorm_min()};
        for (const int digits : {1, 8, 24, 31, 32, 53, 63, 64}) {
            const T power = std::ldexp(T{1}, digits);
            for (const T x :
                 {power, std::nextafter(power, T{0}), std::nextafter(power, Limits::infinity())}) {
                list.push_back(x);
                list.push_back(-x);
            }
        }
        return list;
    }
}

template <class T>
bool same(T a, T b) {
    return a == b || (a != a && b != b);
}

}  // namespace

TEST_CASE("item, to_vector and cast follow one rule between all dtypes", "[dtype]") {
    for (const DType from : dtypes) {
        dispatch(from, [&]<class From>() {
            for (const From x : extremes<From>()) {
                Array array({Shape{1}, from});
                array.mutable_data<From>()[0] = x;
                const Tensor t(array);
                for (const DType to : dtypes) {
                    INFO(from << " " << +x << " as " << to);
                    dispatch(to, [&]<class To>() {
                        CHECK(same(detail::converted<To>(x), wanted<To>(x)));
                        CHECK(same(t.item<To>(), wanted<To>(x)));
                        CHECK(same(To(t.to_vector<To>()[0]), wanted<To>(x)));
                        // f32 and f64 below the smallest normal number count as 0 in operations.
                        if (std::fpclassify(static_cast<double>(x)) == FP_SUBNORMAL ||
                            std::fpclassify(static_cast<float>(x)) == FP_SUBNORMAL)
                            return;
                        CHECK(same(t.cast(to).item<To>(), wanted<To>(x)));
                    });
                }
            }
        });
    }
}

TEST_CASE("reading a number that the type can't hold", "[dtype]") {
    CHECK(tensor({NAN}).item<std::int32_t>() == 0);
    CHECK(tensor({300.}).to_vector<std::uint8_t>()[0] == 255);
    CHECK(tensor({-INFINITY}).item<std::int64_t>() == std::numeric_limits<std::int64_t>::min());
    CHECK(tensor({1e30}).item<std::int32_t>() == std::numeric_limits<std::int32_t>::max());
}
