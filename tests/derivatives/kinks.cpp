// The kinks_operations that kinks.json has alone.
#include <shikumi/autograd/ops/ops.hpp>

#include "operations.hpp"

namespace shikumi::derivatives {

namespace {

// min(x²/2, δ (|x| - δ/2)), x² / 2 up to δ
Tensor huber(const Tensors& in, const json& options) {
    const double delta = options.at("delta");
    const Tensor size = abs(in[0]);
    return where(size <= delta, 0.5 * square(in[0]), delta * (size - 0.5 * delta));
}

Tensor pooled(const Tensors& in, const json& options) {
    return max_pool(in[0], PerAxis(indices(options.at("pool"))),
                    {.strides = PerAxis(indices(options.at("strides")))});
}

const Operations kinks_operations{
    {"abs", [](auto& in, auto&) { return abs(in[0]); }},
    {"clip",
     [](auto& in, auto& options) {
         return clip(in[0], options.at("lo").template get<double>(),
                     options.at("hi").template get<double>());
     }},
    {"floor", [](auto& in, auto&) { return floor(in[0]); }},
    {"hard_tanh", [](auto& in, auto&) { return hard_tanh(in[0]); }},
    {"huber", huber},
    {"leaky_relu",
     [](auto& in, auto& options) {
         return leaky_relu(in[0], options.at("negative_slope").template get<double>());
     }},
    {"log", [](auto& in, auto&) { return log(in[0]); }},
    {"log_softmax",
     [](auto& in, auto& options) {
         return log_softmax(in[0], options.at("axis").template get<Index>());
     }},
    {"max_pool", pooled},
    {"maximum", [](auto& in, auto&) { return maximum(in[0], in[1]); }},
    {"minimum", [](auto& in, auto&) { return minimum(in[0], in[1]); }},
    {"norm", [](auto& in, auto&) { return norm(in[0]); }},
    {"relu", [](auto& in, auto&) { return relu(in[0]); }},
    {"relu6", [](auto& in, auto&) { return relu6(in[0]); }},
    {"softmax",
     [](auto& in, auto& options) {
         return softmax(in[0], options.at("axis").template get<Index>());
     }},
    {"sqrt", [](auto& in, auto&) { return sqrt(in[0]); }},
    {"where_sqrt", [](auto& in, auto&) { return where(in[0] > 0, sqrt(in[0]), in[0]); }},
};

}  // namespace

}  // namespace shikumi::derivatives
