// Elementary functions without branches or calls, so that a loop over them becomes vector code.
//
// Measured against twice the precision, no function is off by more than 2.5 units in the last place
// in f32 and 3 in f64, no slope by more than 4 (see tests/autograd/kernels/vector_math_test.cpp).
// Infinities and NaN go where <cmath> sends them; denormal arguments and results may count as zero.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace shikumi::kernels::math {

namespace detail {

template <class T>
inline constexpr bool is_f32 = std::is_same_v<T, float>;
template <class T>
using Bits = std::conditional_t<is_f32<T>, std::uint32_t, std::uint64_t>;
template <class T>
using SignedBits = std::make_signed_t<Bits<T>>;

template <class T>
inline constexpr int mantissa = std::numeric_limits<T>::digits - 1;
template <class T>
inline constexpr T infinity = std::numeric_limits<T>::infinity();
template <class T>
inline constexpr T smallest = std::numeric_limits<T>::min();
template <class T>
inline constexpr T largest = std::numeric_limits<T>::max();

// Adding 1.5 · 2^mantissa rounds to an integer and leaves it in the lowest bits.
template <class T>
inline constexpr T rounder = T{3} * (Bits<T>{1} << (mantissa<T> - 1));
// log 2 = high + low, with so few bits in `high` that an exponent times it is exact.
template <class T>
inline constexpr auto log2_high = static_cast<T>(is_f32<T> ? 0.693145751953125
                                                           : 6.93147180369123816490e-01);
template <class T>
inline constexpr auto log2_low = static_cast<T>(is_f32<T> ? 1.42860682030941723212e-6
                                                          : 1.90821492927058770002e-10);

// c + d x + e x² + …
template <class T>
constexpr T polynomial(T, T c) noexcept {
    return c;
}
template <class T, class... Rest>
constexpr T polynomial(T x, T c, Rest... rest) noexcept {
    return polynomial(x, rest...) * x + c;
}

template <class T>
inline constexpr int bias = std::numeric_limits<T>::max_exponent - 1;  // of exponents in numbers

// x = n · log 2 + r with |r| <= log 2 / 2, exponent = n + k, and tail = eʳ - 1.
template <class T>
struct Reduced {
    Bits<T> exponent;  // where a number keeps it
    T tail;
};
template <int k, class T>
constexpr Reduced<T> reduce(T x) noexcept {
    constexpr T raised = rounder<T> + k;
    const T shifted = x * static_cast<T>(1.4426950408889634074) + raised;
    const T n = shifted - raised;
    const T r = (x - n * log2_high<T>)-n * log2_low<T>;
    // (eʳ - 1 - r) / r²
    T p;
    if constexpr (is_f32<T>)
        p = polynomial(r, 0.5f, 0.16666573381f, 0.041666550110f, 0.0083637738744f,
                       0.0013926926614f);
    else
        p = polynomial(r, 0.5, 0.16666666666666671438, 0.041666666666666670074,
                       0.0083333333333255446996, 0.0013888888888883326674,
                       0.00019841269876864354929, 0.000024801587327007186731,
                       2.7557252833516909748e-6, 2.7557271810219799569e-7, 2.5106274733573294688e-8,
                       2.0915442297780115217e-9);
    return {std::bit_cast<Bits<T>>(shifted) << mantissa<T>, r + r * r * p};
}

// eˣ where it is neither denormal nor infinite
template <class T>
constexpr T exp_inside(T x) noexcept {
    const auto [exponent, tail] = reduce<0>(x);
    return std::bit_cast<T>(std::bit_cast<Bits<T>>(1 + tail) + exponent);
}

// (eˣ - 1) / 2 for x from -40 to log(largest)
template <class T>
constexpr T half_expm1(T x) noexcept {
    const auto [exponent, tail] = reduce<bias<T> - 1>(x);
    const T half = std::bit_cast<T>(exponent);  // 2ⁿ / 2
    return half * tail + (half - T{0.5});
}

// eˣ - 1 for x from -40 to log(largest)
template <class T>
constexpr T expm1_inside(T x) noexcept {
    return 2 * half_expm1(x);
}

// e⁻ᵃ for a >= 0, or 0 where that is denormal
template <class T>
constexpr T decay(T a) noexcept {
    constexpr T most =
        static_cast<T>(bias<T> * 0.69314718055994530942);  // its power of two gives 0
    const auto [exponent, tail] = reduce<bias<T>>(-(a > most ? most : a));
    const T power = std::bit_cast<T>(exponent);  // 2ⁿ
    return power * tail + power;
}

// log u = exponent · log 2 + log1p(f): f - (f²/2 - s (f²/2 + R)), s = f / (2 + f), and R the rest
// of the series in s².
template <class T>
struct Logarithm {
    T exponent, f, rest;
};
template <class T>
constexpr Logarithm<T> logarithm(T u) noexcept {
    constexpr Bits<T> root_half = std::bit_cast<Bits<T>>(T{0.70710678118654752440});
    constexpr Bits<T> exponent_mask = ~Bits<T>{0} << mantissa<T>;
    const Bits<T> bits = std::bit_cast<Bits<T>>(u);
    const Bits<T> above = bits - root_half;
    T e;
    if constexpr (is_f32<T>) {
        e = static_cast<T>(static_cast<SignedBits<T>>(above) >> mantissa<T>);
    } else {
        // There is no 64-bit conversion before AVX-512.
        const Bits<T> biased = (above >> mantissa<T>)^0x800;
        e = std::bit_cast<T>(biased | std::bit_cast<Bits<T>>(0x1p52)) - (0x1p52 + 0x800);
    }
    const T f = std::bit_cast<T>(bits - (above & exponent_mask)) - 1;
    const T s = f / (2 + f);
    const T z = s * s;
    T p;
    if constexpr (is_f32<T>)
        p = polynomial(z, 0.6666666655f, 0.40000125596f, 0.28550396960f, 0.23341943389f);
    else
        p = polynomial(z, 0.6666666666666669907, 0.39999999999893221763, 0.28571428628810995598,
                       0.22222210674238515246, 0.18182922513515941633, 0.15330617306743304884,
                       0.1463003136412286048);
    const T half_square = T{0.5} * f * f;
    return {e, f, half_square - s * (half_square + z * p)};
}

// log x where x isn't positive and finite
template <class T>
constexpr T log_outside(T x, T inside) noexcept {
    const T low = x < 0 ? std::numeric_limits<T>::quiet_NaN() : -infinity<T>;
    const T y = x < smallest<T> ? low : inside;
    return x <= largest<T> ? y : x;
}

template <class T>
constexpr T log_inside(T x) noexcept {
    const auto [e, f, rest] = logarithm(x);
    return e * log2_high<T> + (f - (rest - e * log2_low<T>));
}

// log(1 + x) for x > -1 and finite: u is 1 + x, rounded, c makes up for that.
template <class T>
constexpr T log1p_inside(T x) noexcept {
    const T u = 1 + x;
    const T c = (x - (u - 1)) / u;
    const auto [e, f, rest] = logarithm(u);
    return e * log2_high<T> + (f - (rest - (e * log2_low<T> + c)));
}

template <class T>
constexpr T absolute(T x) noexcept {
    return std::bit_cast<T>(std::bit_cast<Bits<T>>(x) & (~Bits<T>{0} >> 1));
}
template <class T>
constexpr T with_sign(T x, T sign) noexcept {
    constexpr Bits<T> bit = Bits<T>{1} << (8 * sizeof(T) - 1);
    return std::bit_cast<T>(std::bit_cast<Bits<T>>(x) | (std::bit_cast<Bits<T>>(sign) & bit));
}

// An angle as quadrant · π/2 + rest, for |x| <= 2²⁸; in f64, where π/2 = high + low, and `high` has
// so few bits that a quadrant's number times it is exact.
struct Angle {
    std::uint64_t quadrant;
    double rest;
};
constexpr Angle turned(double x) noexcept {
    constexpr double high = 1.57079631090164184570, low = 1.58932547735281966916e-08;
    const double shifted = x * 0.63661977236758134308 + rounder<double>;
    const double n = shifted - rounder<double>;
    return {std::bit_cast<std::uint64_t>(shifted), x - n * high - n * low};
}
// sin(quadrant · π/2 + rest)
constexpr double sine(Angle angle) noexcept {
    const double r = angle.rest;
    const double z = r * r;
    const double s = r * (1 + z * polynomial(z, -0.1666666666374136766, 0.0083333318306294283635,
                                             -0.00019840063040804116852, 2.7246868722877944541e-6));
    const double c = 1 - 0.5 * z +
                     z * z *
                         polynomial(z, 0.041666666664226133516, -0.0013888887635227974877,
                                    0.000024800580601354642352, -2.7298407652795174718e-7);
    const double y = (angle.quadrant & 1) != 0 ? c : s;
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(y) ^ ((angle.quadrant & 2) << 62));
}

