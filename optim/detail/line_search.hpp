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

/// Finds a place where the value has fallen by 10⁻⁴ of what the slope at the start promised, or
/// more, and the slope is at most 0.9 times as steep: J. Nocedal, S. Wright, "Numerical
/// optimization", algorithms 3.5 and 3.6.
struct StrongWolfe {
    double first;  ///< the length that is tried first
    double reach;  ///< the largest element of d
    double least;  ///< a change of x that is as good as none
    Index tries;   ///< places beside the first; after them the best one so far is taken

    /// The place that was found. `along` evaluates one.
    Point search(const std::function<Point(double length)>& along, const Point& start) const;
};

}  // namespace shikumi::optim::detail
