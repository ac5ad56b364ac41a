// Shared by tests of layers and functions.
#pragma once

#include <string>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layer.hpp>

#include "catch.hpp"

namespace shikumi_test {

inline std::vector<double> numbers(const shikumi::Tensor& t) { return t.to_vector<double>(); }

inline void check_values(const shikumi::Tensor& got, const std::vector<double>& expected,
                         double margin = 1e-6) {
    const std::vector<double> values = numbers(got);
    REQUIRE(values.size() == expected.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        INFO("element " << i);
        CHECK(values[i] == Approx(expected[i]).margin(margin));
    }
}

// The weights' names and shapes, "kernel (3, 3, 1, 2), bias (2,)", after a first call.
inline std::string weights_of(shikumi::nn::Layer& layer, const shikumi::Shape& input) {
    layer(shikumi::zeros(input));
    std::string text;
    for (const shikumi::Parameter& w : layer.weights()) {
        const std::string name = w.name().substr(w.name().rfind('/') + 1);
        text += (text.empty() ? "" : ", ") + name + " " + to_string(w.shape());
    }
    return text;
}
inline std::string weights_of(shikumi::nn::Layer&& layer, const shikumi::Shape& input) {
    return weights_of(layer, input);
}

// The output's shape for an input of zeros.
inline shikumi::Shape shape_of(shikumi::nn::Layer& layer, const shikumi::Shape& input) {
    return layer(shikumi::zeros(input)).shape();
}
inline shikumi::Shape shape_of(shikumi::nn::Layer&& layer, const shikumi::Shape& input) {
    return shape_of(layer, input);
}

}  // namespace shikumi_test
