#include <shikumi/plot/picture_grid.hpp>

#include <algorithm>
#include <cmath>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/plot/png.hpp>

namespace shikumi::plot {

Svg draw(const PictureGrid& grid) {
    if (grid.pictures.empty())
        fail<ValueError>("chart", "'", grid.title, "' has no pictures to draw");
    constexpr double margin = 16, gap = 10, line = 18;
    const bool captions = std::any_of(grid.pictures.begin(), grid.pictures.end(),
                                      [](const Captioned& p) { return !p.caption.empty(); });
    const double step_x = grid.side + gap, step_y = grid.side + gap + (captions ? line : 0);
    const auto across = static_cast<std::size_t>(
        std::max(1.0, std::floor((grid.width - 2 * margin + gap) / step_x)));
    const std::size_t rows = (grid.pictures.size() + across - 1) / across;
    const double top = grid.title.empty() ? margin : 48;
    Svg svg(grid.width, top + static_cast<double>(rows) * step_y + margin - gap, grid.title);
    if (!grid.title.empty())
        svg.text({margin, 31}, grid.title,
                 {.size = 16, .bold = true, .width = grid.width - 2 * margin});
    for (std::size_t i = 0; i < grid.pictures.size(); ++i) {
        const auto& [picture, caption] = grid.pictures[i];
        const double x = margin + static_cast<double>(i % across) * step_x;
        const double y = top + static_cast<double>(i / across) * step_y;
        const std::string file = png(picture);
        const auto high = static_cast<double>(picture.shape()[0]);
        const auto wide = static_cast<double>(picture.shape()[1]);
        const double scale = grid.side / std::max(high, wide);
        svg.image({x + (grid.side - wide * scale) / 2, y + (grid.side - high * scale) / 2,
                   wide * scale, high * scale},
                  file, caption);
        if (!caption.empty())
            svg.text({x + grid.side / 2, y + grid.side + 14}, caption,
                     {.anchor = "middle", .size = 12, .look = "faint", .width = grid.side + 6});
    }
    return svg;
}

}  // namespace shikumi::plot
