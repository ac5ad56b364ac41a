#include <shikumi/nn/callbacks/progress.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/callbacks/detail/progress_text.hpp>
#include <shikumi/nn/callbacks/detail/terminal.hpp>

namespace shikumi::nn {

using detail::EpochProgress;
using detail::Line;
using detail::ProgressText;

namespace {

constexpr double redraw_interval = 0.05, plain_interval = 10, chart_interval = 0.25;  // seconds
constexpr int most_chart_rows = 14;
constexpr std::string_view clear_below = "\x1b[J", clear_right = "\x1b[K";

double seconds_now() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double>(now).count();
}

}  // namespace

struct Progress::State final : Hooks {
    explicit State(const ProgressOptions& o) : options(o) {
        if (o.verbose < 0 || o.verbose > 2)
            fail<ValueError>("Progress", "verbose must be 0, 1 or 2, got ", o.verbose);
    }

    void on_train_begin(Run& run) override { open(run); }
    void on_epoch_begin(Run& run) override { begin_epoch(run.epoch()); }
    void on_train_batch_end(Run& run) override { step(run); }
    void on_epoch_end(Run& run) override { finish(run); }
    void on_train_end(Run&) override {
        if (terminal && drawn) *out << clear_below << '\n' << std::flush;  // a broken off epoch
        if (options.verbose == 0) return;
        for (const std::string& line : chart) *out << line << '\n';
        *out << std::flush;
        chart.clear();
    }
    void on_test_begin(Run& run) override { begin_alone(run); }
    void on_test_batch_end(Run& run) override { step_alone(run); }
    void on_test_end(Run& run) override { finish_alone(run); }
    void on_predict_begin(Run& run) override { begin_alone(run); }
    void on_predict_batch_end(Run& run) override { step_alone(run); }
    void on_predict_end(Run& run) override { finish_alone(run); }

    void visit_state(StateFields& fields) override {
        fields("epoch", epoch)("done", done);
        if (!fields.reading() || done == 0) return;
        const Index before = done;
        begin_epoch(epoch);  // which goes on
        done = begun = before;
    }

    // The validation of an epoch is not shown by itself.
    void begin_alone(Run& run) {
        if (run.plan().what == Running::fit) return;
        open(run);
        begin_epoch(0);
    }
    void step_alone(Run& run) {
        if (run.plan().what != Running::fit) step(run);
    }
    void finish_alone(Run& run) {
        if (run.plan().what != Running::fit) finish(run);
    }

    void open(const Run& run) {
        out = options.out ? options.out : run.plan().out;
        if (!out) options.verbose = 0;
        terminal = options.terminal.value_or(!options.out && run.plan().terminal) && !plain();
        epochs = run.plan().what == Running::fit ? run.plan().epochs : 1;
    }
    void step(const Run& run) {
        steps = run.steps();
        if (due(done + 1)) draw(run.logs(), run.plan().names);
    }
    void finish(const Run& run) {
        steps = run.steps();
        end_epoch(run.logs(), run.plan().names);
        done = 0;
    }

    // ---- the same for any loop ----

    bool plain() const { return options.style == ProgressStyle::plain; }
    double now() const { return options.clock ? options.clock() : seconds_now(); }
    ProgressText text() const { return {options.style, terminal && !detail::colours_unwanted()}; }

    void begin_epoch(int number) {
        epoch = number;
        started = after_first = last_drawn = now();
        drawn = false;
        done = begun = 0;
        width = 0;
        if (options.verbose == 0) return;
        if (epochs > 1 && !plain()) *out << sentence("Epoch ", epoch + 1, "/", epochs, "\n");
        if (terminal) out->flush();
    }

    bool due(Index step) {
        done = step;
        if (options.verbose != 1) return false;
        const double time = now();
        if (step == begun + 1) after_first = time;
        return plain() ? time - last_drawn >= plain_interval
                       : terminal && (!drawn || time - last_drawn >= redraw_interval);
    }

    void draw(const Logs& logs, const std::vector<std::string>& measured) {
        last_drawn = now();
        drawn = true;
        write(text().running(at(last_drawn), text().arranged(logs, measured), columns()));
        if (plain()) *out << '\n' << std::flush;
        if (options.chart && terminal && (!charted || last_drawn - last_charted >= chart_interval))
            draw_chart(logs);
    }

