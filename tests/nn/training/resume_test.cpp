// Trainings that are broken off and go on: the same bits as without the break.
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/datasets/loader.hpp>
#include <shikumi/nn/nn.hpp>
#include <shikumi/optim/optim.hpp>

#include "catch.hpp"
#include "support/layers.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using shikumi_test::contains;

namespace {

constexpr Index samples = 22;  // in batches of 4, of which the last one is smaller

Tensor pictures() {
    Generator rng(3);
    return random_normal({samples, 6, 6, 1}, rng);
}
Tensor digits() {
    std::vector<Index> labels;
    for (Index i = 0; i < samples; ++i) labels.push_back(i * 7 % 3);
    return tensor(labels);
}

// A process of its own, as far as random numbers and names go: layers of all kinds of randomness
// and state.
std::unique_ptr<nn::Sequential> fresh_model(const optim::Optimizer& optimizer) {
    nn::clear_session();
    nn::set_random_seed(5);
    auto model = std::make_unique<nn::Sequential>();
    model->add(nn::Input({6, 6, 1}));
    model->add(nn::RandomTranslation(0.1, 0.1));
    model->add(nn::Conv2D(4, 3, {.activation = nn::relu}));
    model->add(nn::BatchNormalization());
    model->add(nn::Flatten());
    model->add(nn::GaussianNoise(0.1));
    model->add(nn::Dropout(0.25));
    model->add(nn::Dense(3));
    model->compile({.optimizer = optimizer,
                    .loss = nn::SparseCategoricalCrossentropy({.from_logits = true}),
                    .metrics = {"accuracy"}});
    return model;
}

struct Broken : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Breaks a training off before a batch, as if the process had ended.
struct BreakAt : nn::Hooks {
    BreakAt(int e, Index b) : epoch(e), batch(b) {}
    void on_train_batch_begin(nn::Run& run) override {
        if (run.epoch() == epoch && run.batch() == batch) throw Broken("power cut");
    }
    int epoch;
    Index batch;
};

struct Outcome {
    std::vector<std::vector<double>> weights;
    std::map<std::string, std::vector<double>> history;
    std::vector<int> epochs;
    double rate = 0;

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome outcome(nn::Sequential& model, const nn::History& history) {
    Outcome all{{}, history.history, history.epoch, model.optimizer().learning_rate()};
    for (const Tensor& w : model.get_weights())
        all.weights.push_back(w.cast(f64).to_vector<double>());
    for (const Parameter& p : model.optimizer().state())
        all.weights.push_back(p.value().cast(f64).to_vector<double>());
    return all;
}

// What a process does each time it is started.
using Program =
    std::function<Outcome(const nn::Resume& resume, std::vector<nn::Callback> callbacks)>;

// Breaks the program off before each of the batches that are listed, then lets it end.
void check_resumes(const Program& program, const nn::ResumeOptions& options = {}) {
    const Outcome whole = program({}, {});
    const shikumi_test::TemporaryFolder folder;
    const nn::Resume resume(folder.path() / "state", options);
    for (const auto& [epoch, batch] :
         std::vector<std::pair<int, Index>>{{0, 2}, {1, 0}, {1, 3}, {1, 4}, {3, 5}}) {
        REQUIRE_THROWS_WITH(program(resume, {BreakAt(epoch, batch)}), contains("power cut"));
    }
    const Outcome pieces = program(resume, {});
    CHECK(pieces.epochs == whole.epochs);
    CHECK(pieces.history == whole.history);
    CHECK(pieces == whole);
    CHECK(program(resume, {}) == whole);  // it has ended, and stays so
}

}  // namespace

TEST_CASE("a training goes on from its last epoch with the same bits", "[nn]") {
    check_resumes([](const nn::Resume& resume, std::vector<nn::Callback> callbacks) {
        const auto model = fresh_model(optim::Adam({.learning_rate = 0.01, .use_ema = true}));
        const nn::History history = model->fit(pictures(), digits(),
                                               {.batch_size = 4,
                                                .epochs = 5,
                                                .verbose = 0,
                                                .callbacks = std::move(callbacks),
                                                .validation_split = 0.1,
                                                .resume = resume});
        return outcome(*model, history);
    });
}

TEST_CASE("a training goes on within an epoch with the same bits", "[nn]") {
    const Program program = [](const nn::Resume& resume, std::vector<nn::Callback> callbacks) {
        const auto model = fresh_model(
            optim::SGD({.learning_rate = optim::ExponentialDecay(0.1, 3, 0.9), .momentum = 0.9}));
        const nn::History history = model->fit(pictures(), digits(),
                                               {.batch_size = 4,
                                                .epochs = 5,
                                                .verbose = 0,
                                                .callbacks = std::move(callbacks),
                                                .validation_data = {{pictures(), digits()}},
                                                .seed = 11,
                                                .resume = resume});
        return outcome(*model, history);
    };
    check_resumes(program, {.save_freq = 1});
    check_resumes(program, {.save_freq = 4});
}
