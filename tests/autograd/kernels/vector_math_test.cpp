// Compares the elementary functions with twice the precision, for every instruction set of this
// processor.
#include <shikumi/autograd/kernels/vector_math.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include <shikumi/autograd/kernels/block.hpp>

#include "catch.hpp"

using namespace shikumi;
using kernels::Instructions;
namespace vector = kernels::math;

namespace {

// A function of the kernels and its counterpart in <cmath> for a wider type.
struct Candidate {
    std::string name;
    kernels::BlockFunction (*kernel)(DType, Instructions);
    long double (*reference)(long double);
    double (*reference_of_f32)(double);
    double low, high;  // range of f64 arguments
    bool slope = false;

    // Units in the last place that a result may be off.
    double bound(DType t) const { return slope ? 4 : t == f32 ? 2.5 : 3; }
};

template <class F, bool f64_too>
kernels::BlockFunction kernel_of(DType t, Instructions instructions) {
    if (t == f32) return kernels::multiversioned<kernels::detail::Block<F, float>>(instructions);
    if constexpr (f64_too)
        return kernels::multiversioned<kernels::detail::Block<F, double>>(instructions);
    else
        return nullptr;
}

// F in f32 and, with `f64_too`, in f64; G is the reference.
template <bool f64_too = true, class F, class G>
Candidate function(const char* name, F, G, double low = 0, double high = 0) {
    return {name,
            kernel_of<F, f64_too>,
            [](long double x) { return G{}(x); },
            [](double x) { return G{}(x); },
            low,
            high};
}

template <class F, class G>
Candidate slope(const char* name, F f, G g, double low, double high) {
    Candidate all = function(name, f, g, low, high);
    all.slope = true;
    return all;
}

// e⁻ᵃ / (1 + e⁻ᵃ)²
template <class T>
T logistic_density(T a) {
    const T e = std::exp(-a);
    return e / ((1 + e) * (1 + e));
}

std::vector<Candidate> functions() {
    return {
        slope(
            "tanh_slope", [](auto x) { return vector::tanh_slope(x); },
            [](auto x) { return 4 * logistic_density(2 * std::abs(x)); }, -40, 40),
        slope(
            "sigmoid_slope", [](auto x) { return vector::sigmoid_slope(x); },
            [](auto x) { return logistic_density(std::abs(x)); }, -80, 80),
        function(
            "exp", [](auto x) { return vector::exp(x); }, [](auto x) { return std::exp(x); }, -708,
            709),
        function(
            "expm1", [](auto x) { return vector::expm1(x); }, [](auto x) { return std::expm1(x); },
            -40, 40),
        function(
            "log", [](auto x) { return vector::log(x); }, [](auto x) { return std::log(x); }, 0, 5),
        function(
            "log1p", [](auto x) { return vector::log1p(x); }, [](auto x) { return std::log1p(x); },
            -1, 5),
        function(
            "log2", [](auto x) { return vector::log2(x); }, [](auto x) { return std::log2(x); }, 0,
            5),
        function(
            "tanh", [](auto x) { return vector::tanh(x); }, [](auto x) { return std::tanh(x); }, -3,
            3),
        function(
            "sigmoid", [](auto x) { return vector::sigmoid(x); },
            [](auto x) { return 1 / (1 + std::exp(-x)); }, -30, 30),
        function(
            "softplus", [](auto x) { return vector::softplus(x); },
            [](auto x) {
                return std::fmax(x, decltype(x){0}) + std::log1p(std::exp(-std::abs(x)));
            },
            -30, 30),
        function<false>(
            "log10", [](float x) { return vector::log10(x); },
            [](auto x) { return std::log10(x); }),
        function<false>(
            "erf", [](float x) { return vector::erf(x); }, [](auto x) { return std::erf(x); }),
        function<false>(
            "sinh", [](float x) { return vector::sinh(x); }, [](auto x) { return std::sinh(x); }),
        function<false>(
            "cosh", [](float x) { return vector::cosh(x); }, [](auto x) { return std::cosh(x); }),
        function<false>(
            "asinh", [](float x) { return vector::asinh(x); },
            [](auto x) { return std::asinh(x); }),
        function<false>(
            "acosh", [](float x) { return vector::acosh(x); },
            [](auto x) { return std::acosh(x); }),
        function<false>(
            "atanh", [](float x) { return vector::atanh(x); },
            [](auto x) { return std::atanh(x); }),
        function<false>(
            "atan", [](float x) { return vector::atan(x); }, [](auto x) { return std::atan(x); }),
        function<false>(
            "asin", [](float x) { return vector::asin(x); }, [](auto x) { return std::asin(x); }),
        function<false>(
            "acos", [](float x) { return vector::acos(x); }, [](auto x) { return std::acos(x); }),
        function<false>(
            "sin", [](float x) { return vector::turns(x) ? vector::sin(x) : std::sin(x); },
            [](auto x) { return std::sin(x); }),
        function<false>(
            "cos", [](float x) { return vector::turns(x) ? vector::cos(x) : std::cos(x); },
            [](auto x) { return std::cos(x); }),
        function<false>(
            "tan", [](float x) { return vector::turns(x) ? vector::tan(x) : std::tan(x); },
            [](auto x) { return std::tan(x); }),
    };
}

std::vector<Instructions> versions() {
    std::vector<Instructions> all{Instructions::baseline};
    if (kernels::instructions() >= Instructions::avx2) all.push_back(Instructions::avx2);
    if (kernels::instructions() >= Instructions::avx512) all.push_back(Instructions::avx512);
    return all;
}

constexpr double wrong = 1e30;

// The distance between `got` and the exact `wanted` in units in the last place of T. If `wanted` is
// denormal, `got` must be denormal or zero.
template <class T, class Wide>
double distance(T got, Wide wanted) {
    using Limits = std::numeric_limits<T>;
    const T nearest = static_cast<T>(wanted);
    if (std::isnan(wanted)) return std::isnan(got) ? 0 : wrong;
    if (std::isnan(got)) return wrong;
    if (std::abs(wanted) < static_cast<Wide>(Limits::min()) * Wide(1.000001))
        return std::abs(got) <= Limits::min() * T(1.000001) ? 0 : wrong;
    if (got == nearest && std::isinf(got)) return 0;
    // At the edge to infinity both the largest number and infinity are right.
    if (std::isinf(nearest) || std::isinf(got))
        return std::abs(static_cast<Wide>(std::isinf(got) ? nearest : got)) >
                       static_cast<Wide>(Limits::max()) * Wide(0.99999)
                   ? 0
                   : wrong;
    int exponent;
    std::frexp(wanted, &exponent);
    return static_cast<double>(std::abs(static_cast<Wide>(got) - wanted) /
                               std::ldexp(Wide{1}, exponent - Limits::digits));
}

constexpr Index block = 1000;  // not a multiple of the vector length

struct Worst {
    double distance = 0, x = 0;
    void see(double d, double at) {
        if (!(d <= distance)) *this = {d, at};
    }
};

// The worst distance over every `step`-th float of [first, last), and over all floats between two
// neighbours of which only one result is finite.
Worst sweep(const Candidate& f, Instructions instructions, std::uint32_t step,
            std::uint64_t first = 0, std::uint64_t last = std::uint64_t{1} << 32) {
    const auto kernel = f.kernel(f32, instructions);
    std::vector<float> x(block), y(block);
    Worst worst;
    bool finite_before = true;
    for (std::uint64_t bits = first; bits < last;) {
        const std::uint64_t start = bits;
        for (float& v : x) {
            v = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
            if (!std::isnormal(v) && std::isfinite(v)) v = std::copysign(0.0F, v);
            bits += step;
        }
        kernel(block, y.data(), x.data(), nullptr, nullptr);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double wanted = f.reference_of_f32(x[i]);
            worst.see(distance(y[i], wanted), x[i]);
            const bool finite = std::isfinite(static_cast<float>(wanted));
            const std::uint64_t at = start + i * step;
            if (step > 1 && finite != finite_before && at > step) {
                const Worst edge = sweep(f, instructions, 1, at - step, at);
                worst.see(edge.distance, edge.x);
            }
            finite_before = finite;
        }
    }
    return worst;
}