// arctan x, to f32's accuracy: above 1 as π/2 - arctan(1 / x)
constexpr double arctangent(double x) noexcept {
    const double a = absolute(x);
    const double b = a > 1 ? 1 / a : a;
    const double z = b * b;
    const double y =
        b + b * z *
                polynomial(z, -0.333333330810732537, 0.199999493211418874, -0.142840037947335303,
                           0.110882616287351587, -0.089318267773813144, 0.0703191425002996594,
                           -0.0489605140270906659, 0.0263050011100623766, -0.00914462976059239535,
                           0.00148869193930475962);
    return with_sign(a > 1 ? 1.57079632679489661923 - y : y, x);
}

}  // namespace detail

/// eˣ
template <class T>
constexpr T exp(T x) noexcept {
    constexpr T low = detail::is_f32<T> ? -87.336544f : -708.39641853226410622;
    // The last numbers whose powers are finite: of the next one `exp_inside` would make a NaN.
    constexpr T high = detail::is_f32<T> ? 88.72283172607421875f : 709.78271289338399684;
    const T y = x < low ? 0 : detail::exp_inside(x);
    return x <= high ? y : x + detail::infinity<T>;
}

/// eˣ - 1
template <class T>
constexpr T expm1(T x) noexcept {
    constexpr T high = detail::is_f32<T> ? 88.722839f : 709.78271289338399684;
    const T y = detail::expm1_inside(x < -40 ? T{-40} : x);
    const T z = x == 0 ? x : y;
    return x <= high ? z : x + detail::infinity<T>;
}

