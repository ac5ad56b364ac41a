// Axis: maps values to coordinates, with ticks at round numbers.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include <shikumi/plot/scale.hpp>

namespace shikumi::plot::detail {

/// The range of some values.
struct Interval {
    double low = std::numeric_limits<double>::infinity();    ///< the smallest
    double high = -std::numeric_limits<double>::infinity();  ///< the largest

    /// Extends it to a value.
    void include(double value);
    /// Whether it holds any value.
    bool empty() const noexcept { return !(low <= high); }
    /// This range and a share of its length on both sides; a single value gets room around it.
    Interval widened(double share) const;
};

/// What an axis is asked for.
struct AxisOptions {
    Scale scale = Scale::linear;  ///< how values are spread
    bool whole = false;           ///< ticks at whole numbers alone
    bool labels_beside = false;   ///< labels lie beside each other, as below a chart
    int letter = 13;              ///< the size of the labels, in the unit of the coordinates
};

/// An axis between two coordinates.
class Axis {
public:
    /// For a range that isn't empty; on a logarithmic scale its values are positive.
    Axis(const Interval& values, double from, double to, const AxisOptions& options = {});

    /// The coordinate of a value.
    double place(double value) const;
    /// Whether a value has a coordinate: it is finite, and positive on a logarithmic scale.
    bool shows(double value) const;
    /// Round values within the range, as many as have room.
    const std::vector<double>& ticks() const noexcept { return ticks_; }
    /// The label of a tick.
    std::string label(double tick) const;

private:
    double position(double value) const;
    std::vector<double> linear_ticks(int most);
    std::vector<double> log_ticks(int most);
    bool labels_fit(const AxisOptions& options) const;

    Scale scale_;
    double low_, high_, from_, to_;
    double step_ = 1;
    int decimals_ = 0;
    bool whole_;
    std::vector<double> ticks_;
};

}  // namespace shikumi::plot::detail
