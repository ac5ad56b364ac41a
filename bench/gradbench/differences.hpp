// Derivatives by central differences.
#pragma once

#include <functional>
#include <vector>

#include "problem.hpp"

namespace gradbench {

/// df/dx by differences of sixth order, row by row: a row for each number that f gives.
Numbers jacobian_by_differences(const std::function<Numbers(const Numbers&)>& f, const Numbers& x);

/// The gradient of a function of one result by differences of sixth order.
Numbers gradient_by_differences(const std::function<double(const Numbers&)>& f, const Numbers& x);

/// `flat` cut into lists of these sizes.
Derivatives cut(const Numbers& flat, const std::vector<int>& sizes);

/// One list after the other.
Numbers joined(const std::vector<Numbers>& lists);

}  // namespace gradbench
