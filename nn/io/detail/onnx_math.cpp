// Arithmetic, comparisons and functions of each element alone.
#include <cmath>
#include <functional>
#include <limits>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/io/detail/onnx_operators.hpp>
#include <shikumi/nn/io/detail/onnx_place.hpp>
#include <shikumi/nn/layers/core/operation.hpp>
#include <shikumi/nn/layers/merging/arithmetic.hpp>

namespace shikumi::nn::detail {

namespace {

using Outputs = std::vector<Tensor>;
using Call = OnnxCall;

template <auto function>
Outputs pair(const Call& call) {
    return {function(call[0], call[1])};
}

Tensor add(const Tensor& a, const Tensor& b) { return a + b; }
Tensor subtract(const Tensor& a, const Tensor& b) { return a - b; }
Tensor multiply(const Tensor& a, const Tensor& b) { return a * b; }
Tensor negative(const Tensor& x) { return -x; }
Tensor less(const Tensor& a, const Tensor& b) { return a < b; }
Tensor less_equal(const Tensor& a, const Tensor& b) { return a <= b; }
Tensor greater(const Tensor& a, const Tensor& b) { return a > b; }
Tensor greater_equal(const Tensor& a, const Tensor& b) { return a >= b; }

// ---- integers -----------------------------------------------------------------------------------

// The quotient a / b without its fraction. A real quotient is off by little, which what is left
// over says; large numbers take a second step.
Tensor integer_quotient(const Tensor& a, const Tensor& b) {
    const auto step = [&](const Tensor& rest) {
        return (rest.cast(f64) / b.cast(f64)).cast(a.dtype());
    };
    Tensor q = step(a);
    if (a.dtype() == i64) {
        q = q + step(a - q * b);
        // One too many, or one too few, where the rest has the wrong sign.
        const Tensor rest = a - q * b;
        const Tensor towards = sign(a) * sign(b);
        q = q - where((sign(rest) * sign(a)) < 0, towards, zeros_like(a));
    }
    return q;
}

Outputs divide(const Call& call) {
    const Tensor &a = call[0], &b = call[1];
    if (is_floating(a.dtype())) return {a / b};
    const Shape shape = broadcast("Div", a.shape(), b.shape());
    return {integer_quotient(broadcast_to(a, shape), broadcast_to(b, shape))};
}

Outputs modulo(const Call& call) {
    const bool as_c = call.flag("fmod");
    const Shape shape = broadcast("Mod", call[0].shape(), call[1].shape());
    const Tensor a = broadcast_to(call[0], shape), b = broadcast_to(call[1], shape);
    if (is_floating(a.dtype())) {
        if (!as_c) call.refuse("of real numbers wants fmod 1");
        if (a.dtype() == f64) call.refuse("of f64 can't be done exactly");
        const Tensor x = a.cast(f64), y = b.cast(f64), q = x / y;
        return {(x - where(q < 0, ceil(q), floor(q)) * y).cast(f32)};
    }
    const Tensor rest = a - integer_quotient(a, b) * b;
    if (as_c || a.dtype() == u8) return {rest};
    return {where((sign(rest) * sign(b)) < 0, rest + b, rest)};
}

// The exponent may have another dtype than the base, whose dtype the result has.
Outputs power(const Call& call) {
    const Tensor &a = call[0], &b = call[1];
    if (is_floating(a.dtype())) return {pow(a, b.cast(a.dtype()))};
    const Tensor real = pow(a.cast(f64), b.cast(f64));
    return {(is_floating(b.dtype()) ? real : round(real)).cast(a.dtype())};
}

// ---- several tensors ----------------------------------------------------------------------------

template <auto function>
Outputs fold(const Call& call) {
    const std::vector<Tensor> all = call.all();
    Tensor result = all.front();
    for (std::size_t i = 1; i < all.size(); ++i) result = function(result, all[i]);
    return {result};
}
Outputs mean_of(const Call& call) {
    return {fold<add>(call)[0] / static_cast<double>(call.size())};
}
Tensor larger(const Tensor& a, const Tensor& b) { return maximum(a, b); }
Tensor smaller(const Tensor& a, const Tensor& b) { return minimum(a, b); }

// ---- the rest -----------------------------------------------------------------------------------

Outputs is_infinite(const Call& call) {
    const double inf = std::numeric_limits<double>::infinity();
    const bool positive = call.flag("detect_positive", true);
    const bool negative = call.flag("detect_negative", true);
    const Tensor& x = call[0];
    const Tensor none = full(x.shape(), false, bool_);
    return {(positive ? equal(x, inf) : none) | (negative ? equal(x, -inf) : none)};
}

Outputs choose(const Call& call) { return {where(call[0], call[1], call[2])}; }

Outputs identity_of(const Call& call) { return {call[0]}; }
bool identity_layer(OnnxPlace& place) {
    if (!place.is_symbol(0)) return false;
    const OnnxSymbol x = place.symbol(0);
    place.give(0, x.tensor, x.order);
    return true;
}

// ---- layers -------------------------------------------------------------------------------------

// A number for all elements, which isn't trained.
bool is_number(const OnnxPlace& place, std::size_t i) {
    return place.is_constant(i) && place.constant(i).rank() == 0;
}

// A function of one tensor, or of a tensor and a number, in the graph's order.
bool operation(OnnxPlace& place, std::string_view function) {
    if (function.empty() || place.call().size() > 2) return false;
    std::vector<std::optional<double>> arguments;
    std::size_t symbol = place.call().size();
    for (std::size_t i = 0; i < place.call().size(); ++i) {
        if (place.is_symbol(i) && symbol == place.call().size()) {
            symbol = i;
            arguments.emplace_back();
        } else if (is_number(place, i)) {
            arguments.emplace_back(place.constant(i).item<double>());
        } else {
            return false;
        }
    }
    if (symbol == place.call().size() || !is_floating(place.input(symbol).dtype)) return false;
    const OnnxSymbol x = place.symbol(symbol);
    place.give(0, x.tensor | Operation(function, std::move(arguments)), x.order);
    return true;
}

// Tensors of one shape meet in a layer.
template <class L>
bool merging(OnnxPlace& place, std::string_view function) {
    if (place.call().size() < 2) return false;
    for (std::size_t i = 0; i < place.call().size(); ++i) {
        if (!place.is_symbol(i)) return operation(place, function);
        if (place.input(i).shape != place.input(0).shape || !is_floating(place.input(i).dtype))
            return false;
    }
    const std::vector<int> order = place.symbol(0).order;
    std::vector<SymbolicTensor> inputs;
    for (std::size_t i = 0; i < place.call().size(); ++i) inputs.push_back(place.ordered(i, order));
    place.give(0, connect(L(), inputs), order);
    return true;
}

bool add_layer(OnnxPlace& place) { return merging<Add>(place, "add"); }
bool subtract_layer(OnnxPlace& place) { return merging<Subtract>(place, "subtract"); }
bool multiply_layer(OnnxPlace& place) { return merging<Multiply>(place, "multiply"); }
bool average_layer(OnnxPlace& place) { return merging<Average>(place, ""); }
bool maximum_layer(OnnxPlace& place) { return merging<Maximum>(place, "maximum"); }
bool minimum_layer(OnnxPlace& place) { return merging<Minimum>(place, "minimum"); }
bool divide_layer(OnnxPlace& place) { return operation(place, "divide"); }
bool power_layer(OnnxPlace& place) { return operation(place, "power"); }
bool negative_layer(OnnxPlace& place) { return operation(place, "negative"); }
bool absolute_layer(OnnxPlace& place) { return operation(place, "absolute"); }
bool exp_layer(OnnxPlace& place) { return operation(place, "exp"); }
bool log_layer(OnnxPlace& place) { return operation(place, "log"); }
bool sqrt_layer(OnnxPlace& place) { return operation(place, "sqrt"); }

constexpr OnnxOperator math_operators[] = {
    {"Add", 7, 21, pair<add>, add_layer},
    {"Sub", 7, 21, pair<subtract>, subtract_layer},
    {"Mul", 7, 21, pair<multiply>, multiply_layer},
    {"Div", 7, 21, divide, divide_layer},
    {"Mod", 10, 21, modulo},
    {"Pow", 7, 21, power, power_layer},
    {"Neg", 6, 21, each<negative>, negative_layer},
    {"Abs", 6, 21, each<abs>, absolute_layer},
    {"Sign", 9, 21, each<sign>},
    {"Reciprocal", 6, 21, each<reciprocal>},
    {"Floor", 6, 21, each<floor>},
    {"Ceil", 6, 21, each<ceil>},
    {"Round", 11, 21, each<round>},
    {"Sqrt", 6, 21, each<sqrt>, sqrt_layer},
    {"Exp", 6, 21, each<exp>, exp_layer},
    {"Log", 6, 21, each<log>, log_layer},
    {"Erf", 9, 21, each<erf>},
    {"Sin", 7, 21, each<sin>},
    {"Cos", 7, 21, each<cos>},
    {"Tan", 7, 21, each<tan>},
    {"Asin", 7, 21, each<asin>},
    {"Acos", 7, 21, each<acos>},
    {"Atan", 7, 21, each<atan>},
    {"Sinh", 9, 21, each<sinh>},
    {"Cosh", 9, 21, each<cosh>},
    {"Asinh", 9, 21, each<asinh>},
    {"Acosh", 9, 21, each<acosh>},
    {"Atanh", 9, 21, each<atanh>},
    {"Sum", 8, 21, fold<add>, add_layer},
    {"Mean", 8, 21, mean_of, average_layer},
    {"Max", 8, 21, fold<larger>, maximum_layer},
    {"Min", 8, 21, fold<smaller>, minimum_layer},
    {"Equal", 7, 21, pair<static_cast<Tensor (*)(const Tensor&, const Tensor&)>(equal)>},
    {"Less", 7, 21, pair<less>},
    {"LessOrEqual", 12, 21, pair<less_equal>},
    {"Greater", 7, 21, pair<greater>},
    {"GreaterOrEqual", 12, 21, pair<greater_equal>},
    {"And", 7, 21, pair<logical_and>},
    {"Or", 7, 21, pair<logical_or>},
    {"Xor", 7, 21, pair<logical_xor>},
    {"Not", 1, 21, each<logical_not>},
    {"IsNaN", 9, 21, each<(isnan)>},
    {"IsInf", 10, 21, is_infinite},
    {"Where", 9, 21, choose},
    {"Identity", 1, 21, identity_of, identity_layer},
};

}  // namespace

std::span<const OnnxOperator> onnx_math() { return math_operators; }

}  // namespace shikumi::nn::detail
