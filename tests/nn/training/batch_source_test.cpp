// fit, evaluate and predict on the batches of a loader.
#include <shikumi/nn/training/batch_source.hpp>

#include <optional>
#include <string>
#include <vector>

#include <shikumi/datasets/loader.hpp>
#include <shikumi/nn/nn.hpp>
#include <shikumi/optim/optim.hpp>

#include "catch.hpp"
#include "support/layers.hpp"

using namespace shikumi;
using datasets::Loader;
using datasets::Sample;
using shikumi_test::contains;
using shikumi_test::numbers;

namespace {

struct Data {
    Tensor x, y;
};
Data data(Index samples = 22) {
    Generator rng(7);
    const Tensor x = random_normal({samples, 3}, rng);
    return {Tensor(x.array()), Tensor(sum(x * x, 1, true).array())};
}

nn::Sequential model() {
    nn::set_random_seed(3);
    nn::Sequential m{nn::Dense(4, {.activation = nn::tanh, .input_dim = 3}), nn::Dropout(0.2),
                     nn::Dense(1)};
    m.compile({.optimizer = optim::Adam({.learning_rate = 0.01}), .loss = nn::mean_squared_error});
    return m;
}

std::vector<double> weights(nn::Sequential& m) {
    std::vector<double> all;
    for (const Tensor& w : m.get_weights()) {
        const std::vector<double> values = numbers(w);
        all.insert(all.end(), values.begin(), values.end());
    }
    return all;
}

Sample noisy(Sample s, Generator& rng) {
    s.x.front() = s.x.front() + 0.1 * random_normal({3}, rng);
    return s;
}

Loader augmented() {
    const auto [x, y] = data();
    return Loader(x, y).shuffle(1).map(noisy, {.workers = 2}).batch(4).prefetch(2);
}

}  // namespace

TEST_CASE("a loader trains as its arrays do", "[nn][loader]") {
    const auto [x, y] = data();
    const nn::FitOptions options{.batch_size = 4, .epochs = 3, .verbose = 0, .shuffle = false};
    nn::Sequential a = model();
    const nn::History by_arrays = a.fit(x, y, options);
    Loader loader = Loader(x, y).batch(4).prefetch(2);
    nn::Sequential b = model();
    const nn::History by_loader = b.fit(loader, options);
    CHECK(weights(a) == weights(b));
    CHECK(by_arrays.history == by_loader.history);
    CHECK(by_loader.params.steps == 6);  // the bar knows its length
    CHECK(loader.position() == Config{{"epoch", 3}, {"element", 0}});

    CHECK(a.evaluate(Loader(x, y).batch(4))["loss"] == a.evaluate(x, y, 4)["loss"]);
    CHECK(numbers(a.predict(Loader(x).batch(4))[0]) == numbers(a.predict(x, 4)));

    nn::FitOptions validated = options, by_arrays_too = options;
    validated.validation_data = {Loader(x, y).batch(8)};
    by_arrays_too.validation_data = {{x, y}};
    by_arrays_too.validation_batch_size = 8;
    nn::Sequential c = model();
    const nn::History first = c.fit(Loader(x, y).batch(4), validated);
    nn::Sequential d = model();
    CHECK(first.history == d.fit(x, y, by_arrays_too).history);
}

TEST_CASE("weights come with the samples of a loader", "[nn][loader]") {
    const auto [x, y] = data();
    const Tensor w = tensor(std::vector<double>(22, 0.25)).cast(f32);
    nn::Sequential a = model();
    a.fit(x, y, {.batch_size = 4, .epochs = 2, .verbose = 0, .shuffle = false, .sample_weight = w});
    nn::Sequential b = model();
    b.fit(Loader({x}, {y}, {w}).batch(4), {.epochs = 2, .verbose = 0});
    CHECK(weights(a) == weights(b));
}

TEST_CASE("a training goes on from a loader's position to the bit", "[nn][loader]") {
    struct Stop final : nn::Hooks {
        explicit Stop(int batches) : left(batches) {}
        void on_train_batch_end(nn::Run& run) override {
            if (--left == 0) run.stop();
        }
        int left;
    };
    Loader whole = augmented(), cut = augmented(), resumed = augmented();
    nn::Sequential a = model();
    a.fit(whole, {.epochs = 4, .verbose = 0});
    nn::Sequential b = model();
    // The same model goes on with another loader that was put back to the first one's place.
    b.fit(cut, {.epochs = 4, .verbose = 0, .callbacks = {nn::Callback(std::make_shared<Stop>(9))}});
    CHECK(cut.position() == Config{{"epoch", 1}, {"element", 3}});
    nn::BatchSource source(resumed);
    REQUIRE(source.has_position());
    source.restore(nn::BatchSource(cut).position());
    b.fit(source, {.epochs = 3, .verbose = 0});
    CHECK(weights(a) == weights(b));
}

TEST_CASE("only loaders tell their position", "[nn][loader]") {
    nn::BatchSource generator([]() -> std::optional<nn::Batch> { return std::nullopt; });
    CHECK_FALSE(generator.has_position());
    CHECK_THROWS_AS(generator.position(), StateError);
    CHECK_THROWS_AS(generator.restore(Config()), StateError);
}

TEST_CASE("fit says which sample of a loader failed", "[nn][loader]") {
    const auto [x, y] = data();
    nn::Sequential m = model();
    Loader loader = Loader(x, y)
                        .map(
                            [](Sample s) {
                                if (s.y.front().item<float>() > 0) fail<IoError>("mine", "damaged");
                                return s;
                            },
                            {.workers = 2})
                        .batch(4);
    CHECK_THROWS_WITH(m.fit(loader, {.verbose = 0}),
                      contains("[mine] damaged, in map of sample 0, epoch 0, in the source of "
                               "batches"));
}
