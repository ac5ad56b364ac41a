#include <shikumi/plot/panels.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::plot {

Svg panels(const std::string& title, const std::vector<Svg>& pictures, std::size_t across) {
    if (pictures.empty() || across == 0)
        fail<ValueError>("chart", "'", title, "' has ", pictures.size(), " pictures, ", across,
                         " in a row");
    std::vector<Point> places;
    double x = 0, y = title.empty() ? 0 : 40, row_height = 0, width = 0;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        if (i > 0 && i % across == 0) {
            x = 0;
            y += row_height;
            row_height = 0;
        }
        places.push_back({x, y});
        x += pictures[i].width();
        row_height = std::max(row_height, pictures[i].height());
        width = std::max(width, x);
    }
    Svg all(width, y + row_height, title);
    if (!title.empty()) all.text({16, 33}, title, {.size = 18, .bold = true, .width = width - 32});
    for (std::size_t i = 0; i < pictures.size(); ++i) all.place(pictures[i], places[i]);
    return all;
}

}  // namespace shikumi::plot
