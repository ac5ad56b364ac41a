#include <shikumi/nn/tools/plot_model.hpp>

#include <algorithm>
#include <locale>
#include <map>
#include <sstream>
#include <vector>

namespace shikumi::nn {

namespace {

constexpr double box_height = 46, level_height = 84, gap = 28, margin = 20, letter = 7.2;

// A layer's box, or a bend of an arrow that passes a level.
struct Place {
    const LayerSummary* layer;
    std::size_t level = 0;
    double width = 0, x = 0;  // x: of the middle
    std::vector<std::size_t> above = {};
};

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text)
        out += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
    return out;
}

std::string title(const LayerSummary& layer) { return layer.class_name + "  " + layer.name; }

std::string details(const LayerSummary& layer) {
    return shown_shape(layer) +
           (layer.params > 0 ? "  " + std::to_string(layer.params) + " weights" : "");
}

// Levels by the longest way from an input; arrows over several levels get bends between.
std::vector<Place> places_of(const ModelSummary& model) {
    std::map<std::string, std::size_t> index;
    std::vector<Place> places;
    for (const LayerSummary& layer : model.layers) {
        const std::size_t letters = std::max(title(layer).size(), details(layer).size());
        index[layer.name] = places.size();
        places.push_back({&layer, 0, static_cast<double>(letters) * letter + 24});
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

}  // namespace

std::string plot_model(Model& model) {
    const ModelSummary described = model.describe();
    std::vector<Place> places = places_of(described);
    const double width = arrange(places);
    std::size_t deepest = 0;
    for (const Place& p : places) deepest = std::max(deepest, p.level);
    const double height = 2 * margin + static_cast<double>(deepest) * level_height + box_height;

    std::ostringstream svg;
    svg.imbue(std::locale::classic());
    svg << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" << width << "\" height=\"" << height
        << "\" viewBox=\"0 0 " << width << ' ' << height
        << "\" font-family=\"DejaVu Sans, sans-serif\" font-size=\"12\">\n"
        << "<title>" << escaped(described.name) << "</title>\n"
        << "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" "
           "markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" "
           "fill=\"#555\"/></marker></defs>\n"
        << "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
    for (const Place& p : places) {
        for (const std::size_t i : p.above) {
            const Place& from = places[i];
            const double y1 = bottom(from), y2 = top(p), middle = (y1 + y2) / 2;
            svg << "<path fill=\"none\" stroke=\"#555\" stroke-width=\"1.4\" d=\"M" << from.x << ' '
                << y1 << 'C' << from.x << ' ' << middle << ' ' << p.x << ' ' << middle << ' ' << p.x
                << ' ' << y2;
            if (!p.layer) svg << 'V' << bottom(p);
            svg << '"' << (p.layer ? " marker-end=\"url(#tip)\"" : "") << "/>\n";
        }
    }
    for (const Place& p : places) {
        if (!p.layer) continue;
        const bool weights = p.layer->params > 0, input = p.layer->class_name == "InputLayer";
        svg << "<rect x=\"" << p.x - p.width / 2 << "\" y=\"" << top(p) << "\" width=\"" << p.width
            << "\" height=\"" << box_height << "\" rx=\"6\" stroke=\"#555\" fill=\""
            << (input     ? "#e8f0e4"
                : weights ? "#dce8f6"
                          : "#f4f4f4")
            << "\"/>\n<text text-anchor=\"middle\"><tspan x=\"" << p.x << "\" y=\"" << top(p) + 19
            << "\" font-weight=\"bold\">" << escaped(p.layer->class_name)
            << "</tspan><tspan dx=\"6\">" << escaped(p.layer->name) << "</tspan><tspan x=\"" << p.x
            << "\" y=\"" << top(p) + 36 << "\" fill=\"#444\">" << escaped(details(*p.layer))
            << "</tspan></text>\n";
    }
    svg << "</svg>\n";
    return svg.str();
}

}  // namespace shikumi::nn
