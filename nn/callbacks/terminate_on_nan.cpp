#include <shikumi/nn/callbacks/terminate_on_nan.hpp>

#include <cmath>
#include <memory>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/callbacks/detail/number_text.hpp>

namespace shikumi::nn {

struct TerminateOnNaN::State final : Hooks {
    explicit State(const TerminateOnNaNOptions& o) : options(o) {}

    void on_train_batch_end(Run& run) override {
        const double* loss = run.logs().find("loss");
        if (!loss || std::isfinite(*loss)) return;
        if (options.raise_error)
            fail<ValueError>("TerminateOnNaN", "the loss became ", detail::number_text(*loss),
                             " in batch ", run.batch() + 1);
        run.print(sentence("Batch ", run.batch(), ": Invalid loss, terminating training"));
        run.stop();
    }
    bool takes_bad_loss() const noexcept override { return true; }

    TerminateOnNaNOptions options;
};

TerminateOnNaN::TerminateOnNaN(const TerminateOnNaNOptions& options)
    : Callback(std::make_shared<State>(options), "TerminateOnNaN") {}

}  // namespace shikumi::nn