/// log x
template <class T>
constexpr T log(T x) noexcept {
    return detail::log_outside(x, detail::log_inside(x));
}

/// log x / log 2, exact for powers of two
template <class T>
constexpr T log2(T x) noexcept {
    // 1 / log 2 = high + low
    constexpr T high = detail::is_f32<T> ? 1.4426950216293335 : 1.4426950408889634;
    constexpr T low = detail::is_f32<T> ? 1.9259629911e-8 : 2.0355273740931033e-17;
    const auto [e, f, rest] = detail::logarithm(x);
    const T log_f = f - rest;
    return detail::log_outside(x, e + (log_f * high + log_f * low));
}

/// log(1 + x)
template <class T>
constexpr T log1p(T x) noexcept {
    const T y = x == 0 ? x : detail::log1p_inside(x);
    const T low = x < -1 ? std::numeric_limits<T>::quiet_NaN() : -detail::infinity<T>;
    const T z = x <= -1 ? low : y;
    return x <= detail::largest<T> ? z : x;
}

/// A function's value and its derivative.
template <class T>
struct WithSlope {
    T value, slope;
};

/// tanh x = m / (m + 1) and 1 / cosh² x = q (2 - q) for m = (exp(2 |x|) - 1) / 2 and q = 1 / (m +
/// 1), which is 1 - tanh |x|
template <class T>
constexpr WithSlope<T> tanh_with_slope(T x) noexcept {
    constexpr T most = detail::is_f32<T> ? 88.72283172607421875f : 709.78271289338399684;
    const T a = 2 * detail::absolute(x);
    const T m = detail::half_expm1(a > most ? most : a);
    const T q = 1 / (m + 1);
    return {detail::with_sign(m / (m + 1), x), a > most ? 0 : q * (2 - q)};
}

/// (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ)
template <class T>
constexpr T tanh(T x) noexcept {
    return tanh_with_slope(x).value;
}

/// 1 / cosh² x, the derivative of tanh
template <class T>
constexpr T tanh_slope(T x) noexcept {
    return tanh_with_slope(x).slope;
}

