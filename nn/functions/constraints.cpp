#include <shikumi/nn/functions/constraints.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/functions/detail/function_kind.hpp>

namespace shikumi::nn {

namespace {

constexpr double epsilon = 1e-7;  // added to divisors

Tensor lengths(const Tensor& w, const Axes& axis) { return norm(w, axis, true); }

Tensor rescaled(const Tensor& w, const Tensor& lengths, const Tensor& wanted) {
    return w / (lengths + epsilon) * wanted;
}

struct Longest {
    double max_value = 2;
    Axes axis = 0;
};
void visit_fields(auto& fields, FieldsOf<Longest> auto& o) {
    fields("max_value", o.max_value)("axis", o.axis);
}

struct Along {
    Axes axis = 0;
};
void visit_fields(auto& fields, FieldsOf<Along> auto& o) { fields("axis", o.axis); }

}  // namespace

void visit_fields(auto& fields, FieldsOf<MinMaxNormOptions> auto& o) {
    fields("min_value", o.min_value)("max_value", o.max_value)("rate", o.rate)("axis", o.axis);
}

Constraint MaxNorm(double max_value, const Axes& axis) {
    if (!(max_value >= 0))
        fail<ValueError>("MaxNorm", "max_value must not be negative, got ", max_value);
    return {[=](const Tensor& w) {
                const Tensor length = lengths(w, axis);
                return rescaled(w, length, minimum(length, max_value));
            },
            sentence("MaxNorm(", max_value, ")"), ConfigWriter().fields(Longest{max_value, axis})};
}

Constraint NonNeg() {
    return {[](const Tensor& w) { return maximum(w, 0); }, "NonNeg", Config::Object{}};
}

Constraint UnitNorm(const Axes& axis) {
    return {[=](const Tensor& w) { return w / (lengths(w, axis) + epsilon); }, "UnitNorm",
            ConfigWriter().fields(Along{axis})};
}

Constraint MinMaxNorm(const MinMaxNormOptions& options) {
    if (!(0 <= options.min_value && options.min_value <= options.max_value))
        fail<ValueError>("MinMaxNorm", "wants 0 <= min_value <= max_value, got ", options.min_value,
                         " and ", options.max_value);
    if (!(options.rate >= 0 && options.rate <= 1))
        fail<ValueError>("MinMaxNorm", "the rate must lie in [0, 1], got ", options.rate);
    return {[=](const Tensor& w) {
                const Tensor length = lengths(w, options.axis);
                const Tensor held = clip(length, options.min_value, options.max_value);
                return rescaled(w, length, held * options.rate + length * (1 - options.rate));
            },
            sentence("MinMaxNorm(", options.min_value, ", ", options.max_value, ")"),
            ConfigWriter().fields(options)};
}

namespace {

constexpr shikumi::detail::NameRow<detail::FunctionKind<Constraint>::Make> constraint_rows[] = {
    {[](ConfigReader& c) {
         const auto o = c.fields<Longest>();
         return MaxNorm(o.max_value, o.axis);
     },
     {"max_norm", "MaxNorm"}},
    {[](ConfigReader& c) { return MinMaxNorm(c.fields<MinMaxNormOptions>()); },
     {"min_max_norm", "MinMaxNorm"}},
    {[](ConfigReader&) { return NonNeg(); }, {"non_neg", "NonNeg"}},
    {[](ConfigReader& c) { return UnitNorm(c.fields<Along>().axis); }, {"unit_norm", "UnitNorm"}},
};
constexpr detail::FunctionKind<Constraint> constraints("constraint", constraint_rows);

}  // namespace

Constraint Constraint::known_as(std::string_view name) { return constraint(name); }

Constraint constraint(std::string_view name) { return constraints.named(name); }

Config to_config(const Constraint& constraint) {
    return detail::function_config("constraint", "keras.constraints", constraint);
}

void from_config(const Config& config, Constraint& constraint, std::string_view reading) {
    constraint = config.is_null() ? Constraint() : constraints.read(config, reading);
}

}  // namespace shikumi::nn
