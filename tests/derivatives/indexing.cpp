// The operations of indexing.json.
#include <shikumi/autograd/ops/ops.hpp>

#include "arrays.hpp"
#include "operations.hpp"

namespace shikumi::derivatives {

namespace {

Tensor taken(const Tensors& in, const json& options) {
    const json& axis = options.at("axis");
    return axis.is_null() ? take(flatten(in[0]), in[1]) : take(in[0], in[1], axis.get<Index>());
}

Tensors parts(const Tensors& in, const json& options) {
    const Index axis = options.at("axis");
    if (options.contains("parts")) return split(in[0], options.at("parts").get<Index>(), axis);
    return split(in[0], indices(options.at("sizes")), axis);
}

const Operations operations{
    {"broadcast_to",
     [](auto& in, auto& options) { return broadcast_to(in[0], read_shape(options.at("shape"))); }},
    {"concatenate",
     [](auto& in, auto& options) {
         return concatenate(in, options.at("axis").template get<Index>());
     }},
    {"einsum",
     [](auto& in, auto& options) {
         return einsum(options.at("equation").template get<std::string>(), in);
     }},
    {"flip",
     [](auto& in, auto& options) { return flip(in[0], Axes(indices(options.at("axes")))); }},
    {"masked_fill",
     [](auto& in, auto& options) { return where(in[1], read_number(options.at("value")), in[0]); }},
    {"split", parts},
    {"stack",
     [](auto& in, auto& options) { return stack(in, options.at("axis").template get<Index>()); }},
    {"take", taken},
    {"take_along_axis",
     [](auto& in, auto& options) {
         return take_along_axis(in[0], in[1], options.at("axis").template get<Index>());
     }},
    {"where", [](auto& in, auto&) { return where(in[0], in[1], in[2]); }},
};

}  // namespace

}  // namespace shikumi::derivatives
