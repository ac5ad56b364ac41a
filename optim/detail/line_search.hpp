// A line search for the strong Wolfe conditions.
#pragma once

#include <functional>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::optim::detail {

/// A place on the line x + t d.
struct Point {
    double length = 0;     ///< t
    double value = 0;      ///< of the function
    Tensor gradient = {};  ///< there
    double slope = 0;      ///< gradient · d
};

/// A place where the value has fallen by 10⁻⁴ of what the slope at the start promised, or more, and
/// the slope is at most 0.9 times as steep: J. Nocedal, S. Wright, "Numerical optimization",
/// algorithms 3.5 and 3.6. After 25 tries, the best place so far. `along` evaluates a place,
/// `first` is the length that is tried first, `reach` the largest element of d; what is shorter
/// than `least` is as good as nothing.
Point strong_wolfe(const std::function<Point(double length)>& along, const Point& start,
                   double first, double reach, double least);

}  // namespace shikumi::optim::detail
