// Trainings that SIGKILL ends at any moment, and that go on: what they leave in the end is to the
// bit what they leave without.
#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/datasets/datasets.hpp>
#include <shikumi/formats/npy.hpp>
#include <shikumi/formats/safetensors.hpp>
#include <shikumi/nn/nn.hpp>
#include <shikumi/optim/optim.hpp>

#include "catch.hpp"
#include "support/process.hpp"
#include "support/temporary.hpp"

using namespace shikumi;

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr const char* child_folder = "SHIKUMI_TRAINING_TO_KILL";
constexpr Index trained = 160, validated = 40;

// ---- the program that is killed -----------------------------------------------------------------

nn::Sequential network() {
    nn::Sequential model;
    model.add(nn::Input({28, 28, 1}));
    model.add(nn::RandomTranslation(0.05, 0.05));
    model.add(nn::MaxPooling2D(2));
    model.add(nn::Conv2D(4, 3, {.activation = nn::relu}));
    model.add(nn::BatchNormalization());
    model.add(nn::MaxPooling2D(2));
    model.add(nn::Flatten());
    model.add(nn::Dropout(0.3));
    model.add(nn::Dense(10));
    return model;
}

optim::Optimizer optimizer(bool scheduled) {
    if (!scheduled)
        return optim::Adam({.learning_rate = 0.01, .use_ema = true, .ema_momentum = 0.9});
    return optim::Adam({.learning_rate = optim::CosineDecay(0.01, 100), .use_ema = true});
}

// All that the user gets: in the folder `out`, so that it can be compared.
void leave(nn::Sequential& model, const nn::History& history, const fs::path& out) {
    std::vector<formats::NamedTensor> all;
    for (const Tensor& w : model.get_weights())
        all.push_back({"weight " + std::to_string(all.size()), w});
    for (const Parameter& p : model.optimizer().state())
        all.push_back({"optimizer " + std::to_string(all.size()), p.value()});
    for (const auto& [name, values] : history.history)
        all.push_back({"history " + name, tensor(values)});
    all.push_back(
        {"epochs", tensor(std::vector<Index>(history.epoch.begin(), history.epoch.end()))});
    formats::write_safetensors(out / "end.safetensors", all);
    nn::save(model, out / "model.safetensors");
}

// Each start does all of this.
void train(const fs::path& folder, bool scheduled) {
    const Tensor x = formats::read_npy(folder / ".." / "x.npy"),
                 y = formats::read_npy(folder / ".." / "y.npy");
    const auto part = [](const Tensor& t, Index from, Index to) { return slice(t, 0, {from, to}); };
    datasets::Loader loader = datasets::Loader(part(x, 0, trained), part(y, 0, trained))
                                  .shuffle(3)
                                  .map(
                                      [](Tensor picture, Generator& rng) {
                                          return picture + random_normal({28, 28, 1}, rng, 0, 0.05);
                                      },
                                      {.workers = 2, .seed = 4})
                                  .batch(16);
    const fs::path out = folder / "out";
    fs::create_directories(out);
    nn::set_random_seed(7);
    nn::Sequential model = network();
    model.compile({.optimizer = optimizer(scheduled),
                   .loss = nn::SparseCategoricalCrossentropy({.from_logits = true}),
                   .metrics = {"accuracy"}});
    std::vector<nn::Callback> callbacks{
        nn::SwapEMAWeights(), nn::EarlyStopping({.patience = 3, .restore_best_weights = true}),
        nn::ModelCheckpoint((out / "best-{epoch:02d}.safetensors").string(),
                            {.save_best_only = true, .keep = 2}),
        nn::ModelCheckpoint((out / "all.weights.safetensors").string(),
                            {.save_weights_only = true, .save_freq = 7}),
        nn::CSVLogger((out / "log.csv").string())};
    if (!scheduled) callbacks.push_back(nn::ReduceLROnPlateau({.factor = 0.5, .patience = 1}));
    const nn::History history =
        model.fit(loader, {.epochs = 14,
                           .verbose = 0,
                           .callbacks = callbacks,
                           .validation_data = {{part(x, trained, trained + validated),
                                                part(y, trained, trained + validated)}},
                           .resume = {folder / "state", {.save_freq = 4}}});
    leave(model, history, out);
}

// ---- the harness --------------------------------------------------------------------------------

