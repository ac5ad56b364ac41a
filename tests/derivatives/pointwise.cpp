// The operations of pointwise.json.
#include <shikumi/autograd/ops/ops.hpp>

#include "operations.hpp"

namespace shikumi::derivatives {

namespace {

// A function of one number.
Operation unary(Tensor (*op)(const Tensor&)) {
    return [op](const Tensors& in, const json&) { return op(in[0]); };
}

// A function of two numbers.
Operation binary(Tensor (*op)(const Tensor&, const Tensor&)) {
    return [op](const Tensors& in, const json&) { return op(in[0], in[1]); };
}

Tensor power(const Tensors& in, const json& options) {
    return in.size() == 2 ? pow(in[0], in[1]) : pow(in[0], options.at("exponent").get<double>());
}

const Operations operations{
    {"acos", unary(acos)},
    {"acosh", unary(acosh)},
    {"asin", unary(asin)},
    {"asinh", unary(asinh)},
    {"atan2", binary(atan2)},
    {"atanh", unary(atanh)},
    {"elu", [](auto& in, auto& options) { return elu(in[0], options.value("alpha", 1.0)); }},
    {"erf", unary(erf)},
    {"expm1", unary(expm1)},
    {"gelu", [](auto& in, auto&) { return gelu(in[0], false); }},
    {"gelu_tanh", [](auto& in, auto&) { return gelu(in[0], true); }},
    {"log1p", unary(log1p)},
    {"log_sigmoid", unary(log_sigmoid)},
    {"mish", unary(mish)},
    {"power", power},
    {"rsqrt", unary(rsqrt)},
    {"sigmoid", unary(sigmoid)},
    {"silu", unary(silu)},
    {"softplus", unary(softplus)},
    {"tanh", unary(tanh)},
};

}  // namespace

}  // namespace shikumi::derivatives
