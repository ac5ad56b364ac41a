#include <shikumi/plot/detail/series_range.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/plot/detail/frame.hpp>

namespace shikumi::plot::detail {

ChartRange range_of(const LineChart& chart) {
    const bool log = chart.y_scale == Scale::log;
    ChartRange range;
    for (const Series& series : chart.series) {
        if (!series.x.empty() && series.x.size() != series.values.size())
            fail<ValueError>("chart", "'", series.name, "' has ", series.x.size(), " x for ",
                             series.values.size(), " values");
        for (std::size_t i = 0; i < series.values.size(); ++i) {
            const double value = series.values[i];
            if (!std::isfinite(value) || !std::isfinite(x_of(series, i)) || (log && value <= 0))
                continue;
            range.x.include(x_of(series, i));
            range.x_whole = range.x_whole && x_of(series, i) == std::floor(x_of(series, i));
            range.y.include(value);
        }
    }
    want_values(chart.title, !range.x.empty());
    if (range.x.low == range.x.high) range.x = range.x.widened(0);
    if (log) return range;
    const bool positive = range.y.low >= 0;
    range.y = range.y.widened(0.05);
    if (positive) range.y.low = std::max(range.y.low, 0.0);
    return range;
}

}  // namespace shikumi::plot::detail
