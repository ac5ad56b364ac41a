// The problems of GradBench, each with its derivatives by shikumi and by hand.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace gradbench {

/// The elements of an array, row by row.
using Numbers = std::vector<double>;

/// One list for each derivative that a problem asks for.
using Derivatives = std::vector<Numbers>;

/// How large a problem is.
enum class Size {
    small,  ///< for tests: every way takes less than a second, differences included
    full,   ///< for the clock
};

/// A problem and the ways to its derivatives, all of which give the same numbers.
struct Problem {
    std::string name;  ///< GradBench's
    std::string size;  ///< in words
    /// By shikumi, whose graph is recorded at each call.
    std::function<Derivatives()> recorded = {};
    /// By shikumi, whose graph is recorded at the first call and replayed from then on.
    std::function<Derivatives()> captured = {};
    /// By plain loops that know the derivative's formulas.
    std::function<Derivatives()> by_hand = {};
    /// By central differences of the objective in plain loops: slow, and for small sizes only.
    std::function<Derivatives()> by_differences = {};
};

/// The square of a number, with its derivative.
Problem hello(Size size);
/// The log posterior of a mixture of Gaussians by all of its parameters.
Problem gaussian_mixture(Size size);
/// The blocks of the Jacobian of bundle adjustment.
Problem bundle_adjustment(Size size);
/// The loss of a network of diagonal LSTM cells by its weights.
Problem diagonal_lstm(Size size);
/// The Jacobian of a tracked hand's vertices by its pose.
Problem hand_tracking(Size size);
/// The squared distance of a polynomial from given values by its coefficients.
Problem least_squares(Size size);
/// log Σ eˣ by x.
Problem log_sum_exp(Size size);
/// A differential equation's last component by its parameters, through Runge and Kutta's steps.
Problem runge_kutta(Size size);
/// The determinant of a matrix by its elements.
Problem determinant(Size size);
/// The control that brings a charged particle to the origin, by Newton's method.
Problem charged_particle(Size size);
/// A saddle point by nested gradient descent.
Problem saddle_point(Size size);
/// Newton's step of k-means.
Problem k_means(Size size);

/// All twelve.
std::vector<Problem> all_problems(Size size);

/// The largest |got - expected| of each derivative in proportion to the largest |expected| of it,
/// and of these numbers the largest; infinite where lists differ in length or a number is NaN.
double largest_difference(const Derivatives& got, const Derivatives& expected);

}  // namespace gradbench