/// 1 / (1 + e⁻ˣ)
template <class T>
constexpr T sigmoid(T x) noexcept {
    return 1 / (1 + exp(-x));
}

/// σ(x), which is q below 0 and 1 - q from there on, and its derivative q (1 - q) for q = e / (1 +
/// e), e = exp(-|x|)
template <class T>
constexpr WithSlope<T> sigmoid_with_slope(T x) noexcept {
    const T e = detail::decay(detail::absolute(x));
    const T q = e / (1 + e), above = 1 - q;
    return {x < 0 ? q : above, q * above};
}

/// σ(x) σ(-x), the derivative of σ
template <class T>
constexpr T sigmoid_slope(T x) noexcept {
    return sigmoid_with_slope(x).slope;
}

/// log(1 + eˣ) = max(x, 0) + log(1 + exp(-|x|))
template <class T>
constexpr T softplus(T x) noexcept {
    constexpr T low = detail::is_f32<T> ? -87.336544f : -708.39641853226410622;
    const T a = -detail::absolute(x);
    const T e = a < low ? 0 : detail::exp_inside(a);
    return (x < 0 ? 0 : x) + detail::log1p_inside(e);
}

/// exp(-c x²) for c = 1 or 1/2. In f64 x² has two parts: the rounding error of the exponent would
/// be that of the result.
template <class T>
constexpr T gaussian(T x, T c) noexcept {
    if constexpr (detail::is_f32<T>) {
        const double d = x;
        return static_cast<T>(exp(-c * d * d));
    } else {
        const T a = detail::absolute(x) > 40 ? T{40} : detail::absolute(x);
        // Half of the digits, so that the square is exact.
        const T high = std::bit_cast<T>(std::bit_cast<std::uint64_t>(a) >> 27 << 27);
        return exp(-c * (high * high)) * detail::exp_inside(-c * ((a - high) * (a + high)));
    }
}

/// The density of the normal distribution, exp(-x²/2) / √(2π).
template <class T>
constexpr T normal_density(T x) noexcept {
    return T(0.39894228040143267794) * gaussian(x, T{0.5});
}

/// The normal distribution function Φ(x): Φ(-a) = exp(-a²/2) p(t) / (a + 4) with a polynomial in
/// t = (a - 4) / (a + 4).
template <class T>
constexpr T normal_cdf(T x) noexcept {
    const double d = x, a = detail::absolute(d) > 40 ? 40.0 : detail::absolute(d);
    const double w = 1 / (a + 4), t = (a - 4) * w;
    double p;
    if constexpr (detail::is_f32<T>)
        p = detail::polynomial(t, 0.7552851385103706, -0.6078966060738091, 0.3871366797947066,
                               -0.18652300589738766, 0.06040646974830364, -0.007527212911679855,
                               -0.003523574056351906, 0.0015693136450922462, 0.00019480185114246543,
                               -0.00012298315700526609);
    else
        p = detail::polynomial(
            t, 0.7552851304157515, -0.6078966419718917, 0.38713740074221886, -0.18652185795969417,
            0.06039657489069947, -0.007540188965593059, -0.0034796923622425332,
            0.0016308184418903596, 0.00013334425401904912, -0.0002310948183193762,
            -1.9078665316613576e-06, 3.5144181157760973e-05, 7.150055959216099e-07,
            -5.918892731763236e-06, -6.25132104047868e-07, 1.0198048518135172e-06,
            2.6368248576407624e-07, -1.5426320536771075e-07, -7.63808205349045e-08,
            1.457859334703646e-08, 1.392402399350171e-08, 7.26954547902669e-11,
            -9.653425420228504e-10);
    const double tail = gaussian(a, 0.5) * (w * p);
    return static_cast<T>(d > 0 ? 1 - tail : tail);
}

// What follows is for f32; in f64 <cmath> is as good as it gets.

/// 2/√π ∫₀ˣ exp(-t²) dt: up to 1 a polynomial, above 1 - exp of one
constexpr float erf(float x) noexcept {
    const float a = detail::absolute(x);
    const float near =
        a + a * detail::polynomial(a * a, 0.12837916585f, -0.37612626667f, 0.11283594715f,
                                   -0.026854212010f, 0.0051890874234f, -0.00080168642871f,
                                   0.000078758750627f);
    const float far = 1 - detail::exp_inside(detail::polynomial(
                              a > 4 ? 4 : a, 0.00032013804968f, -1.1302334348f, -0.63182605156f,
                              -0.11008008295f, 0.026421136006f, -0.0047595962933f,
                              0.00059680562567f, -0.000046058042689f, 1.6371514146e-6f));
    return detail::with_sign(a > 1 ? far : near, x);
}

