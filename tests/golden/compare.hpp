// Compares what the library gives with the figures of a case.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include <shikumi/shikumi.hpp>

#include "cases.hpp"

namespace shikumi::golden {

/// A case with another result.
struct Different : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A number, which is text where it is "nan", "inf" or "-inf".
double read_number(const json& number);
/// The numbers of a list, of the "data" of an array, or a single one. Booleans are 0 and 1.
std::vector<double> read_numbers(const json& numbers);

/// Throws Different where a number is further than `allowed` from the expected one. NaN answers
/// NaN, an infinity the same infinity.
void compare_within(const std::string& what, double got, double expected, double allowed);
/// The same for each number of a list, where `tolerance` is relative to the largest finite number
/// expected, at least 0.001.
void compare_numbers(const std::string& what, const std::vector<double>& got,
                     const std::vector<double>& expected, double tolerance);
/// The same for one number.
void compare_number(const std::string& what, double got, const json& expected, double tolerance);
/// The same for an array; shapes must be equal.
void compare_tensor(const std::string& what, const Tensor& got, const json& expected,
                    double tolerance);
/// Calls `compare` with the expected figures, and, should they differ, with those of a float64 run
/// where there are some: the right answer at a kink that float32 rounds away.
template <class F>
void compare_either(F compare, const json& expected, const json& expected64) {
    try {
        compare(expected);
    } catch (const Different&) {
        if (expected64.is_null()) throw;
        compare(expected64);
    }
}

}  // namespace shikumi::golden
