// Files that are written while a training goes on: in order, as of their moment, and waited for.
#include <shikumi/nn/io/detail/write_beside.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/io/detail/writing.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"
#include "support/temporary.hpp"
#include "support/weight_values.hpp"

using namespace shikumi;
using shikumi_test::weight_values;

namespace {

const Tensor x = tensor({{1.0}, {2.0}, {3.0}, {4.0}}).cast(f32), y = 2 * x;

nn::Sequential line() {
    nn::Sequential model{nn::Dense(4, {.activation = nn::tanh, .input_dim = 1}), nn::Dense(1)};
    model.compile({.optimizer = optim::SGD({.momentum = 0.9}), .loss = "mse"});
    return model;
}

// Each epoch gives the disk more to do than it does in an epoch.
void write_slowly(nn::Run& run, std::function<void()> write) {
    nn::detail::write_beside(run, [write = std::move(write)] {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        write();
    });
}

nn::History train(nn::Sequential& model, const nn::LambdaCallbackOptions& hooks) {
    return model.fit(x, y, {.epochs = 5, .verbose = 0, .callbacks = {nn::LambdaCallback(hooks)}});
}

}  // namespace

TEST_CASE("what is written beside a training is written in order, before it ends", "[nn][io]") {
    nn::Sequential model = line();
    std::vector<int> written, at_end;
    std::thread::id by;
    train(model, {.on_epoch_end =
                      [&](nn::Run& run) {
                          write_slowly(run, [&, epoch = run.epoch()] {
                              written.push_back(epoch);
                              by = std::this_thread::get_id();
                          });
                      },
                  .on_train_end =
                      [&](nn::Run& run) {
                          at_end = written;
                          write_slowly(run, [&] { written.push_back(5); });
                      }});
    CHECK(at_end == std::vector{0, 1, 2, 3, 4});
    CHECK(written == std::vector{0, 1, 2, 3, 4, 5});
    CHECK(by != std::this_thread::get_id());
}

TEST_CASE("an error in writing ends the training, and nothing is written after it", "[nn][io]") {
    nn::Sequential model = line();
    std::vector<int> written;
    const auto hooks = [&](int bad) {
        return nn::LambdaCallbackOptions{.on_epoch_end = [&, bad](nn::Run& run) {
            write_slowly(run, [&, bad, epoch = run.epoch()] {
                if (epoch == bad) fail<IoError>("disk", "is full");
                written.push_back(epoch);
            });
        }};
    };
    CHECK_THROWS_WITH(train(model, hooks(1)), shikumi_test::contains("is full"));
    CHECK(written == std::vector{0});
    written.clear();
    CHECK_THROWS_WITH(train(model, hooks(4)), shikumi_test::contains("is full"));  // at the end
    CHECK(written == std::vector{0, 1, 2, 3});
}

TEST_CASE("a training that fails waits for what is being written", "[nn][io]") {
    nn::Sequential model = line();
    std::vector<int> written;
    CHECK_THROWS_AS(train(model, {.on_epoch_end =
                                      [&](nn::Run& run) {
                                          if (run.epoch() == 2) fail<ValueError>("user", "no");
                                          write_slowly(run, [&, epoch = run.epoch()] {
                                              written.push_back(epoch);
                                          });
                                      }}),
                    ValueError);
    CHECK(written == std::vector{0, 1});
}

TEST_CASE("a model that is written later is the one of that moment", "[nn][io]") {
    const shikumi_test::TemporaryFolder folder;
    const auto file = [&](int epoch) {
        return (folder.path() / (std::to_string(epoch) + ".safetensors")).string();
    };
    nn::Sequential model = line();
    std::vector<std::vector<std::vector<float>>> then;
    train(model, {.on_epoch_end = [&](nn::Run& run) {
              write_slowly(run, nn::detail::model_writing(model, file(run.epoch())));
              then.push_back(weight_values<float>(model));
          }});
    REQUIRE(then.size() == 5);
    for (int epoch = 0; epoch < 5; ++epoch)
        CHECK(weight_values<float>(*nn::load(file(epoch))) ==
              then[static_cast<std::size_t>(epoch)]);
    CHECK(then[0] != then[4]);
}
