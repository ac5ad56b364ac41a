#include <shikumi/nn/tools/plot_model.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <shikumi/plot/detail/text.hpp>

namespace shikumi::nn {

namespace {

constexpr double box_height = 46, level_height = 78, gap = 24, margin = 16;

// A layer's box, or a bend of an arrow that passes a level.
struct Place {
    const LayerSummary* layer;
    std::size_t level = 0;
    double width = 0, x = 0;  // x: of the middle
    std::vector<std::size_t> above = {};
};

std::string details(const LayerSummary& layer) {
    return shown_shape(layer) +
           (layer.params > 0 ? " · " + std::to_string(layer.params) + " weights" : "");
}

double width_of(const LayerSummary& layer) {
    const double title = plot::detail::text_width(layer.class_name, 14) + 10 +
                         plot::detail::text_width(layer.name, 12);
    return std::max(title, plot::detail::text_width(details(layer), 12)) + 20;
}

// Levels by the longest way from an input; arrows over several levels get bends between.
std::vector<Place> places_of(const ModelSummary& model) {
    std::map<std::string, std::size_t> index;
    std::vector<Place> places;
    for (const LayerSummary& layer : model.layers) {
        index[layer.name] = places.size();
        places.push_back({&layer, 0, width_of(layer)});
    }
    const std::size_t boxes = places.size();
    std::vector<std::vector<std::size_t>> inputs(boxes);
    for (std::size_t i = 0; i < boxes; ++i) {
        for (const std::string& from : places[i].layer->connected)
            inputs[i].push_back(index.at(from.substr(0, from.find('['))));
    }
    for (std::size_t round = 0; round < boxes; ++round) {
        for (std::size_t i = 0; i < boxes; ++i) {
            for (const std::size_t from : inputs[i]) {
                // A layer that is used twice may come before one of its inputs: it stays there.
                if (from < i) places[i].level = std::max(places[i].level, places[from].level + 1);
            }
            if (inputs[i].empty() && !model.connections_known()) places[i].level = i;
        }
    }
    for (std::size_t i = 0; i < boxes; ++i) {
        for (std::size_t from : inputs[i]) {
            while (places[from].level + 1 < places[i].level) {
                places.push_back({nullptr, places[from].level + 1, 12, 0, {from}});
                from = places.size() - 1;
            }
            places[i].above.push_back(from);
        }
    }
    return places;
}

// Each level in the order of what lies above it, in the middle of the picture.
double arrange(std::vector<Place>& places) {
    std::map<std::size_t, std::vector<Place*>> levels;
    for (Place& p : places) levels[p.level].push_back(&p);
    double widest = 0;
    for (auto& [level, row] : levels) {
        const auto wanted = [&](const Place* p) {
            double sum = 0;
            for (const std::size_t above : p->above) sum += places[above].x;
            return p->above.empty() ? 0 : sum / static_cast<double>(p->above.size());
        };
        std::stable_sort(row.begin(), row.end(),
                         [&](const Place* a, const Place* b) { return wanted(a) < wanted(b); });
        double width = gap * static_cast<double>(row.size() - 1);
        for (const Place* p : row) width += p->width;
        widest = std::max(widest, width);
        double x = -width / 2;
        for (Place* p : row) {
            p->x = x + p->width / 2;
            x += p->width + gap;
        }
    }
    for (Place& p : places) p.x += widest / 2 + margin;
    return widest + 2 * margin;
}

double top(const Place& p) { return margin + static_cast<double>(p.level) * level_height; }
double bottom(const Place& p) { return top(p) + box_height; }

void draw_arrow(plot::Svg& svg, const Place& from, const Place& to) {
    using plot::detail::coordinate;
    const double begin = bottom(from), end = top(to), middle = (begin + end) / 2;
    const std::string x1 = coordinate(from.x), x2 = coordinate(to.x), y = coordinate(middle);
    std::string path = "M" + x1 + " " + coordinate(begin) + "C" + x1 + " " + y + " " + x2 + " " +
                       y + " " + x2 + " " + coordinate(end);
    if (!to.layer) path += "V" + coordinate(bottom(to));
    svg.path(path, "arrow");
    if (to.layer) svg.polygon({{to.x, end}, {to.x - 4, end - 8}, {to.x + 4, end - 8}}, "faint");
}

void draw_box(plot::Svg& svg, const Place& place) {
    const LayerSummary& layer = *place.layer;
    svg.rectangle({place.x - place.width / 2, top(place), place.width, box_height},
                  layer.params > 0 ? "box" : "bare", 1, 6);
    const double title = plot::detail::text_width(layer.class_name, 13);
    const double whole = title + 8 + plot::detail::text_width(layer.name, 12);
    const double left = place.x - whole / 2;
    svg.text({left + title, top(place) + 19}, layer.class_name, {.anchor = "end", .bold = true});
    svg.text({left + title + 8, top(place) + 19}, layer.name, {.size = 12, .look = "faint"});
    svg.text({place.x, top(place) + 37}, details(layer), {.anchor = "middle", .size = 12});
}

}  // namespace

plot::Svg plot_model(Model& model) {
    const ModelSummary described = model.describe();
    std::vector<Place> places = places_of(described);
    const double width = arrange(places);
    std::size_t deepest = 0;
    for (const Place& p : places) deepest = std::max(deepest, p.level);
    const double height = 2 * margin + static_cast<double>(deepest) * level_height + box_height;
    plot::Svg svg(width, height, described.name);
    for (const Place& p : places) {
        for (const std::size_t i : p.above) draw_arrow(svg, places[i], p);
    }
    for (const Place& p : places) {
        if (p.layer) draw_box(svg, p);
    }
    return svg;
}

}  // namespace shikumi::nn
