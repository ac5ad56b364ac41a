#include "arrays.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::derivatives {

namespace {

bool same(double got, double expected, double allowed) {
    if (got == expected || (std::isnan(got) && std::isnan(expected))) return true;
    return std::isfinite(expected) && std::abs(got - expected) <= allowed;
}

// What an array that JSON calls `wanted` may be here: real numbers of either size, any integers.
bool same_kind(DType got, const std::string& wanted) {
    if (wanted == "bool") return got == bool_;
    return wanted == "i64" ? is_integer(got) : is_floating(got);
}

}  // namespace

double read_number(const json& number) {
    if (number.is_boolean()) return number.get<bool>() ? 1 : 0;
    if (!number.is_string()) return number.get<double>();
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const std::string text = number;
    if (text == "inf") return infinity;
    if (text == "-inf") return -infinity;
    if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
    throw std::runtime_error("the number '" + text + "' can't be read");
}

Shape read_shape(const json& sizes) {
    const auto list = sizes.get<std::vector<Index>>();
    return Shape(std::span<const Index>(list));
}

Tensor read_array(const json& array, DType real) {
    const Shape shape = read_shape(array.at("shape"));
    const json& data = array.at("data");
    const std::string type = array.at("dtype");
    if (type == "i64") return tensor(data.get<std::vector<Index>>(), shape);
    std::vector<double> numbers;
    for (const json& number : data) numbers.push_back(read_number(number));
    return tensor(numbers, shape).cast(type == "bool" ? bool_ : real);
}

std::vector<Tensor> read_arrays(const json& arrays, DType real) {
    std::vector<Tensor> all;
    for (const json& array : arrays) all.push_back(read_array(array, real));
    return all;
}

void compare(const std::string& what, const Tensor& got, const json& expected, double tolerance) {
    const Shape shape = read_shape(expected.at("shape"));
    const std::string type = expected.at("dtype");
    std::ostringstream text;
    text.precision(17);
    if (got.shape() != shape || !same_kind(got.dtype(), type)) {
        text << what << ": got " << got.spec() << ", expected " << type << ' ' << shape;
        throw Different(text.str());
    }
    std::vector<double> wanted;
    for (const json& number : expected.at("data")) wanted.push_back(read_number(number));
    double largest = 1e-3;
    for (const double v : wanted) {
        if (std::isfinite(v)) largest = std::max(largest, std::abs(v));
    }
    const double allowed = type == "f64" ? tolerance * largest : 0;
    const auto numbers = got.to_vector<double>();
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (same(numbers[i], wanted[i], allowed)) continue;
        text << what << '[' << i << "]: got " << numbers[i] << ", expected " << wanted[i]
             << " (allowed difference " << allowed << ")";
        throw Different(text.str());
    }
}

}  // namespace shikumi::derivatives
