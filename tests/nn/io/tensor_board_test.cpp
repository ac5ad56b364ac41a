#include <shikumi/nn/io/tensor_board.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>
#include <string>
#include <thread>

#include <shikumi/formats/detail/events.hpp>
#include <shikumi/shikumi.hpp>

#include "catch.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using namespace shikumi::formats::detail;
using shikumi_test::TemporaryFolder;

namespace {

bool has_events(const TemporaryFolder& folder) {
    try {
        const EventWriter writer(folder.path() / "try");
        return true;
    } catch (const IoError&) {
        WARN("without protozero event files aren't tested");
        return false;
    }
}

// The events in the only file of a folder.
std::vector<Event> events_in(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        files.push_back(entry.path());
    REQUIRE(files.size() == 1);
    const EventFile file = read_events(files.front());
    CHECK_FALSE(file.cut);
    return file.events;
}

std::vector<float> scalars(const std::vector<Event>& events, const std::string& tag) {
    std::vector<float> values;
    for (const Event& event : events) {
        if (event.tag == tag)
            values.push_back(static_cast<float>(std::get<EventScalar>(event.content).value));
    }
    return values;
}

std::vector<float> floats(const std::vector<double>& values) {
    return {values.begin(), values.end()};
}

nn::Sequential model() {
    nn::Sequential m{nn::Dense(3, {.activation = nn::relu, .input_dim = 4, .name = "hidden"}),
                     nn::Dense(1, {.name = "out"})};
    m.compile({.optimizer = optim::SGD({.learning_rate = 0.125}),
               .loss = nn::mean_squared_error,
               .metrics = {nn::mean_absolute_error}});
    return m;
}

nn::History fit(nn::Model& m, const nn::TensorBoard& board, int epochs = 1, double held_out = 0) {
    return m.fit(full({40, 4}, 0.5), zeros({40, 1}),
                 {.batch_size = 10,
                  .epochs = epochs,
                  .verbose = 0,
                  .callbacks = {board},
                  .validation_split = held_out});
}

}  // namespace

TEST_CASE("TensorBoard gets the logs of a training by Keras's tags", "[tensor_board]") {
    const TemporaryFolder folder;
    if (!has_events(folder)) return;
    nn::Sequential m = model();
    const nn::History history =
        fit(m,
            nn::TensorBoard((folder.path() / "logs").string(), {.histogram_freq = 1,
                                                                .write_images = true,
                                                                .write_steps_per_second = true,
                                                                .update_freq = 1}),
            2, 0.5);
    const auto train = events_in(folder.path() / "logs" / "train");
    const auto validation = events_in(folder.path() / "logs" / "validation");
    CHECK(scalars(train, "epoch_loss") == floats(history.history.at("loss")));
    CHECK(scalars(train, "epoch_mean_absolute_error") ==
          floats(history.history.at("mean_absolute_error")));
    CHECK(scalars(train, "epoch_learning_rate") == std::vector<float>{0.125, 0.125});
    CHECK(scalars(train, "epoch_steps_per_second").size() == 2);
    CHECK(scalars(train, "batch_loss").size() == 4);
    CHECK(scalars(validation, "epoch_loss") == floats(history.history.at("val_loss")));
    CHECK(scalars(validation, "evaluation_loss_vs_iterations") ==
          floats(history.history.at("val_loss")));
    std::set<std::string> tags;
    for (const Event& event : train) tags.insert(event.tag);
    for (const char* weight : {"hidden/kernel", "hidden/bias", "out/kernel", "out/bias"}) {
        CHECK(tags.contains(weight + std::string("/histogram")));
        CHECK(tags.contains(weight + std::string("/image")));
    }
    for (const Event& event : train) {
        if (event.tag != "hidden/kernel/histogram") continue;
        double count = 0;
        for (const double c : std::get<EventHistogram>(event.content).count) count += c;
        CHECK(count == 12);
    }
}

TEST_CASE("TensorBoard gets the graph with the names of layers and weights", "[tensor_board]") {
    const TemporaryFolder folder;
    if (!has_events(folder)) return;
    nn::Sequential m = model();
    fit(m, nn::TensorBoard(folder.path().string()));
    const EventGraph* graph = nullptr;
    const auto events = events_in(folder.path() / "train");
    for (const Event& event : events) {
        if (const auto* found = std::get_if<EventGraph>(&event.content)) graph = found;
    }
    REQUIRE(graph);
    std::set<std::string> names;
    for (const EventGraphNode& node : graph->nodes) {
        for (const std::string& input : node.inputs) CHECK(names.contains(input));
        CHECK(names.insert(node.name).second);
    }
    CHECK(names.contains("hidden/kernel"));
    CHECK(names.contains("out/bias"));
    CHECK(names.contains("input"));
    CHECK(std::any_of(names.begin(), names.end(), [](const std::string& name) {
        return name.find("hidden/") != name.npos && name.find("matmul") != name.npos;
    }));
    CHECK_FALSE(std::filesystem::exists(folder.path() / "validation"));
}

TEST_CASE("TensorBoard refuses what can't be", "[tensor_board]") {
    CHECK_THROWS_AS(nn::TensorBoard("logs", {.histogram_freq = -1}), ValueError);
    CHECK_THROWS_AS(nn::TensorBoard("logs", {.update_freq = -1}), ValueError);
    const TemporaryFolder folder;
    nn::Sequential m = model();
    CHECK_THROWS_AS(fit(m, nn::TensorBoard(folder.write("file", "").string())), IoError);
}

TEST_CASE("TensorBoard counts an epoch that was broken off as a whole", "[tensor_board]") {
    const TemporaryFolder folder;
    if (!has_events(folder)) return;
    const nn::TensorBoardOptions options{.write_steps_per_second = true};
    const auto train = [&](const std::string& logs, Index batches) {
        nn::Sequential m = model();
        const nn::LambdaCallback slow({.on_train_batch_end = [&, left = batches](nn::Run&) mutable {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            if (left-- == 0) fail<ValueError>("test", "broken off");
        }});
        m.fit(full({40, 4}, 0.5), zeros({40, 1}),
              {.batch_size = 4,
               .epochs = 2,
               .verbose = 0,
               .callbacks = {nn::TensorBoard((folder.path() / logs).string(), options), slow},
               .resume = {(folder.path() / "state").string(), {.save_freq = 1}}});
    };
    CHECK_THROWS_AS(train("first", 15), ValueError);  // in the second epoch of ten batches
    train("second", 100);
    const auto speeds =
        scalars(events_in(folder.path() / "second" / "train"), "epoch_steps_per_second");
    REQUIRE(speeds.size() == 1);
    CHECK(speeds.front() <= 100);  // a batch takes 10 ms
    CHECK(speeds.front() > 1);
}