/// Whether sin, cos and tan are made for it.
constexpr bool turns(float x) noexcept { return detail::absolute(x) <= 0x1p28f; }

/// sin x where turns(x)
constexpr float sin(float x) noexcept {
    return static_cast<float>(detail::sine(detail::turned(x)));
}

/// cos x where turns(x)
constexpr float cos(float x) noexcept {
    const auto [quadrant, rest] = detail::turned(x);
    return static_cast<float>(detail::sine({quadrant + 1, rest}));
}

/// tan x where turns(x)
constexpr float tan(float x) noexcept {
    const auto [quadrant, rest] = detail::turned(x);
    return static_cast<float>(detail::sine({quadrant, rest}) / detail::sine({quadrant + 1, rest}));
}

/// log x / log 10
constexpr float log10(float x) noexcept {
    return static_cast<float>(log(static_cast<double>(x)) * 0.43429448190325182765);
}

/// (eˣ - e⁻ˣ) / 2 = (m + m / (m + 1)) / 2 for m = eˣ - 1
constexpr float sinh(float x) noexcept {
    const double a = detail::absolute(x);
    const double m = detail::expm1_inside(a > 90 ? 90 : a);
    return detail::with_sign(static_cast<float>(0.5 * (m + m / (m + 1))), x);
}

/// (eˣ + e⁻ˣ) / 2
constexpr float cosh(float x) noexcept {
    const double a = detail::absolute(x);
    const double e = detail::exp_inside(a > 90 ? 90 : a);
    return static_cast<float>(0.5 * (e + 1 / e));
}

/// log(x + √(x² + 1)), for x >= 0 as log(1 + x + x² / (1 + √(x² + 1)))
inline float asinh(float x) noexcept {
    const double a = detail::absolute(x);
    const double y = detail::log1p_inside(a + a * a / (1 + std::sqrt(a * a + 1)));
    return detail::with_sign(static_cast<float>(a <= detail::largest<float> ? y : a), x);
}

/// log(x + √(x² - 1)) = log(1 + t + √(2 t + t²)) for t = x - 1
inline float acosh(float x) noexcept {
    const double t = static_cast<double>(x) - 1;
    const double y = detail::log1p_inside(t + std::sqrt(t * (2 + t)));
    const double z = t < 0 ? std::numeric_limits<double>::quiet_NaN() : y;
    return static_cast<float>(x <= detail::largest<float> ? z : x);
}

/// log((1 + x) / (1 - x)) / 2, for x >= 0 as log(1 + 2 x / (1 - x)) / 2
constexpr float atanh(float x) noexcept {
    const double a = detail::absolute(x);
    return detail::with_sign(static_cast<float>(0.5 * log1p(2 * a / (1 - a))), x);
}

/// arctan x
constexpr float atan(float x) noexcept { return static_cast<float>(detail::arctangent(x)); }

/// arcsin x = arctan(x / √(1 - x²))
inline float asin(float x) noexcept {
    const double d = x;
    return static_cast<float>(detail::arctangent(d / std::sqrt((1 - d) * (1 + d))));
}

/// arccos x = 2 arctan √((1 - x) / (1 + x))
inline float acos(float x) noexcept {
    const double d = x;
    return static_cast<float>(2 * detail::arctangent(std::sqrt((1 - d) / (1 + d))));
}

/// Whether pow(a, b) is made for these: a positive, both finite.
constexpr bool pow_takes(float a, float b) noexcept {
    return (a >= detail::smallest<float>)&(a <= detail::largest<float>)&(detail::absolute(b) <=
                                                                         detail::largest<float>);
}

/// aᵇ where pow_takes(a, b)
constexpr float pow(float a, float b) noexcept {
    return static_cast<float>(exp(b * detail::log_inside(static_cast<double>(a))));
}

}  // namespace shikumi::kernels::math
