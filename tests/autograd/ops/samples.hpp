// What inputs of a row hold.
#pragma once

#include <utility>
#include <vector>

#include "op_table.hpp"

namespace shikumi_test {

/// Real numbers.
inline Sample real(const Shape& shape, double low = -2, double high = 2,
                   std::vector<double> kinks = {}) {
    return {shape, low, high, shikumi::f64, std::move(kinks)};
}
/// Whole numbers from `low` to `high`.
inline Sample index(const Shape& shape, Index low, Index high) {
    return {shape, static_cast<double>(low), static_cast<double>(high), shikumi::i64};
}

}  // namespace shikumi_test
