// The operations of orders.json.
#include <shikumi/autograd/ops/ops.hpp>

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

const Operations operations{
    {"argmax", place(argmax)},
    {"argmin", place(argmin)},
    {"logsumexp", reduction(logsumexp)},
    {"max", reduction(shikumi::max)},
    {"min", reduction(shikumi::min)},
    {"prod", reduction(prod)},
    {"searchsorted",
     [](auto& in, auto& options) {
         return searchsorted(in[0], in[1], options.at("side") == "left" ? Side::left : Side::right);
     }},
    {"std", spread(shikumi::std)},
    {"var", spread(var)},
};

}  // namespace

}  // namespace shikumi::derivatives
