#include <shikumi/autograd/explain/detail/notation.hpp>

#include <algorithm>
#include <array>
#include <string_view>

#include <shikumi/autograd/graph/multi_output.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/detail/attributes.hpp>
#include <shikumi/autograd/ops/detail/transpose.hpp>
#include <shikumi/autograd/transform/pack.hpp>

namespace shikumi::detail {

namespace {

/// What the derivative rules of a notation state.
enum class States {
    partial,  ///< the derivative of each element by its operand
    map,      ///< what becomes of the adjoint {d} on its way to the operand
};

// {0}, {1}, {2} stand for the operands, {y} for the value, {d} for its adjoint, {n} for how many
// elements of the first operand make one of the value. One row an operation.
struct Notation {
    std::string_view operation, value;
    States states = States::partial;
    std::array<std::string_view, 3> rules = {};
};
constexpr Notation notations[] = {
    {"add", "{0} + {1}", States::partial, {"1", "1"}},
    {"subtract", "{0} - {1}", States::partial, {"1", "-1"}},
    {"multiply", "{0}·{1}", States::partial, {"{1}", "{0}"}},
    {"divide", "{0} / {1}", States::partial, {"1 / {1}", "-{0} / {1}²"}},
    {"negative", "-{0}", States::partial, {"-1"}},
    {"square", "{0}²", States::partial, {"2·{0}"}},
    {"pow", "{0}^{1}", States::partial, {"{1}·{0}^({1} - 1)", "{y}·ln {0}"}},
    {"reciprocal", "1 / {0}", States::partial, {"-{y}²"}},
    {"abs", "|{0}|", States::partial, {"sign {0}"}},
    {"sqrt", "√{0}", States::partial, {"1 / (2·{y})"}},
    {"rsqrt", "1 / √{0}", States::partial, {"-{y}³ / 2"}},
    {"cbrt", "∛{0}", States::partial, {"1 / (3·{y}²)"}},
    {"exp", "exp {0}", States::partial, {"{y}"}},
    {"exp2", "2^{0}", States::partial, {"{y}·ln 2"}},
    {"expm1", "exp {0} - 1", States::partial, {"{y} + 1"}},
    {"log", "ln {0}", States::partial, {"1 / {0}"}},
    {"log2", "log₂ {0}", States::partial, {"1 / ({0}·ln 2)"}},
    {"log10", "log₁₀ {0}", States::partial, {"1 / ({0}·ln 10)"}},
    {"log1p", "ln(1 + {0})", States::partial, {"1 / (1 + {0})"}},
    {"sin", "sin {0}", States::partial, {"cos {0}"}},
    {"cos", "cos {0}", States::partial, {"-sin {0}"}},
    {"tan", "tan {0}", States::partial, {"1 + {y}²"}},
    {"asin", "arcsin {0}", States::partial, {"1 / √(1 - {0}²)"}},
    {"acos", "arccos {0}", States::partial, {"-1 / √(1 - {0}²)"}},
    {"atan", "arctan {0}", States::partial, {"1 / (1 + {0}²)"}},
    {"sinh", "sinh {0}", States::partial, {"cosh {0}"}},
    {"cosh", "cosh {0}", States::partial, {"sinh {0}"}},
    {"tanh", "tanh {0}", States::partial, {"1 - {y}²"}},
    {"asinh", "arsinh {0}", States::partial, {"1 / √(1 + {0}²)"}},
    {"acosh", "arcosh {0}", States::partial, {"1 / √({0}² - 1)"}},
    {"atanh", "artanh {0}", States::partial, {"1 / (1 - {0}²)"}},
    {"erf", "erf {0}", States::partial, {"2·exp(-{0}²) / √π"}},
    {"sigmoid", "σ({0})", States::partial, {"{y}·(1 - {y})"}},
    {"softplus", "ln(1 + exp {0})", States::partial, {"σ({0})"}},
    {"softsign", "{0} / (1 + |{0}|)", States::partial, {"1 / (1 + |{0}|)²"}},
    {"relu", "max(0, {0})", States::partial, {"[{0} > 0]"}},
    {"relu6", "min(max(0, {0}), 6)", States::partial, {"[0 < {0} < 6]"}},
    {"maximum", "max({0}, {1})", States::partial, {"[{0} > {1}]", "[{1} > {0}]"}},
    {"minimum", "min({0}, {1})", States::partial, {"[{0} < {1}]", "[{1} < {0}]"}},
    {"sum", "Σ {0}", States::partial, {"1"}},
    {"mean", "(Σ {0}) / {n}", States::partial, {"1 / {n}"}},
    {"mean_square", "(Σ {0}²) / {n}", States::partial, {"2·{0} / {n}"}},
    {"reshape", "reshape {0}", States::map, {"reshape {d}"}},
    {"transpose", "{0}ᵀ", States::map, {"{d}ᵀ"}},
    {"softmax", "softmax {0}", States::map, {"{y}·({d} - Σ {d}·{y})"}},
    {"log_softmax", "ln softmax {0}", States::map, {"{d} - exp({y})·Σ {d}"}},
};

// The product has four forms: either operand may be read as its transpose.
constexpr Notation products[2][2] = {
    {{"matmul", "{0}·{1}", States::map, {"{d}·{1}ᵀ", "{0}ᵀ·{d}"}},
     {"matmul", "{0}·{1}ᵀ", States::map, {"{d}·{1}", "{d}ᵀ·{0}"}}},
    {{"matmul", "{0}ᵀ·{1}", States::map, {"{1}·{d}ᵀ", "{0}·{d}"}},
     {"matmul", "{0}ᵀ·{1}ᵀ", States::map, {"({d}·{1})ᵀ", "({0}·{d})ᵀ"}}},
};

const Notation* notation_of(const Node& node) {
    const Op& op = *node.op;
    if (const auto* const operands = dynamic_cast<const OfMatrices*>(&op))
        return &products[operands->transpose_a][operands->transpose_b];
    const auto* const axes = dynamic_cast<const Transpose*>(&op);
    if (axes && !axes->swaps_last_two(node.spec.shape.rank())) return nullptr;
    const auto* const found =
        std::ranges::find(notations, op.name(), [](const Notation& n) { return n.operation; });
    return found == std::end(notations) ? nullptr : found;
}

// A number below 0 in the middle of a formula stands in parentheses.
std::string factor(const std::string& text) { return text[0] == '-' ? "(" + text + ")" : text; }

struct Names {
    std::span<const WrittenOperand> operands;
    std::string value, adjoint;
    Index elements = 1;
};

std::string filled(std::string_view form, const Names& names) {
    std::string out;
    for (std::size_t i = 0; i < form.size(); ++i) {
        if (form[i] != '{') {
            out += form[i];
            continue;
        }
        const char what = form[i + 1];
        if (what == 'y')
            out += names.value;
        else if (what == 'd')
            out += names.adjoint;
        else if (what == 'n')
            out += std::to_string(names.elements);
        else {
            const std::string& name = names.operands[static_cast<std::size_t>(what - '0')].name;
            out += i == 0 && form != "{0}^{1}" ? name : factor(name);
        }
        i += 2;
    }
    return out;
}

bool is_sum(std::string_view formula) {
    int depth = 0;
    for (std::size_t i = 0; i < formula.size(); ++i) {
        if (formula[i] == '(' || formula[i] == '[') ++depth;
        if (formula[i] == ')' || formula[i] == ']') --depth;
        const std::string_view here = formula.substr(i, 3);
        if (depth == 0 && (here == " + " || here == " - ")) return true;
    }
    return false;
}

// The product of an adjoint and a partial derivative.
std::string times(const std::string& adjoint, std::string partial) {
    if (is_sum(partial)) return adjoint + "·(" + partial + ")";
    const bool negative = partial[0] == '-';
    if (negative) partial.erase(0, 1);
    const std::string sign = negative ? "-" : "";
    if (partial == "1") return sign + adjoint;
    if (partial.starts_with("1 / ")) return sign + adjoint + partial.substr(1);
    return sign + adjoint + "·" + partial;
}

Written by_name(const Node& node, const std::string& name,
                std::span<const WrittenOperand> operands) {
    Written w;
    const Node* const first = node.inputs()[0].node();
    const MultiOutput* const pack = multi_output(*first);
    w.value = std::string(pack ? pack->name() : node.op->name()) + "(";
    for (const WrittenOperand& x : operands) {
        w.value += (&x == operands.data() ? "" : ", ") + x.name;
        w.local.emplace_back();
        w.pulled.push_back(delta(name) + "·∂" + name + "/∂" + x.name);
    }
    w.value += ")";
    if (pack) w.value += "[" + std::to_string(output_number(node)) + "]";
    return w;
}

}  // namespace

std::string delta(const std::string& name) { return "δ" + name; }

Written written(const Node& node, const std::string& name,
                std::span<const WrittenOperand> operands) {
    const Notation* const notation = notation_of(node);
    if (!notation) return by_name(node, name, operands);
    const Index size = node.spec.size(), first = operands[0].spec.size();
    Names names{operands, name, delta(name), size > 0 ? first / size : 1};
    Written w{filled(notation->value, names), {}, {}};
    for (std::size_t i = 0; i < operands.size(); ++i) {
        const std::string by = "∂" + name + "/∂" + operands[i].name;
        std::string rule = filled(notation->rules[i], names);
        if (notation->states == States::map) {
            names.adjoint = "δ";
            w.local.push_back(by + ": δ ↦ " + filled(notation->rules[i], names));
            names.adjoint = delta(name);
        } else {
            w.local.push_back(by + " = " + rule);
            rule = times(names.adjoint, rule);
        }
        // An operand that was broadcast gets the sum over all that read it.
        const bool broadcast = operands[i].spec.size() < size;
        w.pulled.push_back(broadcast && notation->states == States::partial ? "Σ " + rule : rule);
    }
    return w;
}

}  // namespace shikumi::detail
