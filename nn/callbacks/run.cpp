#include <shikumi/nn/callbacks/run.hpp>

#include <ostream>
#include <utility>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::nn {

Run::Run(Layer& model, optim::Optimizer* optimizer, RunPlan plan)
    : model_(model), optimizer_(optimizer), plan_(std::move(plan)) {}

optim::Optimizer& Run::optimizer() const {
    if (!optimizer_)
        fail<StateError>("fit", "model '", model_.name(),
                         "' has no optimizer: call compile({.optimizer = …}) first");
    return *optimizer_;
}

void Run::log(std::string_view name, double value) {
    if (running_) set_logs(running_());
    logs_.set(name, value);
}

void Run::print(std::string_view text) const {
    if (plan_.out) *plan_.out << text << '\n' << std::flush;
}

void Run::visit_state(StateFields& fields) {
    fields("epoch", epoch_)("next_epoch", next_epoch_)("steps", plan_.steps)("stopped", stopped_)(
        "logs", logs_);
}

void Run::begin_epoch(int epoch) {
    epoch_ = epoch;
    set_logs({});
}

void Run::set_logs(Logs logs) {
    logs_ = std::move(logs);
    running_ = nullptr;
}

}  // namespace shikumi::nn
