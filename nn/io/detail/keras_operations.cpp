#include <shikumi/nn/io/detail/keras_operations.hpp>

namespace shikumi::nn::detail {

namespace {

constexpr std::string_view numpy = "keras.src.ops.numpy", nn = "keras.src.ops.nn";

// Another name of the same function follows the one that is written.
constexpr KerasOperation all[] = {
    {"add", "Add", numpy, "math.add"},
    {"add", "Add", numpy, "__operators__.add"},
    {"subtract", "Subtract", numpy, "math.subtract"},
    {"multiply", "Multiply", numpy, "math.multiply"},
    {"divide", "TrueDivide", numpy, "math.truediv"},
    {"divide", "Divide", numpy, "math.divide"},
    {"power", "Power", numpy, "math.pow"},
    {"maximum", "Maximum", numpy, "math.maximum"},
    {"minimum", "Minimum", numpy, "math.minimum"},
    {"equal", "Equal", numpy, "math.equal"},
    {"equal", "Equal", numpy, "__operators__.eq"},
    {"not_equal", "NotEqual", numpy, "math.not_equal"},
    {"not_equal", "NotEqual", numpy, "__operators__.ne"},
    {"greater", "Greater", numpy, "math.greater"},
    {"greater_equal", "GreaterEqual", numpy, "math.greater_equal"},
    {"less", "Less", numpy, "math.less"},
    {"less_equal", "LessEqual", numpy, "math.less_equal"},
    {"logical_and", "LogicalAnd", numpy, "math.logical_and"},
    {"logical_or", "LogicalOr", numpy, "math.logical_or"},
    {"logical_not", "LogicalNot", numpy, "math.logical_not"},
    {"negative", "Negative", numpy, "math.negative"},
    {"absolute", "Absolute", numpy, "math.abs"},
    {"exp", "Exp", numpy, "math.exp"},
    {"log", "Log", numpy, "math.log"},
    {"sqrt", "Sqrt", numpy, "math.sqrt"},
    {"square", "Square", numpy, "math.square"},
    {"relu", "Relu", nn, "nn.relu"},
    {"sigmoid", "Sigmoid", nn, "math.sigmoid"},
    {"tanh", "Tanh", numpy, "math.tanh"},
};

}  // namespace

std::span<const KerasOperation> keras_operations() noexcept { return all; }

}  // namespace shikumi::nn::detail
