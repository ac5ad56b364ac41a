// Trainings that are broken off and go on: the same bits as without the break.
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
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

namespace fs = std::filesystem;

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

// Breaks a training off before a batch, or at the end of an epoch (-1), as if the process had
// ended.
struct BreakAt : nn::Hooks {
    BreakAt(int e, Index b) : epoch(e), batch(b) {}
    void on_train_batch_begin(nn::Run& run) override {
        if (run.epoch() == epoch && run.batch() == batch) throw Broken("power cut");
    }
    void on_epoch_end(nn::Run& run) override {
        if (run.epoch() == epoch && batch < 0) throw Broken("power cut");
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
    for (const auto& [epoch, batch] : std::vector<std::pair<int, Index>>{
             {0, 2}, {1, 0}, {1, 3}, {1, -1}, {2, 1}, {3, 4}, {3, -1}}) {
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

TEST_CASE("callbacks remember what they had found out", "[nn]") {
    const shikumi_test::TemporaryFolder folder;
    std::string log;
    const Program program = [&](const nn::Resume& resume, std::vector<nn::Callback> callbacks) {
        const fs::path out = folder.path() / (resume.callback() ? "pieces" : "whole");
        fs::create_directories(out);
        struct Count : nn::Hooks {
            void on_epoch_end(nn::Run& run) override { run.log("batches", batches); }
            void on_train_batch_end(nn::Run&) override { ++batches; }
            void visit_state(nn::StateFields& fields) override { fields("batches", batches); }
            std::vector<std::string> logged() const override { return {"batches"}; }
            int batches = 0;
        };
        int epochs = 0;
        const nn::LambdaCallback lambda(
            {.on_epoch_end = [&](nn::Run& run) { run.log("epochs", ++epochs); },
             .visit_state = [&](nn::StateFields& fields) { fields("epochs", epochs); }});
        const auto model = fresh_model(optim::SGD({.learning_rate = 0.3}));
        callbacks.insert(
            callbacks.begin(),
            {nn::ReduceLROnPlateau({.monitor = "loss", .factor = 0.5, .patience = 1}),
             nn::EarlyStopping({.monitor = "batches", .patience = 9, .mode = nn::MonitorMode::max}),
             nn::EarlyStopping({.monitor = "loss", .patience = 2, .restore_best_weights = true}),
             nn::ModelCheckpoint((out / "{epoch}-{loss:.3f}.safetensors").string(),
                                 {.monitor = "loss", .save_best_only = true, .keep = 2}),
             Count(), lambda, nn::CSVLogger((out / "log.csv").string())});
        const nn::History history = model->fit(pictures(), digits(),
                                               {.batch_size = 4,
                                                .epochs = 30,
                                                .verbose = 0,
                                                .callbacks = std::move(callbacks),
                                                .resume = resume});
        log = shikumi_test::contents(out / "log.csv");
        return outcome(*model, history);
    };
    program({}, {});
    const std::string whole = log;
    check_resumes(program, {.save_freq = 2});
    CHECK(log == whole);
    const auto files = [&](const char* name) {
        std::set<std::string> all;
        for (const auto& entry : fs::directory_iterator(folder.path() / name))
            all.insert(entry.path().filename().string());
        return all;
    };
    CHECK(files("pieces") == files("whole"));
    CHECK(files("whole").size() == 3);
}

TEST_CASE("a training that was stopped stays stopped, one that has ended can be prolonged",
          "[nn]") {
    const shikumi_test::TemporaryFolder folder;
    const nn::Resume resume((folder.path() / "state").string());
    const auto run = [&](int epochs, const nn::Resume& kept, bool stop) {
        const auto model = fresh_model(optim::Adam({.learning_rate = 0.01, .use_ema = true}));
        const nn::LambdaCallback stopping({.on_epoch_end = [&](nn::Run& r) {
            if (stop && r.epoch() == 2) r.stop();
        }});
        const nn::History history = model->fit(pictures(), digits(),
                                               {.batch_size = 4,
                                                .epochs = epochs,
                                                .verbose = 0,
                                                .callbacks = {stopping},
                                                .resume = kept});
        return outcome(*model, history);
    };
    const Outcome stopped = run(9, resume, true);
    CHECK(stopped.epochs == std::vector<int>{0, 1, 2});
    CHECK(run(9, resume, false) == stopped);
    const nn::Resume other((folder.path() / "other").string());
    run(4, other, false);
    CHECK(run(7, other, false) == run(7, {}, false));
}

TEST_CASE("sources of batches are taken up where they were", "[nn]") {
    const auto with = [&](auto make_source, Index steps) {
        return [=](const nn::Resume& resume, std::vector<nn::Callback> callbacks) {
            const auto model = fresh_model(optim::SGD({.momentum = 0.9}));
            const nn::History history =
                model->fit(make_source(), {.epochs = 5,
                                           .verbose = 0,
                                           .callbacks = std::move(callbacks),
                                           .steps_per_epoch = steps,
                                           .resume = resume});
            return outcome(*model, history);
        };
    };
    const auto rows = [](Index from, Index to) {
        return std::pair(slice(pictures(), 0, {from, to}), slice(digits(), 0, {from, to}));
    };
    const auto endless = [rows] {
        return [rows, n = Index{0}]() mutable {
            const Index first = n++ * 5 % 17;
            return std::optional(rows(first, first + 4));
        };
    };
    check_resumes(with(endless, 6), {.save_freq = 4});
    const auto range = [rows] {
        std::vector<std::pair<Tensor, Tensor>> all;
        for (Index i = 0; i < 6; ++i) all.push_back(rows(i * 3, i * 3 + 3));
        return all;
    };
    check_resumes(with(range, 0), {.save_freq = 4});
    const auto loader = [] {
        return datasets::Loader(pictures(), digits())
            .shuffle(9)
            .map([](Tensor picture, Generator& rng) { return picture * random_uniform({1}, rng); },
                 {.workers = 2})
            .batch(4);
    };
    check_resumes(with(loader, 0), {.save_freq = 4});
    check_resumes(with(loader, 7), {.save_freq = 4});
}

TEST_CASE("a folder of another training is refused, and nothing has changed", "[nn]") {
    const shikumi_test::TemporaryFolder folder;
    const std::string state = (folder.path() / "state").string();
    const auto model = fresh_model(optim::Adam());
    const nn::FitOptions options{.batch_size = 4, .epochs = 1, .verbose = 0, .resume = state};
    model->fit(pictures(), digits(), options);

    nn::Sequential other{nn::Flatten({.input_shape = {6, 6, 1}}), nn::Dense(3)};
    other.compile({.optimizer = "adam", .loss = "sparse_categorical_crossentropy"});
    const std::vector<float> before = other.get_weights()[0].to_vector<float>();
    CHECK_THROWS_AS(other.fit(pictures(), digits(), options), ValueError);
    CHECK(other.get_weights()[0].to_vector<float>() == before);
    CHECK(other.optimizer().iterations() == 0);

    const auto sgd = fresh_model(optim::SGD({.momentum = 0.9}));
    CHECK_THROWS_WITH(sgd->fit(pictures(), digits(), options), contains("Adam"));
    const auto fewer = fresh_model(optim::Adam());
    CHECK_THROWS_WITH(fewer->fit(slice(pictures(), 0, {0, 9}), slice(digits(), 0, {0, 9}), options),
                      contains("of 22 samples"));
    CHECK(fewer->optimizer().iterations() == 0);
    CHECK_THROWS_AS(nn::Resume(""), ValueError);
    CHECK_THROWS_AS(nn::SaveFrequency(0), ValueError);
}

TEST_CASE("progress shows the epoch that goes on", "[nn]") {
    const shikumi_test::TemporaryFolder folder;
    const nn::Resume resume((folder.path() / "state").string(), {.save_freq = 1});
    std::ostringstream out;
    const nn::FitOptions options{
        .batch_size = 4, .epochs = 3, .callbacks = {BreakAt(1, 3)}, .out = &out, .resume = resume};
    CHECK_THROWS(fresh_model("sgd")->fit(pictures(), digits(), options));
    out.str("");
    nn::FitOptions rest = options;
    rest.callbacks.clear();
    fresh_model("sgd")->fit(pictures(), digits(), rest);
    CHECK_THAT(out.str(), contains("Epoch 2/3\n6/6 ["));
    CHECK_THAT(out.str(), !contains("Epoch 1/3"));
}
