// Series of numbers in time.
#pragma once

#include <string>
#include <vector>

#include <shikumi/autograd/core/dtype.hpp>

#include "table.hpp"

namespace examples {

// A column of numbers in the order of the rows; an empty name means the only one that holds
// numbers. A missing value becomes the one before it, which is said. Throws shikumi::ValueError.
std::vector<float> column_of(const Table& table, const std::string& name);

// After how many steps a series repeats itself most: the lag from 2 to `most` at which its changes
// correlate most with themselves; 1 where that isn't much.
shikumi::Index period_of(const std::vector<float>& values, shikumi::Index most);

// The values so many steps before each one of a series; `before` is what lies in front of it.
std::vector<float> delayed(const std::vector<float>& values, const std::vector<float>& before,
                           shikumi::Index steps);

double mean_absolute_error(const std::vector<float>& said, const std::vector<float>& truth);

}  // namespace examples
