#include <shikumi/nn/training/history.hpp>

namespace shikumi::nn {

namespace {

struct Recorder final : Hooks {
    explicit Recorder(History& target) : to(target) {}
    void on_train_begin(Run& run) override {
        to = {};
        to.params = {run.plan().verbose, run.plan().epochs, run.steps()};
    }
    void on_epoch_end(Run& run) override {
        to.params.steps = run.steps();
        to.epoch.push_back(run.epoch());
        for (const auto& [name, value] : run.logs()) to.history[name].push_back(value);
    }
    void visit_state(StateFields& fields) override {
        fields("epoch", to.epoch)("history", to.history)("steps", to.params.steps);
    }

    History& to;
};

}  // namespace

Callback History::recorder() { return Callback(std::make_shared<Recorder>(*this), "History"); }

}  // namespace shikumi::nn
