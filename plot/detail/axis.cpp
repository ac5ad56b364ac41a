#include <shikumi/plot/detail/axis.hpp>

#include <algorithm>
#include <cmath>

#include <shikumi/autograd/core/decimal.hpp>
#include <shikumi/plot/detail/text.hpp>

namespace shikumi::plot::detail {

namespace {

constexpr int most_beside = 10, most_stacked = 8, fewest = 2;

}  // namespace

void Interval::include(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
}

Interval Interval::widened(double share) const {
    const double length = high - low;
    const double extra =
        length > 0 ? length * share : (high == 0 ? 0.5 : std::min(std::abs(high) * 0.5, 1e307));
    return {low - extra, high + extra};
}

Axis::Axis(const Interval& values, double from, double to, const AxisOptions& options)
    : scale_(options.scale),
      low_(position(values.low)),
      high_(position(values.high)),
      from_(from),
      to_(to),
      whole_(options.whole) {
    if (low_ == high_) {
        low_ -= 0.5;
        high_ += 0.5;
    }
    for (int most = options.labels_beside ? most_beside : most_stacked; most >= fewest; --most) {
        ticks_ = scale_ == Scale::log ? log_ticks(most) : linear_ticks(most);
        if (labels_fit(options)) return;
    }
}

double Axis::position(double value) const {
    return scale_ == Scale::log ? std::log10(value) : value;
}

double Axis::place(double value) const {
    return from_ + (position(value) - low_) / (high_ - low_) * (to_ - from_);
}

bool Axis::shows(double value) const {
    return std::isfinite(value) && (scale_ == Scale::linear || value > 0);
}

std::vector<double> Axis::linear_ticks(int most) {
    const double rough = (high_ - low_) / most;
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    step_ = 10 * power;
    for (const double factor : {5.0, 2.0, 1.0}) {
        if (factor * power >= rough) step_ = factor * power;
    }
    if (whole_) step_ = std::max(step_, 1.0);
    decimals_ = static_cast<int>(std::clamp(-std::floor(std::log10(step_) + 1e-9), 0.0, 12.0));
    std::vector<double> ticks;
    const double first = std::ceil(low_ / step_ - 1e-9), last = std::floor(high_ / step_ + 1e-9);
    for (double i = first; i <= last && ticks.size() < 100; ++i) ticks.push_back(i * step_ + 0.0);
    return ticks;
}

// Powers of ten; with their doubles and fives where the range is short.
std::vector<double> Axis::log_ticks(int most) {
    const double decades = high_ - low_;
    const double every = std::max(1.0, std::ceil(decades / most));
    step_ = 0;
    std::vector<double> ticks;
    for (double power = std::floor(low_); power <= high_; ++power) {
        if (std::fmod(power, every) != 0) continue;
        for (const double factor : {1.0, 2.0, 5.0}) {
            if (factor > 1 && 3 * decades > most) break;
            const double tick = factor * std::pow(10.0, power);
            const double at = std::log10(tick);
            if (at >= low_ - 1e-9 && at <= high_ + 1e-9) ticks.push_back(tick);
        }
    }
    return ticks;
}

bool Axis::labels_fit(const AxisOptions& options) const {
    for (std::size_t i = 1; i < ticks_.size(); ++i) {
        const double room = std::abs(place(ticks_[i]) - place(ticks_[i - 1]));
        const double both = text_width(label(ticks_[i]), options.letter) +
                            text_width(label(ticks_[i - 1]), options.letter);
        if (room < (options.labels_beside ? both / 2 + options.letter : options.letter + 4.0))
            return false;
    }
    return true;
}

std::string Axis::label(double tick) const {
    const double size = std::abs(tick) < step_ / 2 ? 0 : std::abs(tick);
    std::string text;
    if (scale_ == Scale::linear && (size == 0 || (size < 1e6 && step_ >= 1e-5)))
        text = shikumi::detail::fixed(size, decimals_);
    else if (size >= 1e-4 && size < 1e6)
        text = shikumi::detail::significant(size, 6);
    else
        text = short_number(size);
    return (size > 0 && tick < 0 ? "−" : "") + text;
}

}  // namespace shikumi::plot::detail
