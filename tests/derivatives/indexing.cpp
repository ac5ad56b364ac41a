// The indexing_operations of indexing.json.
#include <map>
#include <optional>

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

std::optional<Integer> optional(const json& number) {
    if (number.is_null()) return {};
    return Integer(number.get<Index>());
}

Subscripts::One subscript(const Tensors& in, const json& one) {
    if (one.contains("at")) return one.at("at").get<Index>();
    if (one.contains("array")) return in.at(one.at("array").get<std::size_t>());
    if (one.contains("ellipsis")) return ellipsis;
    if (one.contains("newaxis")) return newaxis;
    const json& range = one.at("slice");
    Slice slice{optional(range.at(0)), optional(range.at(1))};
    if (!range.at(2).is_null()) slice.step = range.at(2).get<Index>();
    return slice;
}

Subscripts subscripts(const Tensors& in, const json& options) {
    std::vector<Subscripts::One> list;
    for (const json& one : options.at("index")) list.push_back(subscript(in, one));
    return Subscripts(std::move(list));
}

// An update of what subscripts choose.
Operation update(Tensor (*op)(const Tensor&, const Subscripts&, const Tensor&)) {
    const Operation call = [op](const Tensors& in, const json& options) {
        return op(in[0], subscripts(in, options), in[1]);
    };
    return call.looking_at_masks();
}

Tensor indexed(const Tensors& in, const json& options) { return in[0][subscripts(in, options)]; }

// An operation on a list of tensors without options.
Operation joined(Tensor (*op)(const Tensors&)) {
    return [op](const Tensors& in, const json&) { return op(in); };
}

// An update along an axis.
Operation along(Tensor (*op)(const Tensor&, const Tensor&, const Tensor&, Integer)) {
    return [op](const Tensors& in, const json& options) {
        return op(in[0], in[1], in[2], options.at("axis").get<Index>());
    };
}

Tensor padded(const Tensors& in, const json& options) {
    std::vector<std::pair<Index, Index>> widths;
    for (const json& pair : options.at("widths"))
        widths.emplace_back(pair.at(0).get<Index>(), pair.at(1).get<Index>());
    static const std::map<std::string, PadMode> modes{{"edge", PadMode::edge},
                                                      {"reflect", PadMode::reflect},
                                                      {"symmetric", PadMode::symmetric},
                                                      {"wrap", PadMode::wrap}};
    const auto mode = modes.find(options.at("mode"));
    return mode == modes.end() ? pad(in[0], widths, read_number(options.at("value")))
                               : pad(in[0], widths, mode->second);
}

Tensor repeated(const Tensors& in, const json& options) {
    const json& counts = options.at("repeats");
    const auto axis = optional(options.at("axis"));
    return counts.is_array() ? repeat(in[0], indices(counts), axis)
                             : repeat(in[0], counts.get<Index>(), axis);
}

Tensor rolled(const Tensors& in, const json& options) {
    const json& axis = options.at("axis");
    return roll(in[0], PerAxis(indices(options.at("shift"))),
                axis.is_null() ? Axes() : Axes(indices(axis)));
}

Tensor unfolded(const Tensors& in, const json& options) {
    return unfold(in[0], PerAxis(indices(options.at("size"))),
                  {.strides = PerAxis(indices(options.at("strides"))),
                   .dilation = PerAxis(indices(options.at("dilation")))});
}

const Operations indexing_operations{
    {"at_add", update(at_add)},
    {"at_max", update(at_max)},
    {"at_min", update(at_min)},
    {"at_multiply", update(at_multiply)},
    {"at_set", update(at_set)},
    {"broadcast_to",
     [](auto& in, auto& options) { return broadcast_to(in[0], read_shape(options.at("shape"))); }},
    {"column_stack", joined(column_stack)},
    {"concatenate",
     [](auto& in, auto& options) {
         return concatenate(in, options.at("axis").template get<Index>());
     }},
    {"diff",
     [](auto& in, auto& options) {
         return diff(in[0], options.at("n").template get<Index>(),
                     options.at("axis").template get<Index>());
     }},
    {"dstack", joined(dstack)},
    {"einsum",
     [](auto& in, auto& options) {
         return einsum(options.at("equation").template get<std::string>(), in);
     }},
    {"fill_diagonal", [](auto& in, auto&) { return fill_diagonal(in[0], in[1]); }},
    {"flip",
     [](auto& in, auto& options) { return flip(in[0], Axes(indices(options.at("axes")))); }},
    {"hstack", joined(hstack)},
    {"index", Operation(indexed).looking_at_masks()},
    {"masked_fill",
     [](auto& in, auto& options) { return where(in[1], read_number(options.at("value")), in[0]); }},
    {"meshgrid",
     [](auto& in, auto& options) {
         return meshgrid(in, options.at("indexing") == "ij" ? Indexing::ij : Indexing::xy);
     }},
    {"moveaxis",
     [](auto& in, auto& options) {
         return moveaxis(in[0], Axes(indices(options.at("source"))),
                         Axes(indices(options.at("destination"))));
     }},
    {"pad", padded},
    {"repeat", repeated},
    {"roll", rolled},
    {"rot90",
     [](auto& in, auto& options) { return rot90(in[0], options.at("k").template get<Index>()); }},
    {"scatter", along(scatter)},
    {"scatter_add", along(scatter_add)},
    {"sliding_window",
     [](auto& in, auto& options) {
         return sliding_window(in[0], options.at("size").template get<Index>(),
                               options.at("axis").template get<Index>(),
                               options.at("step").template get<Index>());
     }},
    {"split", parts},
    {"stack",
     [](auto& in, auto& options) { return stack(in, options.at("axis").template get<Index>()); }},
    {"swapaxes",
     [](auto& in, auto& options) {
         return swapaxes(in[0], options.at("axis1").template get<Index>(),
                         options.at("axis2").template get<Index>());
     }},
    {"take", taken},
    {"take_along_axis",
     [](auto& in, auto& options) {
         return take_along_axis(in[0], in[1], options.at("axis").template get<Index>());
     }},
    {"tile", [](auto& in, auto& options) { return tile(in[0], indices(options.at("reps"))); }},
    {"unfold", unfolded},
    {"vander",
     [](auto& in, auto& options) {
         return vander(in[0], options.at("columns").template get<Index>(),
                       options.at("increasing").template get<bool>());
     }},
    {"vstack", joined(vstack)},
    {"where", [](auto& in, auto&) { return where(in[0], in[1], in[2]); }},
};

}  // namespace

}  // namespace shikumi::derivatives
