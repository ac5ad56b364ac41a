#include <shikumi/nn/training/progress.hpp>

#include <algorithm>
#include <cmath>
#include <ostream>

#include <shikumi/autograd/core/decimal.hpp>
#include <shikumi/autograd/core/error.hpp>

namespace shikumi::nn {

using namespace shikumi::detail;

namespace {

constexpr Index cells = 30;
constexpr std::chrono::milliseconds redraw_interval{50};

// Two digits of a clock.
std::string two(long long n) { return (n < 10 ? "0" : "") + std::to_string(n); }

std::string counter(Index step, Index steps) {
    const std::string total = std::to_string(steps), now = std::to_string(step);
    return std::string(total.size() - std::min(total.size(), now.size()), ' ') + now + "/" + total;
}

double seconds(std::chrono::steady_clock::duration d) {
    return std::chrono::duration<double>(d).count();
}

}  // namespace

std::string progress_bar(Index step, Index steps) {
    const auto filled = static_cast<std::size_t>(cells * step / std::max<Index>(steps, 1));
    std::string bar(filled, '=');
    if (filled > 0 && step < steps) bar.back() = '>';
    bar.resize(cells, '.');
    return counter(step, steps) + " [" + bar + "]";
}

std::string remaining_time(double seconds) {
    const auto s = static_cast<long long>(std::max(seconds, 0.0));
    const std::string minutes_and_seconds = two(s % 3600 / 60) + ":" + two(s % 60);
    if (s > 3600) return std::to_string(s / 3600) + ":" + minutes_and_seconds;
    if (s > 60) return std::to_string(s / 60) + ":" + two(s % 60);
    return std::to_string(s) + "s";
}

std::string time_per(double seconds, std::string_view unit) {
    const std::string time = seconds >= 1 || seconds == 0 ? fixed(seconds, 0) + "s"
                             : seconds >= 1e-3            ? fixed(seconds * 1e3, 0) + "ms"
                                                          : fixed(seconds * 1e6, 0) + "us";
    return time + "/" + std::string(unit);
}

std::string log_text(const Logs& logs) {
    std::string text;
    for (const auto& [name, value] : logs) {
        text += " - " + name + ": ";
        text += std::abs(value) > 1e-3 ? fixed(value, 4) : scientific(value, 4);
    }
    return text;
}

std::string running_line(const EpochProgress& at, const Logs& logs) {
    return progress_bar(at.step, at.steps) +
           " - ETA: " + remaining_time(at.step_time * static_cast<double>(at.steps - at.step)) +
           log_text(logs);
}

std::string finished_line(const EpochProgress& at, const Logs& logs) {
    return progress_bar(at.step, at.steps) + " - " + fixed(at.elapsed, 0) + "s " +
           time_per(at.step_time, "step") + log_text(logs);
}

std::string epoch_summary_line(const EpochProgress& at, const Logs& logs) {
    return counter(at.step, at.steps) + " - " + fixed(at.elapsed, 0) + "s" + log_text(logs) +
           " - " + time_per(at.elapsed, "epoch") + " - " +
           time_per(at.elapsed / static_cast<double>(std::max<Index>(at.steps, 1)), "step");
}

Progress::Progress(std::ostream& out, bool terminal, int verbose, int epochs, Index steps)
    : out_(out), terminal_(terminal), verbose_(verbose), epochs_(epochs), steps_(steps) {}

void Progress::begin_epoch(int epoch) {
    if (verbose_ == 0) return;
    start_ = Clock::now();
    last_drawn_ = {};
    width_ = 0;
    if (epochs_ > 1) out_ << sentence("Epoch ", epoch + 1, "/", epochs_, "\n");
    if (terminal_) out_.flush();
}

EpochProgress Progress::at(Index step) const {
    const Clock::time_point now = Clock::now();
    const double step_time =
        step > 1 ? seconds(now - after_first_step_) / static_cast<double>(step - 1)
                 : seconds(now - start_) / static_cast<double>(std::max<Index>(step, 1));
    return {step, steps_, seconds(now - start_), step_time};
}

bool Progress::due(Index step) {
    if (verbose_ != 1) return false;
    const Clock::time_point now = Clock::now();
    if (step == 1) after_first_step_ = now;
    return terminal_ && now - last_drawn_ >= redraw_interval;
}

void Progress::redraw(Index step, const Logs& logs) {
    write(running_line(at(step), logs));
    last_drawn_ = Clock::now();
}

void Progress::end_epoch(const Logs& logs) {
    if (verbose_ == 1) write(finished_line(at(steps_), logs));
    if (verbose_ == 2) out_ << epoch_summary_line(at(steps_), logs);
    if (verbose_ != 0) out_ << '\n';
    if (terminal_) out_.flush();
}

// Over the last line, where that can be done.
void Progress::write(const std::string& line) {
    if (terminal_) out_ << std::string(width_, '\b') << '\r';
    out_ << line;
    if (!terminal_) return;
    if (line.size() < width_) out_ << std::string(width_ - line.size(), ' ');
    width_ = line.size();
    out_.flush();
}

}  // namespace shikumi::nn