    // Below the bar, where the cursor stays.
    void draw_chart(const Logs& logs) {
        last_charted = last_drawn;
        charted = true;
        const double share =
            steps > 0 ? static_cast<double>(done) / static_cast<double>(steps) : 0.5;
        const std::vector<std::string> lines = charted_lines(epoch + share, logs, false);
        for (const std::string& line : lines) *out << '\n' << line << clear_right;
        if (!lines.empty()) *out << "\x1b[" << lines.size() << "A\r" << std::flush;
    }
    std::vector<std::string> charted_lines(double epochs_done, const Logs& logs, bool whole) const {
        const bool own = out == &std::cout && terminal;  // only of that the size is known
        return options.chart({epochs_done, logs, whole,
                              options.columns.value_or(own ? detail::terminal_columns() : 80) - 1,
                              std::min(most_chart_rows, own ? detail::terminal_rows() - 3 : 99),
                              terminal && !detail::colours_unwanted()});
    }

    void end_epoch(const Logs& logs, const std::vector<std::string>& measured) {
        if (options.verbose == 0) return;
        if (options.chart) chart = charted_lines(epoch + 1, logs, true);
        EpochProgress progress = at(now());
        if (progress.steps == 0) progress.steps = done;
        const Logs shown = text().arranged(logs, measured);
        if (plain())
            *out << (epochs > 1 ? sentence("epoch ", epoch + 1, " of ", epochs, ": ") : "")
                 << text().finished(progress, shown).text;
        else if (options.verbose == 1)
            write(text().finished(progress, shown));
        else
            *out << text().summary(progress, shown);
        if (terminal && charted) *out << clear_below;
        *out << '\n';
        drawn = charted = false;
        if (terminal || plain()) out->flush();
    }

    EpochProgress at(double time) const {
        const Index here = done - begun;
        const double step_time =
            here > 1 ? (time - after_first) / static_cast<double>(here - 1) : time - started;
        return {done, steps, time - started, step_time};
    }

    // Over the last line, where that can be done.
    void write(const Line& line) {
        if (terminal) *out << std::string(width, '\b') << '\r';
        *out << line.text;
        if (!terminal) return;
        if (line.width < width) *out << std::string(width - line.width, ' ');
        width = line.width;
        out->flush();
    }

    // Only of the program's own terminal is the width known.
    std::size_t columns() const {
        if (!terminal) return 0;
        const int wide =
            options.columns.value_or(out == &std::cout ? detail::terminal_columns() : 0);
        return static_cast<std::size_t>(std::max(wide, 0));
    }

    ProgressOptions options;
    std::ostream* out = nullptr;
    bool terminal = false, drawn = false, charted = false;
    int epoch = 0, epochs = 1;
    Index done = 0, steps = 0;
    Index begun = 0;  // steps that were done when the clock was started
    double started = 0, after_first = 0, last_drawn = 0, last_charted = 0;
    std::vector<std::string> chart;  // after the last epoch
    std::size_t width = 0;           // of the line that is drawn again
};

Progress::Progress(const ProgressOptions& options)
    : Callback(std::make_shared<State>(options), "Progress") {}

Progress::State& Progress::state() const { return static_cast<State&>(hooks()); }

bool Progress::is(const Callback& callback) noexcept {
    return dynamic_cast<const State*>(&callback.hooks()) != nullptr;
}

Progress::Progress(std::ostream& out, bool terminal, int verbose, int epochs, Index steps)
    : Progress({.verbose = verbose, .out = &out, .terminal = terminal}) {
    state().out = &out;
    state().terminal = terminal;
    state().epochs = epochs;
    state().steps = steps;
}

void Progress::begin_epoch(int epoch) { state().begin_epoch(epoch); }
bool Progress::due(Index step) { return state().due(step); }
void Progress::redraw(Index step, const Logs& logs) {
    state().done = step;
    state().draw(logs, {});
}
void Progress::end_epoch(const Logs& logs) { state().end_epoch(logs, {}); }

}  // namespace shikumi::nn
