#include <shikumi/nn/report/run_folder.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <regex>
#include <sstream>
#include <thread>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/formats/safetensors.hpp>
#include <shikumi/nn/io/architecture.hpp>
#include <shikumi/nn/io/json.hpp>
#include <shikumi/nn/io/weights.hpp>
#include <shikumi/nn/nn.hpp>
#include <shikumi/optim/optim.hpp>

#include "catch.hpp"
#include "support/svg.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using namespace shikumi_test;

namespace {

std::filesystem::path folder_of(const nn::RunFolder& run) { return run.path(); }

// Pictures of 8 x 8 pixels with a bright row or column.
struct Pictures {
    Tensor x, y;
};
Pictures pictures(Index count) {
    std::vector<float> x(static_cast<std::size_t>(count) * 64, 0.F);
    std::vector<std::int64_t> y;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        y.push_back(static_cast<std::int64_t>(i % 2));
        for (std::size_t k = 0; k < 8; ++k)
            x[64 * i + (i % 2 ? 8 * k + i % 7 : 8 * (i % 7) + k)] = 1;
    }
    return {tensor(x, {count, 8, 8, 1}), tensor(y)};
}

nn::Sequential classifier() {
    nn::set_random_seed(5);
    nn::Sequential m{nn::Conv2D(4, 3, {.activation = nn::relu, .input_shape = {8, 8, 1}}),
                     nn::Flatten(), nn::Dense(2, {.activation = nn::softmax})};
    m.compile({.optimizer = optim::Adam({.learning_rate = 0.01}),
               .loss = nn::sparse_categorical_crossentropy,
               .metrics = {nn::accuracy}});
    return m;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t n = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
    return n;
}

}  // namespace

TEST_CASE("a training leaves a folder that shows it", "[run_folder]") {
    const TemporaryFolder folder;
    nn::Sequential m = classifier();
    const auto [x, y] = pictures(64);
    const nn::RunFolder run(
        {.folder = folder.path() / "runs", .class_names = {"rows & <all>", "columns"}});
    CHECK(run.path().empty());
    m.fit(
        x, y,
        {.batch_size = 8, .epochs = 3, .verbose = 0, .callbacks = {run}, .validation_split = 0.25});
    CHECK(folder_of(run).parent_path() == folder.path() / "runs");
    CHECK(std::regex_match(folder_of(run).filename().string(),
                           std::regex("\\d{4}-\\d\\d-\\d\\d-\\d\\d-\\d\\d-\\d\\d")));

    const auto lines = lines_of(contents(folder_of(run) / "metrics.csv"));
    REQUIRE(lines.size() == 4);
    CHECK(lines[0] == "epoch,loss,accuracy,val_loss,val_accuracy,learning_rate");
    CHECK(lines[1].starts_with("1,"));
    CHECK(lines[3].ends_with(",0.01"));
    CHECK(std::stod(lines[2].substr(2)) == m.history().history.at("loss")[1]);

    CHECK(!elements(contents(folder_of(run) / "model.svg"), "rect", "box").empty());
    const Config config = nn::parse_json(contents(folder_of(run) / "config.json"), "config.json");
    CHECK(nn::architecture(*nn::model_from_config(*config.find("architecture"))) ==
          nn::architecture(m));
    CHECK(*config.find("training")->find("epochs") == Config(3));
    CHECK(*config.find("compile")->find("optimizer")->find("class_name") == Config("Adam"));
    nn::Sequential other = classifier();
    CHECK(nn::load_weights(other, folder_of(run) / "last.safetensors").complete());
    for (std::size_t i = 0; i < 4; ++i)
        CHECK(other.get_weights()[i].to_vector<float>() == m.get_weights()[i].to_vector<float>());
    CHECK(nn::load_weights(other, folder_of(run) / "best.safetensors").complete());
}

