// Operations on each element alone. Inputs get one order of axes, which the output keeps.
#include <numbers>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/io/detail/onnx_translations.hpp>

namespace shikumi::nn::detail {

namespace {

using Args = const std::vector<Tensor>&;
using Out = std::vector<Tensor>;

std::vector<std::string> aligned(const OnnxTask& task, const AxisOrder& order) {
    std::vector<std::string> inputs;
    for (std::size_t i = 0; i < task.size(); ++i) inputs.push_back(task.broadcast_in(i, order));
    return inputs;
}

void write_operator(const OnnxTask& task, std::string_view op, OnnxAttributes attributes = {}) {
    const AxisOrder order = task.common_order();
    task.give(task.add(op, aligned(task, order), std::move(attributes)), order);
}

// A name as a template argument.
template <std::size_t size>
struct OpName {
    consteval OpName(const char (&name)[size]) { std::copy_n(name, size, text); }
    char text[size];
};

/// The operator of that name.
template <OpName op>
void same(const OnnxTask& task) {
    write_operator(task, op.text);
}

/// Made of other operations.
template <auto function>
void by(const OnnxTask& task) {
    task.give_by(function);
}

void square_of(const OnnxTask& task) {
    const AxisOrder order = task.common_order();
    const std::string x = task.broadcast_in(0, order);
    task.give(task.add("Mul", {x, x}), order);
}

void elu_of(const OnnxTask& task) {
    if (!task.is_number(1)) task.refuse("has an alpha that isn't a constant number");
    const auto alpha = static_cast<float>(task.number(1));
    const AxisOrder order = task.common_order();
    task.give(task.add("Elu", {task.broadcast_in(0, order)}, {{"alpha", alpha}}), order);
}

void clip_of(const OnnxTask& task) {
    const AxisOrder order = task.common_order();
    const std::vector<std::string> in = aligned(task, order);
    if (task.spec(1).shape.rank() == 0 && task.spec(2).shape.rank() == 0)
        return task.give(task.add("Clip", in), order);
    task.give(task.add("Min", {task.add("Max", {in[0], in[1]}), in[2]}), order);
}

void not_equal_of(const OnnxTask& task) {
    const AxisOrder order = task.common_order();
    task.give(task.add("Not", {task.add("Equal", aligned(task, order))}), order);
}

void is_finite(const OnnxTask& task) {
    const AxisOrder order = task.common_order();
    const std::vector<std::string> in = aligned(task, order);
    task.give(task.add("Not", {task.add("Or", {task.add("IsNaN", in), task.add("IsInf", in)})}),
              order);
}

void cast_of(const OnnxTask& task) {
    const OrderedTensor x = task.at(0);
    task.give(task.cast(x.name, task.out().dtype), x.order);
}

void same_tensor(const OnnxTask& task) {
    const OrderedTensor x = task.at(0);
    task.give(x.name, x.order);
}

void indices_of(const OnnxTask& task) {
    const OrderedTensor x = task.at(0);
    task.give(task.spec(0).dtype == i64 ? x.name : task.cast(x.name, i64), x.order);
}

// ONNX Runtime has no Where of truth values.
void where_of(const OnnxTask& task) {
    if (task.out().dtype != bool_) return write_operator(task, "Where");
    task.give_by([](Args x) {
        return Out{logical_or(logical_and(x[0], x[1]), logical_and(logical_not(x[0]), x[2]))};
    });
}

void modulo(const OnnxTask& task) {
    if (is_integer(task.out().dtype)) return write_operator(task, "Mod");
    task.give_by([](Args x) { return Out{x[0] - floor(x[0] / x[1]) * x[1]}; });
}

void fmod_of(const OnnxTask& task) { write_operator(task, "Mod", {{"fmod", Index{1}}}); }

void floor_divide_of(const OnnxTask& task) {
    if (is_integer(task.out().dtype)) {
        const AxisOrder order = task.common_order();
        const std::vector<std::string> in = aligned(task, order);
        const std::string rest = task.add("Sub", {in[0], task.add("Mod", in)});
        return task.give(task.add("Div", {rest, in[1]}), order);
    }
    task.give_by([](Args x) { return Out{floor(x[0] / x[1])}; });
}

constexpr OnnxTranslation pointwise_table[] = {
    {"abs", same<"Abs">},
    {"acos", same<"Acos">},
    {"acosh", same<"Acosh">},
    {"add", same<"Add">},
    {"asin", same<"Asin">},
    {"asinh", same<"Asinh">},
    {"atan", same<"Atan">},
    {"atanh", same<"Atanh">},
    {"cast", cast_of},
    {"cbrt", by<[](Args x) { return Out{sign(x[0]) * pow(abs(x[0]), 1.0 / 3)}; }>},
    {"ceil", same<"Ceil">},
    {"checked_indices", indices_of},
    {"clip", clip_of},
    {"cos", same<"Cos">},
    {"cosh", same<"Cosh">},
    {"divide", same<"Div">},
    {"elu", elu_of},
    {"entr", by<[](Args x) { return Out{where(equal(x[0], 0), 0, -x[0] * log(x[0]))}; }>},
    {"equal", same<"Equal">},
    {"erf", same<"Erf">},
    {"erfc", by<[](Args x) { return Out{1 - erf(x[0])}; }>},
    {"exp", same<"Exp">},
    {"exp2", by<[](Args x) { return Out{exp(x[0] * std::numbers::ln2)}; }>},
    {"expm1", by<[](Args x) { return Out{exp(x[0]) - 1}; }>},
    {"floor", same<"Floor">},
    {"floor_divide", floor_divide_of},
    {"fmod", fmod_of},
    {"gated", same<"Mul">},
    {"gaussian", by<[](Args x) { return Out{exp(-square(x[0]))}; }>},
    {"greater", same<"Greater">},
    {"greater_equal", same<"GreaterOrEqual">},
    {"heaviside",
     by<[](Args x) { return Out{where(equal(x[0], 0), x[1], (x[0] > 0).cast(x[0].dtype()))}; }>},
    {"hypot", by<[](Args x) { return Out{sqrt(square(x[0]) + square(x[1]))}; }>},
    {"identity", same_tensor},
    {"isfinite", is_finite},
    {"isinf", same<"IsInf">},
    {"isnan", same<"IsNaN">},
    {"lerp", by<[](Args x) { return Out{x[0] + (x[1] - x[0]) * x[2]}; }>},
    {"less", same<"Less">},
    {"less_equal", same<"LessOrEqual">},
    {"log", same<"Log">},
    {"log10", by<[](Args x) { return Out{log(x[0]) / std::numbers::ln10}; }>},
    {"log1p", by<[](Args x) { return Out{log(x[0] + 1)}; }>},
    {"log2", by<[](Args x) { return Out{log(x[0]) / std::numbers::ln2}; }>},
    {"logaddexp",
     by<[](Args x) { return Out{maximum(x[0], x[1]) + softplus(-abs(x[0] - x[1]))}; }>},
    {"logical_and", same<"And">},
    {"logical_not", same<"Not">},
    {"logical_or", same<"Or">},
    {"logical_xor", same<"Xor">},
    {"logit", by<[](Args x) { return Out{log(x[0] / (1 - x[0]))}; }>},
    {"maximum", same<"Max">},
    {"minimum", same<"Min">},
    {"mish_gate", by<[](Args x) { return Out{tanh(softplus(x[0]))}; }>},
    {"multiply", same<"Mul">},
    {"multiply_no_nan", by<[](Args x) { return Out{where(equal(x[1], 0), 0, x[0] * x[1])}; }>},
    {"ndtr", by<[](Args x) { return Out{(erf(x[0] / std::numbers::sqrt2) + 1) * 0.5}; }>},
    {"negative", same<"Neg">},
    {"normal_cdf_by_tanh", by<[](Args x) {
         constexpr double slope = 2 * std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
         return Out{sigmoid((x[0] + 0.044715 * square(x[0]) * x[0]) * slope)};
     }>},
    {"normal_density", by<[](Args x) {
         constexpr double most = std::numbers::inv_sqrtpi / std::numbers::sqrt2;
         return Out{exp(square(x[0]) * -0.5) * most};
     }>},
    {"not_equal", not_equal_of},
    {"pow", same<"Pow">},
    {"reciprocal", same<"Reciprocal">},
    {"relu", same<"Relu">},
    {"relu6", by<[](Args x) { return Out{clip(x[0], 0, 6)}; }>},
    {"remainder", modulo},
    {"required", same_tensor},
    {"round", same<"Round">},
    {"rsqrt", by<[](Args x) { return Out{reciprocal(sqrt(x[0]))}; }>},
    {"sigmoid", same<"Sigmoid">},
    {"sign", same<"Sign">},
    {"sin", same<"Sin">},
    {"sinh", same<"Sinh">},
    {"softplus", same<"Softplus">},
    {"softsign", same<"Softsign">},
    {"sqrt", same<"Sqrt">},
    {"square", square_of},
    {"squareplus", by<[](Args x) { return Out{(x[0] + sqrt(square(x[0]) + x[1])) * 0.5}; }>},
    {"stop_gradient", same_tensor},
    {"subtract", same<"Sub">},
    {"tan", same<"Tan">},
    {"tanh", same<"Tanh">},
    {"tanh_shrink", by<[](Args x) { return Out{x[0] - tanh(x[0])}; }>},
    {"trunc", by<[](Args x) { return Out{sign(x[0]) * floor(abs(x[0]))}; }>},
    {"where", where_of},
    {"xlogy", by<[](Args x) { return Out{where(equal(x[0], 0), 0, x[0] * log(x[1]))}; }>},
};

}  // namespace

std::span<const OnnxTranslation> pointwise_translations() { return pointwise_table; }

}  // namespace shikumi::nn::detail
