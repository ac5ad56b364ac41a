#include <shikumi/nn/callbacks/learning_rate_scheduler.hpp>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/callbacks/detail/number_text.hpp>

namespace shikumi::nn {

struct LearningRateScheduler::State final : Hooks {
    State(Schedule s, const LearningRateSchedulerOptions& o) : schedule(std::move(s)), options(o) {}

    void on_train_begin(Run& run) override {
        optim::Optimizer& optimizer = run.optimizer();
        optimizer.set_learning_rate(optimizer.learning_rate());  // refused by one with a schedule
    }
    void on_epoch_begin(Run& run) override {
        const double rate = schedule(run.epoch(), run.optimizer().learning_rate());
        run.optimizer().set_learning_rate(rate);
        if (options.verbose > 0)
            run.print(sentence("\nEpoch ", run.epoch() + 1,
                               ": LearningRateScheduler setting learning rate to ",
                               detail::number_text(rate), "."));
    }
    void on_epoch_end(Run& run) override {
        run.log("learning_rate", run.optimizer().learning_rate());
    }
    std::vector<std::string> logged() const override { return {"learning_rate"}; }

    Schedule schedule;
    LearningRateSchedulerOptions options;
};

LearningRateScheduler::LearningRateScheduler(Schedule schedule,
                                             const LearningRateSchedulerOptions& options, int)
    : Callback(std::make_shared<State>(std::move(schedule), options), "LearningRateScheduler") {}

}  // namespace shikumi::nn
