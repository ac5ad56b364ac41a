// The orders_operations of orders.json.
#include <map>
#include <optional>

#include <shikumi/autograd/ops/ops.hpp>

#include "arrays.hpp"
#include "operations.hpp"

namespace shikumi::derivatives {

namespace {

// A reduction over axes.
Operation reduction(Tensor (*op)(const Tensor&, const Axes&, Boolean)) {
    return [op](const Tensors& in, const json& options) {
        return op(in[0], axes(options), options.value("keepdims", false));
    };
}

// A variance, or its root.
Operation spread(Tensor (*op)(const Tensor&, const Axes&, Boolean, Integer)) {
    return [op](const Tensors& in, const json& options) {
        return op(in[0], axes(options), options.value("keepdims", false),
                  options.value("ddof", Index{0}));
    };
}

// The place of an extreme.
Operation place(Tensor (*op)(const Tensor&, std::optional<Integer>, Boolean)) {
    return [op](const Tensors& in, const json& options) {
        return op(in[0], Integer(options.at("axis").get<Index>()), false);
    };
}

std::optional<Integer> axis(const json& options) {
    return Integer(options.at("axis").get<Index>());
}

// A running sum, product or extreme.
Operation running(Tensor (*op)(const Tensor&, std::optional<Integer>)) {
    return [op](const Tensors& in, const json& options) { return op(in[0], axis(options)); };
}

// Elements in order, or their positions.
Operation ordered(Tensor (*op)(const Tensor&, Integer, Boolean)) {
    return [op](const Tensors& in, const json& options) {
        return op(in[0], *axis(options), options.at("descending").get<bool>());
    };
}

// A reduction along one axis.
Axes line(const json& options) { return Axes(indices(options.at("axis"))); }

Tensor counted(const Tensors& in, const json& options) {
    const auto length = options.at("minlength").get<Index>();
    return in.size() == 1 ? bincount(in[0], length) : bincount(in[0], in[1], length);
}

Tensor quantiles(const Tensors& in, const json& options) {
    static const std::map<std::string, QuantileMethod> methods{
        {"linear", QuantileMethod::linear},
        {"lower", QuantileMethod::lower},
        {"higher", QuantileMethod::higher},
        {"midpoint", QuantileMethod::midpoint},
        {"nearest", QuantileMethod::nearest}};
    const json& q = options.at("q");
    const QuantileMethod method = methods.at(options.at("interpolation"));
    if (q.is_array()) return quantile(in[0], q.get<std::vector<double>>(), line(options), method);
    return quantile(in[0], q.get<double>(), line(options), method);
}

Tensors best(const Tensors& in, const json& options) {
    const TopKResult found = topk(in[0], options.at("k").get<Index>(), *axis(options),
                                  options.at("largest").get<bool>());
    return {found.values, found.indices};
}

Tensors different(const Tensors& in, const json&) {
    const UniqueResult found = unique(in[0]);
    return {found.values, found.inverse, found.counts};
}

const Operations orders_operations{
    {"argmax", place(argmax)},
    {"argmin", place(argmin)},
    {"argsort", ordered(argsort)},
    {"bincount", Operation(counted, true)},
    {"count_nonzero",
     [](auto& in, auto& options) { return sum(not_equal(in[0], 0), axes(options)); }},
    {"cov",
     [](auto& in, auto& options) { return cov(in[0], options.at("ddof").template get<Index>()); }},
    {"cummax", running(cummax)},
    {"cummin", running(cummin)},
    {"cumprod", running(cumprod)},
    {"cumsum",
     [](auto& in, auto& options) {
         return cumsum(in[0], axis(options), options.value("reverse", false));
     }},
    {"interp", [](auto& in, auto&) { return interp(in[0], in[1], in[2]); }},
    {"logcumsumexp", running(logcumsumexp)},
    {"logsumexp", reduction(logsumexp)},
    {"max", reduction(shikumi::max)},
    {"median", [](auto& in, auto& options) { return median(in[0], line(options)); }},
    {"min", reduction(shikumi::min)},
    {"nanmax", reduction(nanmax)},
    {"nanmean", reduction(nanmean)},
    {"nanmin", reduction(nanmin)},
    {"nanstd", spread(nanstd)},
    {"nansum", reduction(nansum)},
    {"nanvar", spread(nanvar)},
    {"prod", reduction(prod)},
    {"ptp", reduction(ptp)},
    {"quantile", quantiles},
    {"searchsorted",
     [](auto& in, auto& options) {
         return searchsorted(in[0], in[1], options.at("side") == "left" ? Side::left : Side::right);
     }},
    {"sort", ordered(sort)},
    {"std", spread(shikumi::std)},
    {"topk", best},
    {"trapezoid",
     [](auto& in, auto& options) {
         return trapezoid(in[0], options.at("dx").template get<double>(), *axis(options));
     }},
    {"unique", Operation(different, true)},
    {"var", spread(var)},
    {"vector_norm",
     [](auto& in, auto& options) {
         return vector_norm(in[0], read_number(options.at("ord")), line(options),
                            options.at("keepdims").template get<bool>());
     }},
};

}  // namespace

}  // namespace shikumi::derivatives
