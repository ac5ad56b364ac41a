#include "compare.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "readers.hpp"

namespace shikumi::golden {

double read_number(const json& number) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (number.is_boolean()) return number.get<bool>() ? 1 : 0;
    if (!number.is_string()) return number.get<double>();
    const std::string text = number;
    if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
    if (text == "inf") return infinity;
    if (text == "-inf") return -infinity;
    throw Unknown("number '" + text + "'");
}

std::vector<double> read_numbers(const json& numbers) {
    if (numbers.is_object()) return read_numbers(numbers.at("data"));
    if (!numbers.is_array()) return {read_number(numbers)};
    std::vector<double> all;
    for (const json& number : numbers) all.push_back(read_number(number));
    return all;
}

void compare_within(const std::string& what, double got, double expected, double allowed) {
    if (got == expected || (std::isnan(got) && std::isnan(expected))) return;
    if (std::abs(got - expected) <= allowed && std::isfinite(expected)) return;
    std::ostringstream text;
    text.precision(9);
    text << what << ": got " << got << ", expected " << expected << " (allowed difference "
         << allowed << ")";
    throw Different(text.str());
}

void compare_numbers(const std::string& what, const std::vector<double>& got,
                     const std::vector<double>& expected, double tolerance) {
    if (got.size() != expected.size())
        throw Different(what + ": got " + std::to_string(got.size()) + " numbers, expected " +
                        std::to_string(expected.size()));
    double largest = 1e-3;
    for (const double v : expected) {
        if (std::isfinite(v)) largest = std::max(largest, std::abs(v));
    }
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const std::string place = expected.size() == 1 ? "" : "[" + std::to_string(i) + "]";
        compare_within(what + place, got[i], expected[i], tolerance * largest);
    }
}

void compare_number(const std::string& what, double got, const json& expected, double tolerance) {
    compare_numbers(what, {got}, {read_number(expected)}, tolerance);
}

void compare_tensor(const std::string& what, const Tensor& got, const json& expected,
                    double tolerance) {
    const Shape wanted = read_shape(expected.at("shape"));
    if (got.shape() != wanted)
        throw Different(what + ": got shape " + to_string(got.shape()) + ", expected " +
                        to_string(wanted));
    compare_numbers(what, got.to_vector<double>(), read_numbers(expected), tolerance);
}

}  // namespace shikumi::golden
