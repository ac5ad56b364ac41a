#include <shikumi/nn/report/detail/gradient_record.hpp>

#include <algorithm>
#include <cmath>

namespace shikumi::nn::detail {

namespace {

constexpr std::size_t most_layers = 6;

// "block/dense/kernel" is a weight of "block/dense".
std::string layer_of(const std::string& weight) {
    const auto slash = weight.rfind('/');
    return slash == std::string::npos ? weight : weight.substr(0, slash);
}

}  // namespace

void GradientRecord::add(double epochs, const Logs& norms) {
    steps_.push_back(epochs);
    for (const auto& [weight, norm] : norms) {
        const std::string layer = layer_of(weight);
        if (std::find(layers_.begin(), layers_.end(), layer) == layers_.end())
            layers_.push_back(layer);
        std::vector<double>& squares = of_layer_[layer];
        squares.resize(steps_.size());
        squares.back() += norm * norm;
    }
}

plot::LineChart GradientRecord::chart() const {
    plot::LineChart chart{"norm of the gradient", "epoch", "", {}, plot::Scale::log, {}};
    plot::Series all{"all weights", std::vector<double>(steps_.size()), steps_};
    for (const auto& [layer, squares] : of_layer_) {
        for (std::size_t i = 0; i < squares.size(); ++i) all.values[i] += squares[i];
    }
    chart.series.push_back(all);
    const std::size_t shown = layers_.size() > 1 ? std::min(layers_.size(), most_layers) : 0;
    for (std::size_t i = 0; i < shown; ++i) {
        const std::string& layer = layers_[shown == 1 ? 0 : i * (layers_.size() - 1) / (shown - 1)];
        chart.series.push_back({layer, of_layer_.at(layer), steps_});
    }
    for (plot::Series& series : chart.series) {
        series.values.resize(steps_.size(), NAN);
        for (double& value : series.values) value = std::sqrt(value);
    }
    return chart;
}

void GradientRecord::visit_state(StateFields& fields) {
    fields("steps", steps_)("layers", layers_)("of_layer", of_layer_);
}

}  // namespace shikumi::nn::detail
