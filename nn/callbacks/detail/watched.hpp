// A number of the logs that a callback watches.
#pragma once

#include <optional>
#include <string>

#include <shikumi/nn/callbacks/monitor.hpp>
#include <shikumi/nn/callbacks/run.hpp>

namespace shikumi::nn::detail {

/// The name of a number, and which of its values are better.
class Watched {
public:
    /// Throws ValueError beginning with `who` unless min_delta is finite.
    Watched(std::string who, std::string name, MonitorMode mode, double min_delta);

    /// Finds out which values are better. Throws ValueError where the run will log no such number,
    /// and where the name doesn't say which values are better.
    void resolve(const Run& run);
    /// Finds out which values are better. Throws ValueError where the name doesn't say so.
    void resolve_mode();
    /// The number of this epoch; absent in an epoch without validation. Throws ValueError where a
    /// step of one's own logs no such number.
    std::optional<double> value(const Run& run) const;
    /// Whether a value is better than another by more than min_delta; better than none it always
    /// is.
    bool better(double value, const std::optional<double>& than) const;

private:
    std::string who_, name_;
    MonitorMode mode_;
    double min_delta_;
    bool larger_ = false;
};

}  // namespace shikumi::nn::detail
