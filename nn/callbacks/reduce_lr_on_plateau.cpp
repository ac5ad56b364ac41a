#include <shikumi/nn/callbacks/reduce_lr_on_plateau.hpp>

#include <algorithm>
#include <memory>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/callbacks/detail/number_text.hpp>
#include <shikumi/nn/callbacks/detail/watched.hpp>

namespace shikumi::nn {

struct ReduceLROnPlateau::State final : Hooks {
    explicit State(const ReduceLROnPlateauOptions& o)
        : options(o), watched(who, o.monitor, o.mode, o.min_delta) {
        if (!(o.factor >= 0 && o.factor < 1))
            fail<ValueError>(who, "factor must lie in [0, 1), got ", o.factor);
        if (o.patience < 0)
            fail<ValueError>(who, "patience must not be negative, got ", o.patience);
        if (o.cooldown < 0)
            fail<ValueError>(who, "cooldown must not be negative, got ", o.cooldown);
        if (!(o.min_lr >= 0)) fail<ValueError>(who, "min_lr must not be negative, got ", o.min_lr);
    }

    void on_train_begin(Run& run) override {
        optim::Optimizer& optimizer = run.optimizer();
        optimizer.set_learning_rate(optimizer.learning_rate());  // refused by one with a schedule
        watched.resolve(run);
        wait = cooldown_counter = 0;
        best.reset();
    }

    void on_epoch_end(Run& run) override {
        run.log("learning_rate", run.optimizer().learning_rate());
        const std::optional<double> now = watched.value(run);
        if (!now) return;
        if (cooldown_counter > 0) {
            --cooldown_counter;
            wait = 0;
        }
        if (watched.better(*now, best)) {
            best = now;
            wait = 0;
        } else if (cooldown_counter == 0 && ++wait >= options.patience) {
            reduce(run);
        }
    }

    void visit_state(StateFields& fields) override {
        fields("wait", wait)("cooldown_counter", cooldown_counter)("best", best);
    }

    void reduce(Run& run) {
        const double old = run.optimizer().learning_rate();
        if (old <= options.min_lr) return;
        const double rate = std::max(old * options.factor, options.min_lr);
        run.optimizer().set_learning_rate(rate);
        if (options.verbose > 0)
            run.print(sentence("\nEpoch ", run.epoch() + 1,
                               ": ReduceLROnPlateau reducing learning rate to ",
                               detail::number_text(rate), "."));
        cooldown_counter = options.cooldown;
        wait = 0;
    }

    std::vector<std::string> logged() const override { return {"learning_rate"}; }

    static constexpr const char* who = "ReduceLROnPlateau";
    ReduceLROnPlateauOptions options;
    detail::Watched watched;
    int wait = 0, cooldown_counter = 0;
    std::optional<double> best;
};

ReduceLROnPlateau::ReduceLROnPlateau(const ReduceLROnPlateauOptions& options)
    : Callback(std::make_shared<State>(options), "ReduceLROnPlateau") {}

ReduceLROnPlateau::State& ReduceLROnPlateau::state() const { return static_cast<State&>(hooks()); }

std::optional<double> ReduceLROnPlateau::best() const { return state().best; }
int ReduceLROnPlateau::wait() const { return state().wait; }
int ReduceLROnPlateau::cooldown_counter() const { return state().cooldown_counter; }

}  // namespace shikumi::nn
