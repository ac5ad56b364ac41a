#include <shikumi/nn/callbacks/early_stopping.hpp>

#include <memory>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/callbacks/detail/watched.hpp>
#include <shikumi/nn/callbacks/detail/weights.hpp>

namespace shikumi::nn {

struct EarlyStopping::State final : Hooks {
    explicit State(const EarlyStoppingOptions& o)
        : options(o), watched("EarlyStopping", o.monitor, o.mode, o.min_delta) {
        if (o.patience < 0)
            fail<ValueError>("EarlyStopping", "patience must not be negative, got ", o.patience);
        if (o.start_from_epoch < 0)
            fail<ValueError>("EarlyStopping", "start_from_epoch must not be negative, got ",
                             o.start_from_epoch);
    }

    void on_train_begin(Run& run) override {
        watched.resolve(run);
        wait = stopped_epoch = best_epoch = 0;
        best.reset();
        best_weights.clear();
    }

    void on_epoch_end(Run& run) override {
        const std::optional<double> now = watched.value(run);
        if (!now || run.epoch() < options.start_from_epoch) return;
        if (options.restore_best_weights && best_weights.empty()) keep(run);
        ++wait;
        if (watched.better(*now, best)) {
            best = now;
            keep(run);
            if (!options.baseline || watched.better(*now, options.baseline)) wait = 0;
        } else if (wait >= options.patience && run.epoch() > 0) {
            stopped_epoch = run.epoch();
            run.stop();
        }
    }

    void on_train_end(Run& run) override {
        if (stopped_epoch > 0 && options.verbose > 0)
            run.print(sentence("Epoch ", stopped_epoch + 1, ": early stopping"));
        if (best_weights.empty()) return;
        if (options.verbose > 0)
            run.print(sentence(
                "Restoring model weights from the end of the best epoch: ", best_epoch + 1, "."));
        detail::set_weights(run.model(), best_weights);
        best_weights.clear();
    }

    void visit_state(StateFields& fields) override {
        fields("wait", wait)("stopped_epoch", stopped_epoch)("best_epoch", best_epoch);
        fields("best", best)("best_weights", best_weights);
    }

    void keep(const Run& run) {
        best_epoch = run.epoch();
        if (options.restore_best_weights) best_weights = detail::copied_weights(run.model());
    }

    EarlyStoppingOptions options;
    detail::Watched watched;
    int wait = 0, stopped_epoch = 0, best_epoch = 0;
    std::optional<double> best;
    std::vector<Tensor> best_weights;
};

EarlyStopping::EarlyStopping(const EarlyStoppingOptions& options)
    : Callback(std::make_shared<State>(options), "EarlyStopping") {}

EarlyStopping::State& EarlyStopping::state() const { return static_cast<State&>(hooks()); }

int EarlyStopping::stopped_epoch() const { return state().stopped_epoch; }
std::optional<double> EarlyStopping::best() const { return state().best; }
int EarlyStopping::best_epoch() const { return state().best_epoch; }
int EarlyStopping::wait() const { return state().wait; }

}  // namespace shikumi::nn
