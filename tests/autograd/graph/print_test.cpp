// Compares printed tensors with the output of NumPy 1.24 for the same values.
#include "catch.hpp"

#include <limits>
#include <sstream>

#include <shikumi/autograd/ops/ops.hpp>

using namespace shikumi;

namespace {
std::string printed(const Tensor& t) {
    std::ostringstream out;
    out << t;
    return out.str();
}
}  // namespace

TEST_CASE("arrays print as NumPy prints them") {
    CHECK(printed(tensor({1.0, 2.5, -3.0})) == "[ 1.   2.5 -3. ]");
    CHECK(printed(tensor({{1, 2}, {3, 4}})) == "[[1. 2.]\n [3. 4.]]");
    CHECK(printed(tensor({{180, 20}, {250, 40}}, i64)) == "[[180  20]\n [250  40]]");
    CHECK(printed(scalar(2.5)) == "2.5");
    CHECK(printed(tensor({1, 0}, bool_)) == "[ True False]");
    CHECK(printed(tensor({0.1, 1.0 / 3, 2.0})) == "[0.1        0.33333334 2.        ]");
    CHECK(printed(tensor({1e-10, 1.0}, f64)) == "[1.e-10 1.e+00]");
    CHECK(printed(tensor({1.0, 12345.678}, f64)) == "[1.0000000e+00 1.2345678e+04]");
    CHECK(printed(tensor({std::numeric_limits<double>::quiet_NaN(), 1.0,
                          std::numeric_limits<double>::infinity()})) == "[nan  1. inf]");
    CHECK(printed(zeros({0})) == "[]");
    CHECK(printed(zeros({2, 1, 2})) == "[[[0. 0.]]\n\n [[0. 0.]]]");
    CHECK(printed(arange(2000)) == "[   0    1    2 ... 1997 1998 1999]");
    CHECK(printed(Tensor()) == "(empty tensor)");
    CHECK(printed(tensor({1e9, 1.0})) == "[1.e+09 1.e+00]");
    CHECK(printed(tensor({100000.5, 1234.25})) == "[100000.5    1234.25]");
    CHECK(printed(tensor({{0.031, 0.952, 0.0169}})) == "[[0.031  0.952  0.0169]]");
}

TEST_CASE("long rows wrap and large arrays are summarised as in NumPy") {
    CHECK(printed(reshape(arange(0, 36, 1, f32) / 7, {2, 18})) ==
          "[[0.         0.14285715 0.2857143  0.42857143 0.5714286  0.71428573\n"
          "  0.85714287 1.         1.1428572  1.2857143  1.4285715  1.5714285\n"
          "  1.7142857  1.8571428  2.         2.142857   2.2857144  2.4285715 ]\n"
          " [2.5714285  2.7142856  2.857143   3.         3.142857   3.2857144\n"
          "  3.4285715  3.5714285  3.7142856  3.857143   4.         4.142857\n"
          "  4.285714   4.428571   4.571429   4.714286   4.857143   5.        ]]");
    const std::string large = printed(reshape(arange(0, 1200, 1, f64), {30, 40}));
    CHECK(large.find(
              "[[0.000e+00 1.000e+00 2.000e+00 ... 3.700e+01 3.800e+01 3.900e+01]\n [4.000e+01") ==
          0);
    CHECK(large.find("1.190e+02]\n ...\n [1.080e+03") != std::string::npos);
}
