// The lines of Progress, as text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <shikumi/autograd/core/shape.hpp>
#include <shikumi/nn/callbacks/logs.hpp>
#include <shikumi/nn/callbacks/progress.hpp>

namespace shikumi::nn::detail {

/// How far an epoch is.
struct EpochProgress {
    Index step = 0;        ///< steps done so far
    Index steps = 0;       ///< steps of the whole epoch; 0: not known
    double elapsed = 0;    ///< seconds since the epoch began
    double step_time = 0;  ///< seconds a step takes, by estimate
};

/// A line and how wide it is on the screen, where colours take no room.
struct Line {
    std::string text;
    std::size_t width = 0;
};

/// The counter and the bar: " 700/1875 [==========>...................]".
std::string progress_bar(Index step, Index steps, Index cells = 30);
/// A time in seconds, minutes or hours: "46s", "1:07", "1:00:01".
std::string remaining_time(double seconds);
/// A time for each of something: "3s/step", "2ms/step", "67us/step"; 0 is "0s/step".
std::string time_per(double seconds, std::string_view unit);
/// " - loss: 0.0942 - accuracy: 1.0000"; values of at most 1e-3 in size as 1.0000e-03.
std::string log_text(const Logs& logs);

/// What a style makes of an epoch.
class ProgressText {
public:
    ProgressText(ProgressStyle style, bool colour) : style_(style), colour_(colour) {}

    /// The logs in the order and under the names of the style. Numbers that aren't among `measured`
    /// come last; where it is empty, all of them are measured.
    Logs arranged(const Logs& logs, const std::vector<std::string>& measured) const;
    /// The line while the epoch runs, not wider than `columns` (0: as wide as it is).
    Line running(const EpochProgress& at, const Logs& logs, std::size_t columns) const;
    /// The line of a finished epoch.
    Line finished(const EpochProgress& at, const Logs& logs) const;
    /// The line for verbose 2.
    std::string summary(const EpochProgress& at, const Logs& logs) const;

private:
    Line line(const EpochProgress& at, const Logs& logs, bool done, Index cells) const;

    ProgressStyle style_;
    bool colour_;
};

}  // namespace shikumi::nn::detail
