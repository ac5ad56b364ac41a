#include <shikumi/autograd/kernels/special.hpp>

#include <math.h>  // lgamma_r, which POSIX has

#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace shikumi::kernels {

namespace {

using Wide = long double;
constexpr Wide pi = std::numbers::pi_v<Wide>;
constexpr Wide epsilon = std::numeric_limits<Wide>::epsilon();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// sin πx and cos πx, exact where they are 0 or ±1
struct Turn {
    Wide sine, cosine;
};
Turn half_turns(double x) {
    const double r = std::remainder(x, 2.0), quadrant = std::nearbyint(2 * r);
    const Wide rest = pi * static_cast<Wide>(r - quadrant / 2);
    const Wide s = std::sin(rest), c = std::cos(rest);
    switch (static_cast<int>(quadrant) & 3) {
        case 0:
            return {s, c};
        case 1:
            return {c, -s};
        case 2:
            return {-s, -c};
        default:
            return {-c, s};
    }
}

bool is_whole(double x) { return x == std::floor(x); }

// The Bernoulli numbers B₂, B₄, …
constexpr std::array<Wide, 8> bernoulli{1.0L / 6,  -1.0L / 30,     1.0L / 42, -1.0L / 30,
                                        5.0L / 66, -691.0L / 2730, 7.0L / 6,  -3617.0L / 510};

// ψ(x) for x > 0: by ψ(x) = ψ(x + 1) - 1/x up to where log x - 1/(2x) - Σ B₂ₖ / (2k x²ᵏ) holds.
// (M. Abramowitz, I. Stegun, "Handbook of mathematical functions", 6.3.5 and 6.3.18.)
Wide positive_digamma(Wide x) {
    Wide below = 0;
    for (; x < 20; ++x) below += 1 / x;
    const Wide z = 1 / (x * x);
    Wide power = z, series = 0;
    for (std::size_t k = 0; k < bernoulli.size(); ++k, power *= z)
        series += bernoulli[k] / static_cast<Wide>(2 * (k + 1)) * power;
    return std::log(x) - 1 / (2 * x) - series - below;
}

// |ψ⁽ⁿ⁾(x)| for x > 0 and n ≥ 1: Σ n! / (x + i)ⁿ⁺¹ up to where (n - 1)! / xⁿ + n! / (2 xⁿ⁺¹) +
// Σ B₂ₖ (2k + n - 1)! / ((2k)! x²ᵏ⁺ⁿ) holds. (Abramowitz and Stegun, 6.4.6 and 6.4.11.)
Wide positive_polygamma(int n, Wide x) {
    const Wide factorial = std::tgamma(static_cast<Wide>(n));  // (n - 1)!
    Wide sum = 0;
    for (; x < 20 + 2 * n; ++x) sum += factorial * n * std::pow(x, -Wide(n) - 1);
    const Wide power = std::pow(x, -Wide(n));
    Wide term = factorial * power / 2;  // (2k + n - 1)! / ((2k)! x²ᵏ⁺ⁿ)
    Wide tail = factorial * power + term * n / x;
    term *= 2;
    for (std::size_t k = 0; k < bernoulli.size(); ++k) {
        const Wide m = static_cast<Wide>(2 * k);
        term *= (m + n) * (m + n + 1) / ((m + 1) * (m + 2) * x * x);
        tail += bernoulli[k] * term;
    }
    return sum + tail;
}

// The derivative of order n of π cot πx, by d/dx P(c) = -π (1 + c²) P'(c) for c = cot πx.
Wide cotangent_derivative(int n, double x) {
    const Turn turn = half_turns(x);
    const Wide c = turn.cosine / turn.sine;
    std::vector<Wide> p{0, 1};
    for (int i = 0; i < n; ++i) {
        std::vector<Wide> next(p.size() + 1);
        for (std::size_t k = 1; k < p.size(); ++k) {
            const Wide slope = static_cast<Wide>(k) * p[k];
            next[k - 1] -= slope;
            next[k + 1] -= slope;
        }
        p = next;
    }
    Wide value = 0;
    for (std::size_t k = p.size(); k-- > 0;) value = value * c + p[k];
    return value * std::pow(pi, static_cast<Wide>(n + 1));
}

// Φ(x) = φ(x) / |x| · (1 + s) far below 0, with the asymptotic s = -1/x² + 3/x⁴ - 15/x⁶ …
constexpr double far_below = -12;
Wide tail(Wide x) {
    const Wide z = 1 / (x * x);
    Wide term = 1, sum = 0;
    for (int k = 1; k < 60 && std::abs(term) > epsilon; k += 2) sum += term *= -Wide(k) * z;
    return sum;
}

// Φ(x), where that is no difference of nearly equal numbers
Wide cdf(double x) { return std::erfc(-static_cast<Wide>(x) / std::numbers::sqrt2_v<Wide>) / 2; }

}  // namespace

