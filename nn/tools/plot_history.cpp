#include <shikumi/nn/tools/plot_history.hpp>

#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/plot/line_chart.hpp>
#include <shikumi/plot/panels.hpp>

namespace shikumi::nn {

Curves curves_of(const History& history) {
    Curves curves;
    for (const auto& [name, values] : history.history) {
        const double every =
            static_cast<double>(history.epoch.size()) / static_cast<double>(values.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double epochs = values.size() == history.epoch.size()
                                      ? history.epoch[i] + 1.0
                                      : static_cast<double>(i + 1) * (every > 0 ? every : 1);
            curves.add(epochs, name, values[i]);
        }
    }
    return curves;
}

plot::Svg plot_history(const History& history, const std::string& title) {
    std::vector<plot::LineChart> charts = curves_of(history).charts();
    if (charts.empty()) fail<ValueError>("plot_history", "the history has no finite number");
    std::vector<plot::Svg> pictures;
    for (plot::LineChart& chart : charts) {
        chart.size = charts.size() == 1 ? plot::Size{} : plot::Size{460, 320};
        pictures.push_back(draw(chart));
    }
    return plot::panels(title, pictures);
}

}  // namespace shikumi::nn
