#include <shikumi/nn/layers/core/operation.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/nearest_names.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

using Arguments = std::vector<Tensor>;

namespace {

bool has_value(const std::optional<double>& number) { return number.has_value(); }

}  // namespace

struct Operation::Function {
    std::string_view name;
    std::size_t count;
    Tensor (*of)(const Arguments& x);
};

const Operation::Function& Operation::known(std::string_view name) {
    static constexpr Function all[] = {
        {"add", 2, [](const Arguments& x) { return x[0] + x[1]; }},
        {"subtract", 2, [](const Arguments& x) { return x[0] - x[1]; }},
        {"multiply", 2, [](const Arguments& x) { return x[0] * x[1]; }},
        {"divide", 2, [](const Arguments& x) { return x[0] / x[1]; }},
        {"power", 2, [](const Arguments& x) { return pow(x[0], x[1]); }},
        {"maximum", 2, [](const Arguments& x) { return maximum(x[0], x[1]); }},
        {"minimum", 2, [](const Arguments& x) { return minimum(x[0], x[1]); }},
        {"equal", 2, [](const Arguments& x) { return equal(x[0], x[1]); }},
        {"not_equal", 2, [](const Arguments& x) { return not_equal(x[0], x[1]); }},
        {"greater", 2, [](const Arguments& x) { return x[0] > x[1]; }},
        {"greater_equal", 2, [](const Arguments& x) { return x[0] >= x[1]; }},
        {"less", 2, [](const Arguments& x) { return x[0] < x[1]; }},
        {"less_equal", 2, [](const Arguments& x) { return x[0] <= x[1]; }},
        {"logical_and", 2, [](const Arguments& x) { return logical_and(x[0], x[1]); }},
        {"logical_or", 2, [](const Arguments& x) { return logical_or(x[0], x[1]); }},
        {"logical_not", 1, [](const Arguments& x) { return logical_not(x[0]); }},
        {"negative", 1, [](const Arguments& x) { return -x[0]; }},
        {"absolute", 1, [](const Arguments& x) { return abs(x[0]); }},
        {"exp", 1, [](const Arguments& x) { return exp(x[0]); }},
        {"log", 1, [](const Arguments& x) { return log(x[0]); }},
        {"sqrt", 1, [](const Arguments& x) { return sqrt(x[0]); }},
        {"square", 1, [](const Arguments& x) { return square(x[0]); }},
        {"relu", 1, [](const Arguments& x) { return relu(x[0]); }},
        {"sigmoid", 1, [](const Arguments& x) { return sigmoid(x[0]); }},
        {"tanh", 1, [](const Arguments& x) { return tanh(x[0]); }},
    };
    const auto* const found = std::ranges::find(all, name, &Function::name);
    if (found != std::end(all)) return *found;
    std::vector<std::string_view> names;
    for (const Function& function : all) names.push_back(function.name);
    shikumi::detail::refuse_name("operation", name, names);
}

Operation::Operation(std::string_view function, std::vector<std::optional<double>> arguments,
                     const LayerOptions& options)
    : Layer(options), function_(&known(function)), arguments_(std::move(arguments)) {
    if (arguments_.size() != function_->count)
        fail<ValueError>("operation", "'", function, "' has ", function_->count,
                         " arguments, got ", arguments_.size());
    if (std::ranges::all_of(arguments_, has_value))
        fail<ValueError>("operation", "'", function, "' of numbers alone is no layer");
}

void Operation::build_all(const std::vector<Spec>& inputs) {
    const auto wanted = static_cast<std::size_t>(std::ranges::count(arguments_, false, has_value));
    if (inputs.size() != wanted)
        fail<ShapeError>("operation", "'", function_->name, "' takes ", wanted, " tensors, got ",
                         inputs.size());
}

Tensor Operation::call(const Tensor& x, Mode mode) { return call_all({x}, mode).front(); }

std::vector<Tensor> Operation::call_all(const std::vector<Tensor>& inputs, Mode) {
    build_all(specs_of(inputs));
    Arguments x;
    auto next = inputs.begin();
    for (const std::optional<double>& number : arguments_)
        x.push_back(number ? scalar(*number, inputs.front().dtype()) : *next++);
    return {function_->of(x)};
}

std::string Operation::label() const { return sentence("Operation ", function_->name); }

Config Operation::get_config() const {
    return ConfigWriter()("function", function_->name)("arguments", arguments_);
}

Operation Operation::from_config(ConfigReader& config) {
    const auto function = config.get<std::string>("function");
    return Operation(function, config.get<std::vector<std::optional<double>>>("arguments"));
}

}  // namespace shikumi::nn
