#include <shikumi/nn/metrics/names.hpp>

#include <array>
#include <string>
#include <tuple>
#include <utility>

#include <shikumi/autograd/core/name_table.hpp>
#include <shikumi/nn/metrics/detail/all_metrics.hpp>

namespace shikumi::nn {

namespace {

using Maker = Metric (*)();
using Row = shikumi::detail::NameRow<Maker>;

template <std::size_t i>
Metric made() {
    constexpr auto entry = std::get<i>(detail::all_metrics);
    // As a name it chooses from the shapes; the class compares labels.
    if constexpr (entry.names[0] == "accuracy")
        return accuracy;
    else
        return entry.usual();
}

constexpr std::array rows = []<std::size_t... i>(std::index_sequence<i...>) {
    return std::array{Row{made<i>, std::get<i>(detail::all_metrics).names}...};
}
(std::make_index_sequence<std::tuple_size_v<decltype(detail::all_metrics)>>());
constexpr shikumi::detail::NameTable<Maker> known("metric", rows);

}  // namespace

Metric metric(std::string_view name) { return known[name]().named(std::string(name)); }

// Here, so that programs without names do not link whatever has one.
Metric Metric::known_as(std::string_view name) { return metric(name); }

}  // namespace shikumi::nn
