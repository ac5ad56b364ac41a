#include <shikumi/nn/callbacks/curves.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>

namespace shikumi::nn {

namespace {

constexpr std::string_view validation = "val_";

std::string_view measure_of(std::string_view name) {
    return name.starts_with(validation) ? name.substr(validation.size()) : name;
}

// The loss, what was measured besides, the learning rate.
int place_of(std::string_view measure) {
    return measure == "loss" ? 0 : measure == "learning_rate" ? 2 : 1;
}

bool falls_far(const std::vector<plot::Series>& lines) {
    double low = INFINITY, high = 0;
    for (const plot::Series& line : lines) {
        for (const double value : line.values) {
            if (!std::isfinite(value)) continue;
            if (value <= 0) return false;
            low = std::min(low, value);
            high = std::max(high, value);
        }
    }
    return high > 100 * low;
}

bool has_values(const plot::LineChart& chart) {
    return std::any_of(chart.series.begin(), chart.series.end(), [](const plot::Series& line) {
        return std::any_of(line.values.begin(), line.values.end(),
                           [](double value) { return std::isfinite(value); });
    });
}

}  // namespace

void Curves::add(double epochs, std::string_view name, double value) {
    auto line = std::find_if(lines_.begin(), lines_.end(),
                             [&](const plot::Series& series) { return series.name == name; });
    if (line == lines_.end()) line = lines_.insert(line, {std::string(name), {}, {}});
    line->x.push_back(epochs);
    line->values.push_back(value);
}

void Curves::add(double epochs, const Logs& logs) {
    for (const auto& [name, value] : logs) add(epochs, name, value);
}

double Curves::last(std::string_view name) const {
    for (const plot::Series& line : lines_) {
        if (line.name == name) return line.values.back();
    }
    return std::numeric_limits<double>::quiet_NaN();
}

void Curves::visit_state(StateFields& fields) {
    std::map<std::string, std::vector<double>> epochs, values;
    for (const plot::Series& line : lines_) {
        epochs[line.name] = line.x;
        values[line.name] = line.values;
    }
    fields("epochs", epochs)("values", values);
    if (!fields.reading()) return;
    lines_.clear();
    for (const auto& [name, numbers] : values) {
        lines_.push_back({name, numbers, epochs[name]});
        lines_.back().x.resize(numbers.size());
    }
}

std::vector<plot::LineChart> Curves::charts() const {
    std::vector<plot::LineChart> charts;
    for (const plot::Series& line : lines_) {
        const std::string measure(measure_of(line.name));
        auto chart = std::find_if(charts.begin(), charts.end(),
                                  [&](const plot::LineChart& c) { return c.title == measure; });
        if (chart == charts.end())
            chart = charts.insert(chart, {measure, "epoch", "", {}, plot::Scale::linear, {}});
        chart->series.push_back(
            {measure == line.name ? "training" : "validation", line.values, line.x});
    }
    std::erase_if(charts, [](const plot::LineChart& chart) { return !has_values(chart); });
    for (plot::LineChart& chart : charts) {
        std::stable_sort(chart.series.begin(), chart.series.end(),
                         [](const plot::Series& a, const plot::Series& b) {
                             return a.name < b.name;  // the training comes first
                         });
        if (falls_far(chart.series)) chart.y_scale = plot::Scale::log;
        if (chart.series.size() == 1 && chart.series.front().name == "training")
            chart.series.front().name.clear();
    }
    std::stable_sort(charts.begin(), charts.end(),
                     [](const plot::LineChart& a, const plot::LineChart& b) {
                         return place_of(a.title) < place_of(b.title);
                     });
    for (plot::LineChart& chart : charts)
        std::replace(chart.title.begin(), chart.title.end(), '_', ' ');
    return charts;
}

}  // namespace shikumi::nn
