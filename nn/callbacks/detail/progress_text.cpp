#include <shikumi/nn/callbacks/detail/progress_text.hpp>

#include <algorithm>
#include <cmath>

#include <shikumi/autograd/core/decimal.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/letters.hpp>

namespace shikumi::nn::detail {

namespace {

using shikumi::detail::fixed;
using shikumi::detail::letters;
using shikumi::detail::scientific;

constexpr Index fewest_cells = 10;  // of a bar that has to be short

// Two digits of a clock.
std::string two(long long n) { return (n < 10 ? "0" : "") + std::to_string(n); }

std::string padded(const std::string& text, std::size_t width) {
    return std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string counter(const EpochProgress& at) {
    if (at.steps == 0) return padded(std::to_string(at.step), 7) + "/Unknown";
    const std::string total = std::to_string(at.steps);
    return padded(std::to_string(at.step), total.size()) + "/" + total;
}

std::string elapsed(const EpochProgress& at) { return fixed(at.elapsed, 0) + "s"; }

std::string number(double value) {
    return std::abs(value) > 1e-3 ? fixed(value, 4) : scientific(value, 4);
}

std::string repeated(std::string_view what, Index times) {
    std::string text;
    for (Index i = 0; i < times; ++i) text += what;
    return text;
}

// Text with a colour or weight around it, which a pipe doesn't get.
class Painter {
public:
    explicit Painter(bool colour) : colour_(colour) {}
    void add(std::string_view text) {
        line_.text += text;
        line_.width += letters(text);
    }
    void add(std::string_view text, std::string_view code) {
        if (colour_) line_.text += code;
        add(text);
        if (colour_) line_.text += "\x1b[0m";
    }
    Line take() { return std::move(line_); }

private:
    bool colour_;
    Line line_;
};

constexpr std::string_view bold = "\x1b[1m", green = "\x1b[32m", grey = "\x1b[37m";

std::string time_left(const EpochProgress& at) {
    return remaining_time(at.step_time * static_cast<double>(at.steps - at.step));
}

Line lecture_line(const EpochProgress& at, const Logs& logs, bool done, Index cells) {
    std::string text = at.steps == 0 ? counter(at) : progress_bar(at.step, at.steps, cells);
    text += done || at.steps == 0 ? " - " + elapsed(at) + " " + time_per(at.step_time, "step")
                                  : " - ETA: " + time_left(at);
    text += log_text(logs);
    return {text, letters(text)};
}

Line keras3_line(const EpochProgress& at, const Logs& logs, bool done, Index cells, bool colour) {
    Painter paint(colour);
    if (at.steps == 0) {
        paint.add(counter(at));
    } else {
        const Index filled = cells * at.step / std::max<Index>(at.steps, 1);
        paint.add(counter(at), bold);
        paint.add(" ");
        paint.add(repeated("━", filled), green);
        paint.add(repeated(colour ? "━" : "─", cells - filled), grey);
    }
    paint.add(" ");
    paint.add(done || at.steps == 0 ? elapsed(at) : time_left(at), bold);
    paint.add(" " + time_per(at.step_time, "step") + log_text(logs));
    return paint.take();
}

Line plain_line(const EpochProgress& at, const Logs& logs, bool done) {
    std::string text;
    if (!done)
        text = at.steps == 0 ? "step " + std::to_string(at.step)
                             : "step " + std::to_string(at.step) + " of " +
                                   std::to_string(at.steps) + ", " + time_left(at) + " left";
    else
        text = std::to_string(at.step) + " steps in " + elapsed(at) + ", " +
               time_per(at.step_time, "step");
    for (const auto& [name, value] : logs) text += ", " + name + " " + number(value);
    return {text, letters(text)};
}

bool is_validation(const std::string& name) { return name.rfind("val_", 0) == 0; }

}  // namespace

std::string progress_bar(Index step, Index steps, Index cells) {
    const auto filled = static_cast<std::size_t>(cells * step / std::max<Index>(steps, 1));
    std::string bar(filled, '=');
    if (filled > 0 && step < steps) bar.back() = '>';
    bar.resize(static_cast<std::size_t>(cells), '.');
    return counter({step, steps}) + " [" + bar + "]";
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
    for (const auto& [name, value] : logs) text += " - " + name + ": " + number(value);
    return text;
}

Logs ProgressText::arranged(const Logs& logs, const std::vector<std::string>& measured) const {
    Logs shown;
    if (style_ != ProgressStyle::keras3) {
        for (const auto& [name, value] : logs) {
            const bool renamed = style_ == ProgressStyle::lecture && name == "learning_rate";
            shown.add(renamed ? "lr" : name, value);  // as that era calls it
        }
        return shown;
    }
    // Keras 3: what was trained on by name, then the validation by name, then the rest.
    const auto place = [&](const std::string& name) {
        if (!measured.empty() &&
            std::find(measured.begin(), measured.end(), name) == measured.end())
            return 2;
        return is_validation(name) ? 1 : 0;
    };
    std::vector<std::pair<std::string, double>> sorted(logs.begin(), logs.end());
    std::stable_sort(sorted.begin(), sorted.end(), [&](const auto& a, const auto& b) {
        const int p = place(a.first), q = place(b.first);
        return p != q ? p < q : p < 2 && a.first < b.first;
    });
    for (auto& [name, value] : sorted) shown.add(std::move(name), value);
    return shown;
}

Line ProgressText::line(const EpochProgress& at, const Logs& logs, bool done, Index cells) const {
    switch (style_) {
        case ProgressStyle::keras3:
            return keras3_line(at, logs, done, cells, colour_);
        case ProgressStyle::plain:
            return plain_line(at, logs, done);
        case ProgressStyle::lecture:
            break;
    }
    return lecture_line(at, logs, done, cells);
}

Line ProgressText::running(const EpochProgress& at, const Logs& logs, std::size_t columns) const {
    Index cells = style_ == ProgressStyle::keras3 ? 20 : 30;
    Line whole = line(at, logs, false, cells);
    if (columns == 0 || whole.width < columns) return whole;
    const auto excess = static_cast<Index>(whole.width - columns + 1);
    if (at.steps > 0) cells = std::max(fewest_cells, cells - excess);
    Logs fewer = logs;
    for (;;) {
        Line fitting = line(at, fewer, false, cells);
        if (fitting.width < columns || fewer.size() == 0) return fitting;
        Logs rest;
        for (const auto& [name, value] : fewer) {
            if (rest.size() + 1 < fewer.size()) rest.add(name, value);
        }
        fewer = std::move(rest);
    }
}

Line ProgressText::finished(const EpochProgress& at, const Logs& logs) const {
    return line(at, logs, true, style_ == ProgressStyle::keras3 ? 20 : 30);
}

std::string ProgressText::summary(const EpochProgress& at, const Logs& logs) const {
    if (style_ == ProgressStyle::plain) return finished(at, logs).text;
    const std::string step =
        time_per(at.elapsed / static_cast<double>(std::max<Index>(at.step, 1)), "step");
    const std::string start = counter(at) + " - " + elapsed(at);
    if (style_ == ProgressStyle::keras3) return start + " - " + step + log_text(logs);
    return start + log_text(logs) + " - " + time_per(at.elapsed, "epoch") + " - " + step;
}

}  // namespace shikumi::nn::detail
