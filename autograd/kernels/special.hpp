// Special functions of one number: scalar code, in long double on its way, so that a double is the
// nearest one or next to it.
#pragma once

namespace shikumi::kernels {

/// The number whose error function is x, for |x| ≤ 1; infinite at ±1.
double erfinv(double x);
/// log |Γ(x)|, without a global variable for the sign.
double lgamma(double x);
/// ψ(x) = d/dx log Γ(x); ∓∞ at ±0, NaN at negative integers.
double digamma(double x);
/// The derivative of order n ≥ 1 of ψ. At 0 and at negative integers ∞ for odd n, NaN for even n.
double polygamma(int n, double x);
/// exp(-|x|) Iₙ(x), n ≥ 0, with the modified Bessel function of the first kind.
double scaled_bessel(int n, double x);
/// jₙ(πx), n ≥ 0, the spherical Bessel function of the first kind at multiples of π.
double spherical_bessel(int n, double x);
/// log Φ(x) with the normal distribution function Φ.
double log_ndtr(double x);
/// Φ'(x) / Φ(x), the inverse of Mills' ratio at -x.
double inverse_mills(double x);
/// x + Φ'(x) / Φ(x), without their difference far below 0.
double mills_excess(double x);

}  // namespace shikumi::kernels
