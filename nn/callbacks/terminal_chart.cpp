#include <shikumi/nn/callbacks/terminal_chart.hpp>

#include <shikumi/nn/callbacks/curves.hpp>
#include <shikumi/plot/text_chart.hpp>

namespace shikumi::nn {

namespace {

std::vector<std::string> lines_of(const Curves& curves, const plot::TextSize& size) {
    constexpr int fewest_columns = 20, fewest_rows = 5, two_from = 72;
    if (size.columns < fewest_columns || size.rows < fewest_rows) return {};
    const std::vector<plot::LineChart> charts = curves.charts();
    if (charts.empty()) return {};
    if (charts.size() == 1 || size.columns < two_from) return text_lines(charts.front(), size);
    plot::TextSize half = size;
    half.columns = size.columns / 2 - 1;
    return plot::beside(text_lines(charts[0], half), half.columns + 2, text_lines(charts[1], half));
}

}  // namespace

std::function<std::vector<std::string>(const ProgressMoment&)> terminal_chart() {
    return [curves = Curves(), last = 0.0](const ProgressMoment& now) mutable {
        if (now.epochs <= last) curves = {};  // another training
        const plot::TextSize size{now.columns, now.rows, now.colours};
        if (now.whole) {
            last = now.epochs;
            curves.add(now.epochs, now.logs);
            return lines_of(curves, size);
        }
        Curves with_running = curves;
        with_running.add(now.epochs, now.logs);
        return lines_of(with_running, size);
    };
}

}  // namespace shikumi::nn