struct Child {
    Child(const fs::path& folder, bool scheduled) {
        fs::create_directories(folder);
        pid = shikumi_test::start_test(scheduled ? "train by a schedule" : "train by a plateau",
                                       {{child_folder, folder.string()}, {"OMP_NUM_THREADS", "1"}},
                                       folder / "said.txt");
    }
    // Waits for its end, but no longer than that: then it is killed. Whether it was.
    bool killed_after(std::chrono::duration<double> time) const {
        const auto until = Clock::now() + time;
        int status = 0;
        while (Clock::now() < until) {
            if (waitpid(pid, &status, WNOHANG) == pid) return ended(status);
            std::this_thread::sleep_for(std::chrono::microseconds(200));
        }
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
        return ended(status);
    }
    static bool ended(int status) {
        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return true;
        REQUIRE(WIFEXITED(status));
        REQUIRE(WEXITSTATUS(status) == 0);
        return false;
    }

    pid_t pid = 0;
};

// Names and bytes of what a training left; but not of its state, which was written less often.
std::map<std::string, std::string> left_in(const fs::path& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::directory_iterator(folder / "out")) {
        // A kill between the two calls that name a file leaves the first name.
        if (entry.path().extension() == ".partial") continue;
        files[entry.path().filename().string()] = shikumi_test::contents(entry.path());
    }
    return files;
}

std::vector<std::string> different(const std::map<std::string, std::string>& a,
                                   const std::map<std::string, std::string>& b) {
    std::vector<std::string> names;
    for (const auto& [name, bytes] : a) {
        if (!b.contains(name) || b.at(name) != bytes) names.push_back(name);
    }
    for (const auto& entry : b) {
        if (!a.contains(entry.first)) names.push_back(entry.first);
    }
    return names;
}

int kills_wanted() {
    const char* const given = std::getenv("SHIKUMI_KILLS");
    return given ? std::atoi(given) : 20;
}

// Digits of MNIST where they are, else of the library's own, enlarged.
void write_digits(const fs::path& folder) {
    datasets::Images digits;
    if (std::getenv("SHIKUMI_DATA")) {
        digits = datasets::mnist({.download = false}).test;
        digits.images = datasets::scale_pixels(digits.images);
    } else {
        digits = datasets::digits();
        digits.images = reshape(
            nn::Resizing(28, 28)(reshape(digits.images, {digits.images.shape()[0], 8, 8, 1})),
            {digits.images.shape()[0], 28, 28});
    }
    constexpr Index all = trained + validated;
    formats::write_npy(folder / "x.npy",
                       reshape(slice(digits.images, 0, {0, all}), {all, 28, 28, 1}));
    formats::write_npy(folder / "y.npy", slice(digits.labels, 0, {0, all}));
}

void check_kills(bool scheduled, int kills) {
    const shikumi_test::TemporaryFolder folder;
    write_digits(folder.path());
    const auto begin = Clock::now();
    REQUIRE_FALSE(Child(folder.path() / "whole", scheduled).killed_after(std::chrono::hours(1)));
    const std::chrono::duration<double> whole = Clock::now() - begin;
    const auto wanted = left_in(folder.path() / "whole");
    REQUIRE(wanted.contains("end.safetensors"));

    std::minstd_rand random(scheduled ? 1 : 2);
    std::uniform_real_distribution<double> share(0.1, 0.9);
    int runs = 0;
    for (int killed = 0; killed < kills; ++runs) {
        const fs::path run = folder.path() / ("run" + std::to_string(runs));
        // A run that is killed all the time gets more time in the end.
        int times = 0;
        while (Child(run, scheduled).killed_after(whole * share(random) * (1 + 0.1 * times))) {
            ++killed;
            ++times;
        }
        CAPTURE(runs, times);
        CHECK(different(left_in(run), wanted) == std::vector<std::string>{});
        // It has ended, early or not: started again, it stays so.
        if (runs > 0) continue;
        REQUIRE_FALSE(Child(run, scheduled).killed_after(std::chrono::hours(1)));
        CHECK(different(left_in(run), wanted) == std::vector<std::string>{});
    }
    WARN(kills << " kills in " << runs << " trainings of " << whole.count() << " s");
}

void train_here(bool scheduled) {
    const char* const folder = std::getenv(child_folder);
    if (!folder) return;
    train(folder, scheduled);
}

}  // namespace

TEST_CASE("train by a schedule", "[.child]") { train_here(true); }
TEST_CASE("train by a plateau", "[.child]") { train_here(false); }

TEST_CASE("a training that is killed at any moment goes on to the same bits", "[faults]") {
    check_kills(false, kills_wanted() - kills_wanted() / 2);
    check_kills(true, kills_wanted() / 2);
}
