// Progress: shows how a training goes.
#pragma once

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include <shikumi/nn/callbacks/callback.hpp>

namespace shikumi::nn {

/// How progress looks.
enum class ProgressStyle {
    lecture,  ///< TensorFlow 2.2 to 2.15: "1/1 [====…====] - 0s 2ms/step - loss: 0.0942"
    keras3,   ///< Keras 3: the same with a thin bar, in colour on a terminal
    plain,    ///< a line of text an epoch, and one every ten seconds in between
};

/// What is known, and how much room there is, when a chart of the progress is drawn.
struct ProgressMoment {
    double epochs;     ///< epochs that are done, with the share of the running one
    const Logs& logs;  ///< the numbers so far
    bool whole;        ///< whether an epoch has ended, so that its numbers stay
    int columns;       ///< no line may be longer
    int rows;          ///< nor may there be more lines
    bool colours;      ///< whether lines may hold codes of colours
};

/// What Progress can be given.
struct ProgressOptions {
    ProgressStyle style = ProgressStyle::lecture;  ///< how it looks
    int verbose = 1;                               ///< 0 nothing, 1 a bar, 2 a line an epoch
    std::ostream* out = nullptr;                   ///< where to; where `fit` writes if null
    /// Whether a line can be drawn again in its place. Absent: where it goes to a terminal.
    std::optional<bool> terminal = {};
    /// The terminal's columns; 0: without end. Absent: as many as it has. A line that is too long
    /// to be drawn again gets a shorter bar, then fewer numbers; the last one of an epoch is whole.
    std::optional<int> columns = {};
    /// A chart as lines of text, such as `terminal_chart()`. A terminal shows it below the bar and
    /// draws it anew four times a second; elsewhere it is written once, at the end.
    std::function<std::vector<std::string>(const ProgressMoment&)> chart = {};
    /// Seconds since some moment: for tests. Absent: a clock.
    std::function<double()> clock = {};
};

/// Shows the bar, the time that is left, and the logs. On a terminal the line is drawn again in its
/// place, at most every 0.05 s; elsewhere, in a pipe or in CI, only whole lines are written, and no
/// control character. `fit` adds one of its own unless it is given one. A loop of one's own calls
/// its functions instead.
class Progress : public Callback {
public:
    /// Throws ValueError unless verbose is 0, 1 or 2.
    explicit Progress(const ProgressOptions& options = {});
    /// Whether a callback is a Progress.
    static bool is(const Callback& callback) noexcept;

    /// For a loop of one's own over so many epochs and steps. verbose: 0 nothing, 1 the bar, 2 one
    /// line an epoch.
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
    struct State;
    State& state() const;
};

}  // namespace shikumi::nn
