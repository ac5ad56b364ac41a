// Rows of operations on each element alone.
#pragma once

#include <utility>
#include <vector>

#include "op_table.hpp"

namespace shikumi_test {

/// The shape of their samples.
inline const Shape small{2, 3};

/// Real numbers between two.
inline Sample real(double low, double high, std::vector<double> kinks = {}) {
    return {small, low, high, shikumi::f64, std::move(kinks)};
}

class ElementwiseTable : public OpTable {
public:
    using OpTable::OpTable;

    Row& unary(const char* name, Tensor (*op)(const Tensor&), Real (*reference)(Real), double low,
               double high, std::vector<double> kinks = {}) {
        return pointwise(
            name, "", {real(low, high, std::move(kinks))},
            [op](const Inputs& t) { return op(t[0]); },
            [reference](const Real* x) { return reference(x[0]); });
    }
    Row& binary(const char* name, Tensor (*op)(const Tensor&, const Tensor&),
                Real (*reference)(Real, Real), Sample a, Sample b) {
        return pointwise(
            name, "tensors", {std::move(a), std::move(b)},
            [op](const Inputs& t) { return op(t[0], t[1]); },
            [reference](const Real* x) { return reference(x[0], x[1]); });
    }
};

}  // namespace shikumi_test
