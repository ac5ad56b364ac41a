#include <shikumi/nn/callbacks/lambda_callback.hpp>

#include <memory>

namespace shikumi::nn {

namespace {

struct Lambdas final : Hooks {
    explicit Lambdas(const LambdaCallbackOptions& functions) : f(functions) {}
    static void call(const LambdaCallbackOptions::Function& function, Run& run) {
        if (function) function(run);
    }
    void on_epoch_begin(Run& run) override { call(f.on_epoch_begin, run); }
    void on_epoch_end(Run& run) override { call(f.on_epoch_end, run); }
    void on_train_begin(Run& run) override { call(f.on_train_begin, run); }
    void on_train_end(Run& run) override { call(f.on_train_end, run); }
    void on_train_batch_begin(Run& run) override { call(f.on_train_batch_begin, run); }
    void on_train_batch_end(Run& run) override { call(f.on_train_batch_end, run); }
    void on_test_begin(Run& run) override { call(f.on_test_begin, run); }
    void on_test_end(Run& run) override { call(f.on_test_end, run); }
    void on_test_batch_begin(Run& run) override { call(f.on_test_batch_begin, run); }
    void on_test_batch_end(Run& run) override { call(f.on_test_batch_end, run); }
    void on_predict_begin(Run& run) override { call(f.on_predict_begin, run); }
    void on_predict_end(Run& run) override { call(f.on_predict_end, run); }
    void on_predict_batch_begin(Run& run) override { call(f.on_predict_batch_begin, run); }
    void on_predict_batch_end(Run& run) override { call(f.on_predict_batch_end, run); }
    void visit_state(StateFields& fields) override {
        if (f.visit_state) f.visit_state(fields);
    }

    LambdaCallbackOptions f;
};

}  // namespace

LambdaCallback::LambdaCallback(const LambdaCallbackOptions& functions)
    : Callback(std::make_shared<Lambdas>(functions), "LambdaCallback") {}

}  // namespace shikumi::nn