double erfinv(double x) {
    const Wide a = std::abs(static_cast<Wide>(x));
    if (!(a < 1)) return a == 1 ? std::copysign(infinity, x) : nan;
    if (x == 0) return x;
    constexpr Wide root = 0.886226925452758013649083741670572591L;  // √π / 2
    // A first guess, within 3 %: linear, or S. Winitzki's, "A handy approximation for the error
    // function and its inverse", 2008.
    Wide y = root * a;
    if (a > 0.25L) {
        constexpr Wide w = 0.147L;
        const Wide l = std::log((1 - a) * (1 + a)), t = 2 / (pi * w) + l / 2;
        y = std::sqrt(std::sqrt(t * t - l / w) - t);
    }
    // Halley's steps; 1 - a is exact where it is used.
    for (int i = 0; i < 3; ++i) {
        const Wide off = a > 0.5L ? (1 - a) - std::erfc(y) : std::erf(y) - a;
        const Wide newton = off * root * std::exp(y * y);
        y -= newton / (1 + y * newton);
    }
    return std::copysign(static_cast<double>(y), x);
}

// Where denormal numbers count as 0, those of long double don't.
double lgamma(double x) {
    if (std::abs(x) < 1e-18) return static_cast<double>(-std::log(std::abs(static_cast<Wide>(x))));
    int sign = 0;
    return ::lgamma_r(x, &sign);
}

double digamma(double x) {
    if (x > 0) return static_cast<double>(positive_digamma(x));
    if (x == 0) return std::copysign(infinity, -x);
    if (is_whole(x) || std::isnan(x)) return nan;
    const Turn turn = half_turns(x);
    return static_cast<double>(positive_digamma(1 - static_cast<Wide>(x)) -
                               pi * turn.cosine / turn.sine);
}

double polygamma(int n, double x) {
    const bool odd = n % 2 != 0;
    if (x > 0) {
        const auto value = static_cast<double>(positive_polygamma(n, x));
        return odd ? value : -value;
    }
    if (is_whole(x) || std::isnan(x)) return odd && x > -infinity ? infinity : nan;
    const Wide mirrored = positive_polygamma(n, 1 - static_cast<Wide>(x));
    return static_cast<double>(-mirrored - cotangent_derivative(n, x));
}

double scaled_bessel(int n, double x) {
    const Wide a = std::abs(static_cast<Wide>(x)), order = n;
    if (std::isnan(x)) return x;
    if (std::isinf(x)) return 0;
    Wide value = 0, term = 1;
    if (a <= 25 + order * order) {
        // Σ (a/2)ⁿ⁺²ᵏ / (k! (n + k)!) (Abramowitz and Stegun, 9.6.10)
        for (int k = 1; k <= n; ++k) term *= a / 2 / static_cast<Wide>(k);
        term *= std::exp(-a);
        for (Wide k = 1; term > epsilon * value; ++k) {
            value += term;
            term *= a * a / (4 * k * (k + order));
        }
    } else {
        // Σ Π -(4n² - (2k - 1)²) / (8a k), divided by √(2πa) (Abramowitz and Stegun, 9.7.1)
        for (Wide k = 1; k < 60 && std::abs(term) > epsilon * value; ++k) {
            value += term;
            term *= -(4 * order * order - (2 * k - 1) * (2 * k - 1)) / (8 * a * k);
        }
        value /= std::sqrt(2 * pi * a);
    }
    return n % 2 == 0 ? static_cast<double>(value) : std::copysign(static_cast<double>(value), x);
}

double spherical_bessel(int n, double x) {
    if (std::isnan(x)) return x;
    if (std::isinf(x)) return 0;
    const Wide a = std::abs(static_cast<Wide>(x)), z = pi * a, order = n;
    Wide value = 0;
    if (z <= order + 1) {
        // zⁿ / (2n + 1)!! Σ (-z²/2)ᵏ / (k! (2n + 3) (2n + 5) …) (Abramowitz and Stegun, 10.1.2)
        Wide term = 1;
        for (int k = 1; k <= n; ++k) term *= z / static_cast<Wide>(2 * k + 1);
        for (Wide k = 1; std::abs(term) > epsilon * std::abs(value); ++k) {
            value += term;
            term *= -z * z / (2 * k * (2 * (order + k) + 1));
        }
    } else {
        // jₘ₊₁ = (2m + 1)/z jₘ - jₘ₋₁, which is stable upwards from cos z / z and sin z / z for
        // z above the order
        const Turn turn = half_turns(static_cast<double>(a));
        Wide before = turn.cosine / z;
        value = turn.sine / z;
        for (int m = 0; m < n; ++m) {
            const Wide next = static_cast<Wide>(2 * m + 1) / z * value - before;
            before = value;
            value = next;
        }
    }
    return static_cast<double>(n % 2 != 0 && x < 0 ? -value : value);
}

double log_ndtr(double x) {
    const Wide w = x;
    if (x < far_below)
        return static_cast<double>(-w * w / 2 - std::log(-w) - std::log(2 * pi) / 2 +
                                   std::log1p(tail(w)));
    return static_cast<double>(x < -1 ? std::log(cdf(x)) : std::log1p(-cdf(-x)));
}

double inverse_mills(double x) {
    const Wide w = x;
    if (x < far_below) return static_cast<double>(-w / (1 + tail(w)));
    return static_cast<double>(std::exp(-w * w / 2) / (std::sqrt(2 * pi) * cdf(x)));
}

double mills_excess(double x) {
    const Wide w = x;
    if (x == -infinity) return 0;
    if (x < far_below) return static_cast<double>(w * tail(w) / (1 + tail(w)));
    return static_cast<double>(w + std::exp(-w * w / 2) / (std::sqrt(2 * pi) * cdf(x)));
}

}  // namespace shikumi::kernels