void sweep_all(std::uint32_t step) {
    for (const Candidate& f : functions()) {
        for (const Instructions v : versions()) {
            const Worst worst = sweep(f, v, step);
            INFO(f.name << ", version " << static_cast<int>(v) << ": " << worst.distance
                        << " ulp at " << worst.x);
            CHECK(worst.distance < f.bound(f32));
        }
    }
}

}  // namespace

TEST_CASE("f32 functions are within 2.5 ulp, slopes within 4", "[vector_math]") {
    sweep_all(19997);
}
TEST_CASE("f32 functions are as exact for many more arguments", "[vector_math][slow]") {
    sweep_all(997);
}

TEST_CASE("f64 functions are within 3 ulp, slopes within 4", "[vector_math]") {
    if (std::numeric_limits<long double>::digits <= 53) return;  // nothing to compare with
    std::uint64_t state = 1;
    for (const Candidate& f : functions()) {
        for (const Instructions v : versions()) {
            const auto kernel = f.kernel(f64, v);
            if (!kernel) continue;
            Worst worst;
            std::vector<double> x(block), y(block);
            for (int round = 0; round < 60; ++round) {
                for (double& value : x) {
                    state = state * 6364136223846793005U + 1442695040888963407U;
                    value = f.low + (f.high - f.low) * static_cast<double>(state >> 11) * 0x1p-53;
                    // In every other round arguments near the zeros of log and log1p.
                    if (round % 2 == 1) value = (f.low >= 0 ? 1 : 0) + value * 0x1p-10;
                }
                kernel(block, y.data(), x.data(), nullptr, nullptr);
                for (std::size_t i = 0; i < x.size(); ++i)
                    worst.see(distance(y[i], f.reference(x[i])), x[i]);
            }
            INFO(f.name << ", version " << static_cast<int>(v) << ": " << worst.distance
                        << " ulp at " << worst.x);
            CHECK(worst.distance < f.bound(f64));
        }
    }
}

