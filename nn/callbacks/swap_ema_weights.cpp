#include <shikumi/nn/callbacks/swap_ema_weights.hpp>

#include <memory>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/callbacks/detail/weights.hpp>

namespace shikumi::nn {

struct SwapEMAWeights::State final : Hooks {
    explicit State(const SwapEMAWeightsOptions& o) : options(o) {}

    void on_train_begin(Run& run) override {
        if (!run.optimizer().options().use_ema)
            fail<ValueError>("SwapEMAWeights", "the optimizer keeps no averages: give it .use_ema");
        weights.clear();
    }
    void on_epoch_begin(Run& run) override { put_back(run); }
    void on_epoch_end(Run& run) override {
        if (options.swap_on_epoch) put_averages(run);
    }
    void on_train_end(Run&) override { weights.clear(); }  // the averages stay
    void on_test_begin(Run& run) override { put_averages(run); }
    void on_test_end(Run& run) override { put_back(run); }
    void on_predict_begin(Run& run) override { put_averages(run); }
    void on_predict_end(Run& run) override { put_back(run); }

    void visit_state(StateFields& fields) override { fields("weights", weights); }

    void put_averages(Run& run) {
        const optim::Optimizer& optimizer = run.optimizer();
        if (!weights.empty() || optimizer.iterations() == 0) return;  // no averages yet
        weights = detail::copied_weights(run.model());
        for (Parameter weight : run.model().trainable_weights())
            weight.assign(optimizer.slot(weight, "average").value());
    }
    void put_back(Run& run) {
        if (weights.empty()) return;
        detail::set_weights(run.model(), weights);
        weights.clear();
    }

    SwapEMAWeightsOptions options;
    std::vector<Tensor> weights;  // while the averages are in the model
};

SwapEMAWeights::SwapEMAWeights(const SwapEMAWeightsOptions& options)
    : Callback(std::make_shared<State>(options), "SwapEMAWeights") {}

}  // namespace shikumi::nn
