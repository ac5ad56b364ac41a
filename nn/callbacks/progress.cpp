#include <shikumi/nn/callbacks/progress.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <ostream>
#include <string>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/callbacks/detail/progress_text.hpp>
#include <shikumi/nn/callbacks/detail/terminal.hpp>

namespace shikumi::nn {

using detail::EpochProgress;
using detail::Line;
using detail::ProgressText;

namespace {

constexpr double redraw_interval = 0.05, plain_interval = 10;  // seconds

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

    void on_epoch_begin(Run& run) override {
        begin(run);
        if (options.verbose > 0 && run.plan().epochs > 1 && !plain())
            *out << sentence("Epoch ", run.epoch() + 1, "/", run.plan().epochs, "\n");
        if (terminal) out->flush();
    }
    void on_train_batch_end(Run& run) override { step(run); }
    void on_epoch_end(Run& run) override {
        finish(run, run.plan().epochs > 1
                        ? sentence("epoch ", run.epoch() + 1, " of ", run.plan().epochs, ": ")
                        : std::string());
    }
    void on_test_begin(Run& run) override { begin_alone(run); }
    void on_test_batch_end(Run& run) override { step_alone(run); }
    void on_test_end(Run& run) override { finish_alone(run); }
    void on_predict_begin(Run& run) override { begin_alone(run); }
    void on_predict_batch_end(Run& run) override { step_alone(run); }
    void on_predict_end(Run& run) override { finish_alone(run); }

    // The validation of an epoch is not shown by itself.
    void begin_alone(Run& run) {
        if (run.plan().what != Running::fit) begin(run);
    }
    void step_alone(Run& run) {
        if (run.plan().what != Running::fit) step(run);
    }
    void finish_alone(Run& run) {
        if (run.plan().what != Running::fit) finish(run, {});
    }

    bool plain() const { return options.style == ProgressStyle::plain; }
    double now() const { return options.clock ? options.clock() : seconds_now(); }

    void begin(const Run& run) {
        out = options.out ? options.out : run.plan().out;
        if (!out) options.verbose = 0;
        terminal = options.terminal.value_or(!options.out && run.plan().terminal) && !plain();
        started = now();
        after_first = last_drawn = started;
        drawn = false;
        done = 0;
        width = 0;
    }

    EpochProgress at(const Run& run, double time) const {
        const double step_time = done > 1 ? (time - after_first) / static_cast<double>(done - 1)
                                          : (time - started);
        return {done, run.steps(), time - started, step_time};
    }

    void step(const Run& run) {
        if (options.verbose != 1) {
            ++done;
            return;
        }
        const double time = now();
        if (++done == 1) after_first = time;
        const bool due =
            plain() ? time - last_drawn >= plain_interval
                    : terminal && (!drawn || time - last_drawn >= redraw_interval);
        if (!due) return;
        const ProgressText text(options.style, colour());
        const Logs logs = text.arranged(run.logs(), run.plan().names);
        write(text.running(at(run, time), logs, columns()));
        if (plain()) *out << '\n' << std::flush;
        last_drawn = time;
        drawn = true;
    }

    void finish(const Run& run, const std::string& before) {
        if (options.verbose == 0) return;
        EpochProgress progress = at(run, now());
        if (progress.steps == 0) progress.steps = done;
        const ProgressText text(options.style, colour());
        const Logs logs = text.arranged(run.logs(), run.plan().names);
        if (plain())
            *out << before << text.finished(progress, logs).text;
        else if (options.verbose == 1)
            write(text.finished(progress, logs));
        else
            *out << text.summary(progress, logs);
        *out << '\n';
        if (terminal || plain()) out->flush();
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

    bool colour() const { return terminal && !detail::colours_unwanted(); }
    std::size_t columns() const {
        if (!terminal) return 0;
        return static_cast<std::size_t>(
            std::max(options.columns.value_or(options.out || options.terminal
                                                  ? 0
                                                  : detail::terminal_columns()),
                     0));
    }

    ProgressOptions options;
    std::ostream* out = nullptr;
    bool terminal = false, drawn = false;
    double started = 0, after_first = 0, last_drawn = 0;
    Index done = 0;
    std::size_t width = 0;  // of the line that is drawn again
};

Progress::Progress(const ProgressOptions& options)
    : Callback(std::make_shared<State>(options), "Progress") {}

bool Progress::is(const Callback& callback) noexcept {
    return dynamic_cast<const State*>(&callback.hooks()) != nullptr;
}

}  // namespace shikumi::nn
