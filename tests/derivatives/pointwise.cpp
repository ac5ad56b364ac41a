// The pointwise_operations of pointwise.json.
#include <shikumi/autograd/ops/ops.hpp>

#include "arrays.hpp"
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

Tensor step(const Tensors& in, const json& options) {
    return heaviside(in[0],
                     in.size() == 2 ? in[1] : full_like(in[0], options.at("step").get<double>()));
}

Tensor without_nan(const Tensors& in, const json& options) {
    Replacements by{.nan = options.value("nan", 0.0)};
    if (options.contains("posinf")) by.infinity = read_number(options.at("posinf"));
    if (options.contains("neginf")) by.negative_infinity = read_number(options.at("neginf"));
    return nan_to_num(in[0], by);
}

const Operations pointwise_operations{
    {"acos", unary(acos)},
    {"acosh", unary(acosh)},
    {"asin", unary(asin)},
    {"asinh", unary(asinh)},
    {"atan2", binary(atan2)},
    {"atanh", unary(atanh)},
    {"cbrt", unary(cbrt)},
    {"copysign", binary(copysign)},
    {"digamma", unary(digamma)},
    {"elu", [](auto& in, auto& options) { return elu(in[0], options.value("alpha", 1.0)); }},
    {"entr", unary(entr)},
    {"erf", unary(erf)},
    {"erfc", unary(erfc)},
    {"erfinv", unary(erfinv)},
    {"exp2", unary(exp2)},
    {"expm1", unary(expm1)},
    {"floor_divide", binary(floor_divide)},
    {"fmod", binary(fmod)},
    {"gelu", [](auto& in, auto&) { return gelu(in[0], false); }},
    {"gelu_tanh", [](auto& in, auto&) { return gelu(in[0], true); }},
    {"heaviside", step},
    {"hypot", binary(hypot)},
    {"i0e", unary(i0e)},
    {"i1e", unary(i1e)},
    {"lgamma", unary(lgamma)},
    {"log1p", unary(log1p)},
    {"log_ndtr", unary(log_ndtr)},
    {"log_sigmoid", unary(log_sigmoid)},
    {"logaddexp", binary(logaddexp)},
    {"logit", unary(logit)},
    {"mish", unary(mish)},
    {"nan_to_num", without_nan},
    {"ndtr", unary(ndtr)},
    {"power", power},
    {"remainder", binary(remainder)},
    {"rsqrt", unary(rsqrt)},
    {"sigmoid", unary(sigmoid)},
    {"silu", unary(silu)},
    {"sinc", unary(sinc)},
    {"softplus", unary(softplus)},
    {"tanh", unary(tanh)},
    {"trunc", unary(trunc)},
    {"xlog1py", binary(xlog1py)},
    {"xlogy", binary(xlogy)},
};

}  // namespace

}  // namespace shikumi::derivatives
