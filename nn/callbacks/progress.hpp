// The line that shows how a training goes, as TensorFlow 2.2 to 2.15 prints it.
#pragma once

#include <chrono>
#include <iosfwd>
#include <string>

#include <shikumi/autograd/core/shape.hpp>
#include <shikumi/nn/training/history.hpp>

namespace shikumi::nn {

/// The counter and the bar: " 700/1875 [==========>...................]".
std::string progress_bar(Index step, Index steps);
/// A time in seconds, minutes or hours: "46s", "1:07", "1:00:01".
std::string remaining_time(double seconds);
/// A time for each of something: "3s/step", "2ms/step", "67us/step"; 0 is "0s/step".
std::string time_per(double seconds, std::string_view unit);
/// " - loss: 0.0942 - accuracy: 1.0000"; values of at most 1e-3 in size as 1.0000e-03.
std::string log_text(const Logs& logs);

/// How far an epoch is.
struct EpochProgress {
    Index step = 0;        ///< steps done so far
    Index steps = 0;       ///< steps of the whole epoch
    double elapsed = 0;    ///< seconds since the epoch began
    double step_time = 0;  ///< seconds a step takes, by estimate
};
/// The line while the epoch runs: bar, estimated remaining time, logs.
std::string running_line(const EpochProgress& at, const Logs& logs);
/// The line of a finished epoch: "1/1 [====…====] - 0s 2ms/step - loss: 0.0942".
std::string finished_line(const EpochProgress& at, const Logs& logs);
/// The line for verbose 2: "1875/1875 - 3s - loss: 0.2946 - 3s/epoch - 2ms/step".
std::string epoch_summary_line(const EpochProgress& at, const Logs& logs);

/// Writes these lines to a stream. On a terminal the line is redrawn, at most every 0.05 s;
/// elsewhere only the finished line is written, and no control character.
class Progress {
public:
    /// verbose: 0 nothing, 1 the bar, 2 one line an epoch.
    Progress(std::ostream& out, bool terminal, int verbose, int epochs, Index steps);
    /// Writes "Epoch 1/5" for epoch 0 where there are several.
    void begin_epoch(int epoch);
    /// To be called after step number `step`, from 1: true where the line is to be redrawn.
    bool due(Index step);
    /// Draws the line after a step.
    void redraw(Index step, const Logs& logs);
    /// Writes the line of the finished epoch.
    void end_epoch(const Logs& logs);

private:
    using Clock = std::chrono::steady_clock;
    EpochProgress at(Index step) const;
    void write(const std::string& line);

    std::ostream& out_;
    bool terminal_;
    int verbose_, epochs_;
    Index steps_;
    Clock::time_point start_{}, after_first_step_{}, last_drawn_{};
    std::size_t width_ = 0;
};

}  // namespace shikumi::nn
