// The arrays of a case, and the rule by which an outcome is compared with them.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::derivatives {

using nlohmann::json;

/// A case with another result.
struct Different : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A number, which is text where it is "nan", "inf" or "-inf".
double read_number(const json& number);
/// The sizes of an array's axes.
Shape read_shape(const json& sizes);
/// An array, {"shape", "dtype", "data"}; f64 is read as `real`.
Tensor read_array(const json& array, DType real = f64);
/// A list of arrays; f64 is read as `real`.
std::vector<Tensor> read_arrays(const json& arrays, DType real = f64);

/// Throws Different unless `got` has the expected shape and kind of dtype, its real numbers differ
/// by `tolerance` times the largest finite one expected (at least 0.001) at most, infinities and
/// NaN stand in the same places, and integers and truth values are equal.
void compare(const std::string& what, const Tensor& got, const json& expected, double tolerance);

}  // namespace shikumi::derivatives
