#include "facts.hpp"

#include <algorithm>
#include <cmath>

#include <shikumi/formats.hpp>
#include <shikumi/shikumi.hpp>

#include "exchange/arrays.hpp"

namespace shikumi::exchange {

namespace fs = std::filesystem;

namespace {

constexpr double rounding = 1e-6;

}  // namespace

json write_arrays(const fs::path& folder, const std::string& name, const std::vector<Tensor>& all) {
    json names = json::array();
    for (const Tensor& values : all) {
        names.push_back(name + std::to_string(names.size()) + ".npy");
        formats::write_npy((folder / names.back().get<std::string>()).string(),
                           formats::StoredTensor(values));
    }
    return names;
}

std::vector<Tensor> read_arrays(const fs::path& folder, const json& names) {
    std::vector<Tensor> all;
    for (const std::string name : names) all.push_back(formats::read_npy((folder / name).string()));
    return all;
}

void compare_all(const std::string& what, const std::vector<Tensor>& got,
                 const std::vector<Tensor>& expected, double tolerance) {
    want(got.size() == expected.size(), std::to_string(got.size()) + " arrays are the " + what +
                                            ", expected " + std::to_string(expected.size()));
    double largest = 0;
    for (const Tensor& values : expected)
        for (const double x : values.to_vector<double>()) largest = std::max(largest, std::abs(x));
    for (std::size_t i = 0; i < got.size(); ++i)
        compare(what + ' ' + std::to_string(i), got[i], expected[i], tolerance, rounding * largest);
}

}  // namespace shikumi::exchange
