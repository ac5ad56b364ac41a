#include "arrays.hpp"

#include <algorithm>
#include <cmath>

#include <shikumi/formats.hpp>
#include <shikumi/shikumi.hpp>

namespace shikumi::exchange {

void want(bool holds, const std::string& what) {
    if (!holds) throw Different(what);
}

Tensor array(const Case& the_case, const json& facts) {
    const std::string file = (the_case.folder / facts.at("npy")).string();
    const Tensor values = formats::read_npy(file);
    if (!facts.contains("scale")) return values;
    want(facts.at("scale") == "divide by 255", "an unknown scale " + facts.at("scale").dump());
    return values.cast(f32) / 255;
}

std::vector<Tensor> arrays(const Case& the_case, const json& list) {
    std::vector<Tensor> all;
    for (const json& facts : list) all.push_back(array(the_case, facts));
    return all;
}

void compare(const std::string& what, const Tensor& got, const Tensor& expected, double tolerance,
             double absolute) {
    want(got.shape() == expected.shape(),
         what + " is " + to_string(got.shape()) + ", expected " + to_string(expected.shape()));
    const auto a = got.to_vector<double>(), b = expected.to_vector<double>();
    double largest = 0, difference = 0;
    std::size_t where = 0;
    for (const double x : b) largest = std::max(largest, std::abs(x));
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double d = std::abs(a[i] - b[i]);
        if (d <= difference) continue;  // and not where it is NaN
        difference = d;
        where = i;
        if (std::isnan(d)) break;
    }
    want(difference <= tolerance * largest + absolute,
         what + ", element " + std::to_string(where) + ": " +
             std::to_string(a.empty() ? 0 : a[where]) + ", expected " +
             std::to_string(b.empty() ? 0 : b[where]) + ", " +
             std::to_string(difference / largest) + " of the largest apart");
}

}  // namespace shikumi::exchange
