#include <shikumi/nn/layers/reshaping/borders.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/layers/reshaping/detail/border_text.hpp>

namespace shikumi::nn {

using Pair = std::pair<Index, Index>;

Borders::Borders(Index all) : pairs_{{all, all}} {}
Borders::Borders(Index rows, Index columns) : pairs_{{rows, rows}, {columns, columns}} {}
Borders::Borders(Index planes, Index rows, Index columns)
    : pairs_{{planes, planes}, {rows, rows}, {columns, columns}} {}
Borders::Borders(const Pair& steps) : pairs_{steps} {}
Borders::Borders(const Pair& rows, const Pair& columns) : pairs_{rows, columns} {}
Borders::Borders(const Pair& planes, const Pair& rows, const Pair& columns)
    : pairs_{planes, rows, columns} {}

std::vector<Pair> Borders::pairs(std::string_view layer, int axes) const {
    std::vector<Pair> all = pairs_;
    if (all.size() == 1) all.resize(static_cast<std::size_t>(axes), all[0]);
    if (all.size() != static_cast<std::size_t>(axes))
        fail<ShapeError>(layer, "got borders of ", all.size(), " axes, wanted ", axes);
    for (const auto& [before, after] : all) {
        if (std::min(before, after) < 0)
            fail<ValueError>(layer, "takes numbers of rows and columns from 0 on, got ",
                             std::min(before, after));
    }
    return all;
}

std::string detail::border_text(const std::vector<Pair>& pairs) {
    std::string all;
    for (const auto& [before, after] : pairs)
        all += sentence(all.empty() ? "(" : ", (", before, ", ", after, ")");
    return "(" + all + ")";
}

namespace {

Config list_of(const Pair& pair) { return Config::List{pair.first, pair.second}; }

// One number for both sides, or [before, after].
Pair sides(const Config& config, std::string_view reading) {
    std::vector<Index> both;
    from_config(config, both, reading);
    if (both.empty() || both.size() > 2)
        fail<ValueError>(reading, "wants a number or [before, after] for each axis, got ",
                         config.description());
    return {both.front(), both.back()};
}

}  // namespace

Config to_config(const Borders& borders) {
    if (borders.given().size() == 1) return list_of(borders.given().front());
    Config::List axes;
    for (const Pair& pair : borders.given()) axes.push_back(list_of(pair));
    return axes;
}

void from_config(const Config& config, Borders& borders, std::string_view reading) {
    if (!config.list()) {
        borders = Borders(std::vector{sides(config, reading)});
        return;
    }
    std::vector<Pair> axes;
    for (const Config& axis : *config.list()) axes.push_back(sides(axis, reading));
    borders = Borders(std::move(axes));
}

}  // namespace shikumi::nn
