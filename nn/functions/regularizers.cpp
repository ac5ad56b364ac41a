#include <shikumi/nn/functions/regularizers.hpp>

#include <cmath>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/lengths.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/functions/detail/function_kind.hpp>

namespace shikumi::nn {

namespace {

void check_factor(std::string_view regularizer, double factor) {
    if (!(factor >= 0) || !std::isfinite(factor))
        fail<ValueError>(regularizer, "the factor must be a number >= 0, got ", factor);
}

struct L1Factor {
    double l1 = 0.01;
};
void visit_fields(auto& fields, FieldsOf<L1Factor> auto& o) { fields("l1", o.l1); }

struct L2Factor {
    double l2 = 0.01;
};
void visit_fields(auto& fields, FieldsOf<L2Factor> auto& o) { fields("l2", o.l2); }

struct BothFactors {
    double l1 = 0, l2 = 0;
};
void visit_fields(auto& fields, FieldsOf<BothFactors> auto& o) { fields("l1", o.l1)("l2", o.l2); }

struct Orthogonality {
    double factor = 0.01;
    std::string mode = "rows";
};
void visit_fields(auto& fields, FieldsOf<Orthogonality> auto& o) {
    fields("factor", o.factor)("mode", o.mode);
}

template <class Options>
Config factors_of(const Options& options) {
    return ConfigWriter().fields(options);
}

Tensor l1_penalty(const Tensor& w, double factor) { return sum(abs(w)) * factor; }
Tensor l2_penalty(const Tensor& w, double factor) { return sum(square(w)) * factor; }

}  // namespace

Regularizer L1(double l1) {
    check_factor("L1", l1);
    return {[=](const Tensor& w) { return l1_penalty(w, l1); }, sentence("L1(", l1, ")"),
            factors_of(L1Factor{l1})};
}

Regularizer L2(double l2) {
    check_factor("L2", l2);
    return {[=](const Tensor& w) { return l2_penalty(w, l2); }, sentence("L2(", l2, ")"),
            factors_of(L2Factor{l2})};
}

Regularizer L1L2(double l1, double l2) {
    check_factor("L1L2", l1);
    check_factor("L1L2", l2);
    if (l2 == 0) return L1(l1);
    if (l1 == 0) return L2(l2);
    return {[=](const Tensor& w) { return l1_penalty(w, l1) + l2_penalty(w, l2); },
            sentence("L1L2(", l1, ", ", l2, ")"), factors_of(BothFactors{l1, l2})};
}

Regularizer OrthogonalRegularizer(double factor, const OrthogonalRegularizerOptions& options) {
    constexpr std::string_view name = "OrthogonalRegularizer";
    check_factor(name, factor);
    return {[=, columns = options.columns](const Tensor& w) {
                if (w.rank() != 2)
                    fail<ShapeError>(name, "takes a matrix, got a weight of ", w.shape());
                const Tensor rows = columns ? transpose(w) : w;
                const Index count = rows.shape().front();
                if (count < 2)
                    fail<ValueError>(name, "wants at least two ", columns ? "columns" : "rows",
                                     ", got a weight of ", w.shape());
                const Tensor unit = shikumi::detail::unit(rows, 1);
                const Tensor others = 1 - eye(count, {}, w.dtype());
                const auto pairs = static_cast<double>(count * (count - 1));
                return sum(abs(matmul(unit, transpose(unit)) * others)) * (factor / pairs);
            },
            sentence(name, "(", factor, ")"),
            factors_of(Orthogonality{factor, options.columns ? "columns" : "rows"})};
}

namespace {

Regularizer orthogonal(ConfigReader& config) {
    const auto o = config.fields<Orthogonality>();
    if (o.mode != "rows" && o.mode != "columns")
        fail<ValueError>(config.owner(), "the mode is rows or columns, got '", o.mode, "'");
    return OrthogonalRegularizer(o.factor, {.columns = o.mode == "columns"});
}

constexpr shikumi::detail::NameRow<detail::FunctionKind<Regularizer>::Make> regularizer_rows[] = {
    {[](ConfigReader& c) { return L1(c.fields<L1Factor>().l1); }, {"l1", "L1"}},
    {[](ConfigReader& c) { return L2(c.fields<L2Factor>().l2); }, {"l2", "L2"}},
    {[](ConfigReader& c) {
         const auto o = c.fields<BothFactors>();
         return L1L2(o.l1, o.l2);
     },
     {"l1_l2", "L1L2"}},
    {orthogonal, {"orthogonal_regularizer", "OrthogonalRegularizer"}},
};
constexpr detail::FunctionKind<Regularizer> regularizers("regularizer", regularizer_rows);

}  // namespace

Regularizer Regularizer::known_as(std::string_view name) { return regularizer(name); }

Regularizer regularizer(std::string_view name) { return regularizers.named(name); }

Config to_config(const Regularizer& regularizer) {
    return detail::function_config("regularizer", "keras.regularizers", regularizer);
}

void from_config(const Config& config, Regularizer& regularizer, std::string_view reading) {
    regularizer = config.is_null() ? Regularizer() : regularizers.read(config, reading);
}

}  // namespace shikumi::nn