TEST_CASE("functions send special values where <cmath> does", "[vector_math]") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> special{0.0,   -0.0,  1,      -1,   infinity, -infinity, nan,  1e30,
                                      -1e30, 1e-30, -1e-30, 88.7, 89,       -87,       -104, 709,
                                      710,   -708,  -746,   2,    -2,       0.5};
    for (const Candidate& f : functions()) {
        for (const Instructions v : versions()) {
            for (const double s : special) {
                INFO(f.name << "(" << s << "), version " << static_cast<int>(v));
                std::vector<float> x(block, static_cast<float>(s)), y(block);
                f.kernel(f32, v)(block, y.data(), x.data(), nullptr, nullptr);
                const double wanted = f.reference_of_f32(x[0]);
                CHECK(distance(y[0], wanted) < f.bound(f32));
                if (wanted == 0) CHECK(std::signbit(y[0]) == std::signbit(wanted));
                if (!f.kernel(f64, v)) continue;
                std::vector<double> a(block, s), b(block);
                f.kernel(f64, v)(block, b.data(), a.data(), nullptr, nullptr);
                CHECK(distance(b[0], f.reference(s)) < f.bound(f64));
            }
        }
    }
    for (int e = -126; e < 128; ++e) {
        CHECK(vector::log2(std::ldexp(1.0F, e)) == static_cast<float>(e));
        CHECK(vector::log2(std::ldexp(1.0, e)) == e);
    }
}

TEST_CASE("a result does not depend on the element's position", "[vector_math]") {
    std::vector<float> x(block), whole(block), alone(block);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = -3 + 6 * static_cast<float>(i) / block;
    for (const Candidate& f : functions()) {
        for (const Instructions v : versions()) {
            INFO(f.name << ", version " << static_cast<int>(v));
            const auto kernel = f.kernel(f32, v);
            kernel(block, whole.data(), x.data(), nullptr, nullptr);
            for (Index i = 0, n = 1; i < block; i += n, n = n % 37 + 1) {
                n = std::min(n, block - i);
                kernel(n, alone.data() + i, x.data() + i, nullptr, nullptr);
            }
            for (std::size_t i = 0; i < x.size(); ++i) {
                CHECK(std::bit_cast<std::uint32_t>(whole[i]) ==
                      std::bit_cast<std::uint32_t>(alone[i]));
            }
            // Also in place.
            alone = x;
            kernel(block, alone.data(), alone.data(), nullptr, nullptr);
            CHECK(std::equal(whole.begin(), whole.end(), alone.begin(), [](float a, float b) {
                return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
            }));
        }
    }
}

TEST_CASE("powers are within 1 ulp", "[vector_math]") {
    Worst worst;
    for (float a = 0x1p-126F; a < 1e38F; a *= 1.0371F) {
        for (float b = -40; b < 40; b += 0.7301F) {
            const double wanted = std::pow(static_cast<double>(a), static_cast<double>(b));
            REQUIRE(vector::pow_takes(a, b));
            worst.see(distance(vector::pow(a, b), wanted), a);
        }
    }
    INFO(worst.distance << " ulp at " << worst.x);
    CHECK(worst.distance < 1);
    CHECK(!vector::pow_takes(0, 1));
    CHECK(!vector::pow_takes(-1, 1));
    CHECK(!vector::pow_takes(1, std::numeric_limits<float>::infinity()));
    CHECK(!vector::pow_takes(std::numeric_limits<float>::quiet_NaN(), 1));
}
