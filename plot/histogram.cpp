#include <shikumi/plot/histogram.hpp>

#include <algorithm>
#include <cmath>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/plot/detail/frame.hpp>
#include <shikumi/plot/detail/text.hpp>

namespace shikumi::plot {

Svg draw(const Histogram& histogram) {
    if (histogram.bins < 1)
        fail<ValueError>("chart", "a histogram has 1 bin or more, got ", histogram.bins);
    detail::Interval range;
    for (const double value : histogram.values) {
        if (std::isfinite(value)) range.include(value);
    }
    detail::want_values(histogram.title, !range.empty());
    if (range.low == range.high) range = range.widened(0);
    const double length = (range.high - range.low) / histogram.bins;
    std::vector<double> counts(static_cast<std::size_t>(histogram.bins));
    for (const double value : histogram.values) {
        if (!std::isfinite(value)) continue;
        const double bin = std::clamp((value - range.low) / length, 0.0, histogram.bins - 1.0);
        ++counts[static_cast<std::size_t>(bin)];
    }
    const double most = *std::max_element(counts.begin(), counts.end());

    detail::Frame frame(histogram.size, {histogram.title, histogram.x_label, histogram.y_label, {}},
                        detail::Key::block);
    const detail::Axis y = frame.y_axis({0, most * 1.05}, {.whole = true});
    const detail::Axis x = frame.x_axis(range);
    for (std::size_t i = 0; i < counts.size(); ++i) {
        if (counts[i] == 0) continue;
        const double low = range.low + static_cast<double>(i) * length;
        const double left = x.place(low), top = y.place(counts[i]);
        frame.svg().rectangle({left, top, std::max(x.place(low + length) - left - 1, 0.5),
                               frame.room().bottom() - top},
                              "fill-0", 1, 0,
                              detail::short_number(counts[i]) + " from " +
                                  detail::short_number(low) + " to " +
                                  detail::short_number(low + length));
    }
    return frame.finish();
}

}  // namespace shikumi::plot