TEST_CASE("the page holds everything and fetches nothing", "[run_folder]") {
    const TemporaryFolder folder;
    nn::Sequential m = classifier();
    const auto [x, y] = pictures(64);
    const nn::RunFolder run(
        {.folder = folder.path(), .name = "a", .class_names = {"rows & <all>", "columns"}});
    m.fit(
        x, y,
        {.batch_size = 8, .epochs = 1, .verbose = 0, .callbacks = {run}, .validation_split = 0.5});
    CHECK(run.path() == folder.path() / "a");
    const std::string page = contents(folder_of(run) / "report.html");
    for (const char* part :
         {"Curves", ">loss<", ">accuracy<", ">learning rate<", "norm of the gradient",
          "Confusion matrix", "Worst mistakes", "rows &amp; &lt;all&gt;", "4 filters", "Conv2D",
          "Total params", "OpenBLAS", "prefers-color-scheme:dark", "1 of 1 epochs",
          "of 32 validation samples are right"}) {
        INFO(part);
        CHECK(page.find(part) != std::string::npos);
    }
    CHECK(page.find("<script") == std::string::npos);
    CHECK(count(page, "http") == count(page, "http://www.w3.org/2000/svg"));
    CHECK(page.find("nan") == std::string::npos);
    CHECK(page.size() < 200'000);
    // Each picture is XML, and so is the page as a whole but for its first line and void elements.
    for (auto at = page.find("<svg"); at != std::string::npos; at = page.find("<svg", at + 1))
        CHECK(!elements(page.substr(at, page.find("</svg>", at) + 6 - at)).empty());
}

TEST_CASE("each training gets a folder of its own", "[run_folder]") {
    const TemporaryFolder folder;
    nn::Sequential m = classifier();
    const auto [x, y] = pictures(8);
    const nn::RunFolder run({.folder = folder.path(), .name = "a"});
    for (const char* name : {"a", "a-2", "a-3"}) {
        m.fit(x, y, {.verbose = 0, .callbacks = {run}});
        CHECK(run.path() == folder.path() / name);
    }
    CHECK(folder.entries() == 3);
}

TEST_CASE("a training with a report ends with the same bits", "[run_folder]") {
    const TemporaryFolder folder;
    const auto [x, y] = pictures(64);
    const auto trained = [&, &x = x, &y = y](std::vector<nn::Callback> callbacks) {
        nn::Sequential m = classifier();
        m.fit(x, y,
              {.batch_size = 8,
               .epochs = 2,
               .verbose = 0,
               .callbacks = std::move(callbacks),
               .validation_split = 0.25});
        std::vector<std::vector<float>> all;
        for (const Tensor& w : m.get_weights()) all.push_back(w.to_vector<float>());
        return all;
    };
    CHECK(trained({}) == trained({nn::RunFolder({.folder = folder.path()})}));
}

TEST_CASE("the best weights are those of the best epoch", "[run_folder]") {
    const TemporaryFolder folder;
    nn::Sequential m = classifier();
    const auto [x, y] = pictures(16);
    std::vector<float> first;
    // The learning rate of the second epoch spoils the weights.
    const auto spoil = [&](nn::EpochLog& log) {
        if (log.epoch == 0) first = m.get_weights()[0].to_vector<float>();
        m.optimizer().set_learning_rate(10);
    };
    const nn::RunFolder run({.folder = folder.path(), .monitor = "val_loss"});
    m.fit(x, y,
          {.epochs = 2,
           .verbose = 0,
           .callbacks = {run},
           .validation_data = {{x, y}},
           .on_epoch_end = spoil});
    nn::load_weights(m, folder_of(run) / "best.safetensors");
    CHECK(m.get_weights()[0].to_vector<float>() == first);
    nn::load_weights(m, folder_of(run) / "last.safetensors");
    CHECK(m.get_weights()[0].to_vector<float>() != first);
    CHECK_THAT(contents(folder_of(run) / "report.html"), contains("best validation loss, epoch 1"));
}

TEST_CASE("models of all kinds have a page", "[run_folder]") {
    const TemporaryFolder folder;
    SECTION("a regression shows what is predicted beside what is true") {
        nn::Sequential m{nn::Dense(1, {.input_dim = 3})};
        m.compile({.loss = nn::mean_squared_error});
        const Tensor x = reshape(arange(0, 30, 1).cast(f32), {10, 3}) / 30;
        const nn::RunFolder run({.folder = folder.path()});
        m.fit(x, sum(x, {1}), {.verbose = 0, .callbacks = {run}, .validation_split = 0.5});
        CHECK_THAT(contents(folder_of(run) / "report.html"),
                   contains(">predicted<") && !contains("Confusion"));
    }
    SECTION("a class of its own, a step of its own, no validation") {
        struct Own final : nn::Model {
            Tensor call(const Tensor& x, nn::Mode mode) override { return dense(x, mode); }
            nn::Logs train_step(const nn::Batch& batch) override {
                const nn::Logs all = Model::train_step(batch);
                nn::Logs logs;
                logs.add("mine", all["loss"]);
                return logs;
            }
            nn::Dense dense{2};
        };
        Own m;
        m.compile({.loss = nn::mean_squared_error});
        const nn::RunFolder run({.folder = folder.path()});
        m.fit(ones({8, 3}), zeros({8, 2}), {.epochs = 2, .verbose = 0, .callbacks = {run}});
        CHECK_THAT(contents(folder_of(run) / "report.html"), contains(">mine<"));
        CHECK(!std::filesystem::exists(folder_of(run) / "best.safetensors"));
        CHECK(std::filesystem::exists(folder_of(run) / "last.safetensors"));
    }
    SECTION("layers of the same name keep weights apart") {
        nn::Sequential m{nn::Dense(3, {.input_dim = 2, .name = "same"}),
                         nn::Dense(3, {.name = "same"})};
        m.compile({.loss = nn::mean_squared_error});
        const nn::RunFolder run({.folder = folder.path()});
        m.fit(ones({4, 2}), zeros({4, 3}), {.verbose = 0, .callbacks = {run}});
        const formats::SafetensorsFile last(folder_of(run) / "last.safetensors");
        CHECK(last.names().size() == 4);
    }
    SECTION("a loss of 0 has gradients without a place on a logarithmic scale") {
        nn::Sequential m{nn::Dense(1, {.kernel_initializer = nn::zeros_init(), .input_dim = 1})};
        m.compile({.loss = nn::mean_squared_error});
        const nn::RunFolder run({.folder = folder.path()});
        m.fit(ones({4, 1}), zeros({4, 1}), {.verbose = 0, .callbacks = {run}});
        CHECK_THAT(contents(folder_of(run) / "report.html"), !contains("norm of the gradient"));
    }
}

TEST_CASE("a folder that can't be made is refused before anything is trained", "[run_folder]") {
    const TemporaryFolder folder;
    nn::Sequential m = classifier();
    const auto before = m.get_weights()[0].to_vector<float>();
    const auto [x, y] = pictures(8);
    const auto file = folder.write("file", "not a folder");
    CHECK_THROWS_AS(m.fit(x, y, {.verbose = 0, .callbacks = {nn::RunFolder({.folder = file})}}),
                    IoError);
    CHECK_THROWS_AS(
        m.fit(x, y,
              {.verbose = 0,
               .callbacks = {nn::RunFolder({.folder = folder.path(), .monitor = "val_loss"})}}),
        ValueError);
    CHECK(m.get_weights()[0].to_vector<float>() == before);
}

TEST_CASE("a training that is resumed goes on in its folder", "[run_folder]") {
    const TemporaryFolder folder;
    const auto [x, y] = pictures(32);
    struct Stop {};
    const auto train = [&, &x = x, &y = y](bool broken_off) {
        nn::Sequential m = classifier();
        const nn::RunFolder run({.folder = folder.path() / "runs"});
        struct BreakOff final : nn::Hooks {
            explicit BreakOff(bool on) : on(on) {}
            void on_epoch_begin(nn::Run& r) override {
                if (on && r.epoch() == 2) fail<StateError>("test", "broken off");
            }
            bool on;
        };
        nn::FitOptions how{.batch_size = 8,
                           .epochs = 4,
                           .verbose = 0,
                           .callbacks = {run, BreakOff(broken_off)},
                           .validation_split = 0.25};
        how.resume = (folder.path() / "state").string();
        if (broken_off)
            CHECK_THROWS_AS(m.fit(x, y, how), StateError);
        else
            m.fit(x, y, how);
        return run.path();
    };
    const std::filesystem::path first = train(true);
    CHECK(train(false) == first);
    CHECK(lines_of(contents(first / "metrics.csv")).size() == 5);
    CHECK_THAT(contents(first / "report.html"), contains("4 of 4 epochs"));
}
