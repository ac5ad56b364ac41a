#include <shikumi/datasets/loader.hpp>

#include <atomic>
#include <chrono>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/autograd/ops/ops.hpp>

#include "catch.hpp"

using namespace shikumi;
using datasets::Loader;
using datasets::Sample;
using shikumi_test::contains;

namespace {

using Numbers = std::vector<Index>;

Numbers from_to(Index first, Index last) {
    Numbers numbers(static_cast<std::size_t>(last - first));
    std::iota(numbers.begin(), numbers.end(), first);
    return numbers;
}

Tensor numbers(Index first, Index last) {
    const Numbers list = from_to(first, last);
    return Tensor(Array::of(std::span<const Index>(list), {last - first}));
}

Tensor one(Index value) { return full({}, value, i64); }

// The first inputs of what is left of the epoch, one after another.
Numbers rest(Loader& loader) {
    Numbers all;
    for (const Sample& sample : loader) {
        const Numbers values = sample.x.front().to_vector<Index>();
        all.insert(all.end(), values.begin(), values.end());
    }
    return all;
}
Numbers epoch_of(Loader loader) { return rest(loader); }

Loader stream(Index first, Index last) {
    return Loader::from_generator([=] {
        return [n = first, last]() mutable -> std::optional<Sample> {
            if (n == last) return std::nullopt;
            return Sample(one(n++));
        };
    });
}

Numbers sorted(Numbers numbers) {
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

}  // namespace

TEST_CASE("a loader gives the rows of tensors, alone and in batches", "[loader]") {
    const Tensor x = tensor({{1, 2}, {3, 4}, {5, 6}}, f64);
    Loader single(x, numbers(0, 3));
    CHECK(single.size() == 3);
    const Sample first = *single.next();
    CHECK(first.x.front().spec() == Spec{{2}, f64});
    CHECK(first.y.front().spec() == Spec{Shape(), i64});
    CHECK(first.x.front().to_vector<double>() == std::vector<double>{1, 2});

    Loader batches = Loader({x}, {numbers(0, 3)}, {tensor({1, .5, .25}, f64)}).batch(2);
    CHECK(batches.size() == 2);
    const Sample two = *batches.next(), one = *batches.next();
    CHECK(two.x.front().spec() == Spec{{2, 2}, f64});
    CHECK(two.weights.front().to_vector<double>() == std::vector<double>{1, .5});
    CHECK(one.x.front().to_vector<double>() == std::vector<double>{5, 6});
    CHECK(one.y.front().to_vector<Index>() == Numbers{2});
    CHECK_FALSE(batches.next());
    CHECK(batches.epoch() == 1);
    CHECK(batches.next()->x.front().to_vector<double>() == std::vector<double>{1, 2, 3, 4});

    CHECK(Loader(x).batch(2, {.drop_last = true}).size() == 1);
    CHECK(epoch_of(Loader(numbers(0, 7)).batch(3, {.drop_last = true})) == from_to(0, 6));
    CHECK(Loader(datasets::Labelled{x, numbers(0, 3)}).next()->y.size() == 1);
    CHECK(Loader(datasets::Images{x, numbers(0, 3)}).next()->y.size() == 1);
}

TEST_CASE("a loader takes functions of numbers and generators as sources", "[loader]") {
    Loader squares(5, [](Index i) { return Sample(one(i * i)); });
    CHECK(epoch_of(squares) == Numbers{0, 1, 4, 9, 16});
    Loader counted = stream(0, 5).batch(2);
    CHECK_FALSE(counted.size());
    for (int epoch = 0; epoch < 3; ++epoch) CHECK(rest(counted) == from_to(0, 5));
    CHECK(epoch_of(stream(0, 5).batch(2, {.drop_last = true})) == from_to(0, 4));
    CHECK(epoch_of(stream(0, 0).batch(2)).empty());
    CHECK(epoch_of(Loader(0, [](Index) { return Sample(); }).batch(2)).empty());
    // What a generator gives may be a tensor or a pair of them.
    Loader pairs = Loader::from_generator([] {
        return [left = 2]() mutable -> std::optional<std::pair<Tensor, Tensor>> {
            if (left-- == 0) return std::nullopt;
            return std::pair(one(1), one(2));
        };
    });
    CHECK(pairs.batch(8).next()->y.front().to_vector<int>() == std::vector<int>{2, 2});
}

TEST_CASE("shuffle mixes each epoch in its own way and loses nothing", "[loader]") {
    for (const Index buffer : {0, 1, 7, 100, 1000}) {
        for (const bool streams : {false, true}) {
            INFO(buffer << (streams ? " of a stream" : " of rows"));
            const Loader source = streams ? stream(0, 100) : Loader(numbers(0, 100));
            Loader loader = source.shuffle(3, {.buffer = buffer});
            const Numbers first = rest(loader), second = rest(loader);
            CHECK(sorted(first) == from_to(0, 100));
            CHECK(sorted(second) == from_to(0, 100));
            CHECK((first == second) == (buffer == 1));
            CHECK(epoch_of(source.shuffle(3, {.buffer = buffer})) == first);
            CHECK((epoch_of(source.shuffle(4, {.buffer = buffer})) == first) == (buffer == 1));
            for (Index i = 0; buffer > 0 && i < 100; ++i)
                CHECK(first[static_cast<std::size_t>(i)] < i + buffer);
            Loader same = source.shuffle(3, {.buffer = buffer, .each_epoch = false});
            CHECK(rest(same) == rest(same));
        }
    }
    // Every place sees every sample: 2,000 epochs of ten, 200 expected, 5 standard deviations.
    Loader loader = Loader(numbers(0, 10)).shuffle(1);
    std::vector<std::vector<int>> seen(10, std::vector<int>(10));
    for (int epoch = 0; epoch < 2000; ++epoch) {
        const Numbers order = rest(loader);
        for (std::size_t i = 0; i < 10; ++i) ++seen[i][static_cast<std::size_t>(order[i])];
    }
    for (const auto& place : seen) {
        for (const int count : place) CHECK(std::abs(count - 200) < 5 * 13.5);
    }
}

TEST_CASE("take, skip, concatenate and zip choose among rows and streams alike", "[loader]") {
    for (const bool streams : {false, true}) {
        const auto make = [&](Index first, Index last) {
            return streams ? stream(first, last) : Loader(numbers(first, last));
        };
        INFO(streams);
        CHECK(epoch_of(make(0, 10).take(3)) == from_to(0, 3));
        CHECK(epoch_of(make(0, 10).take(30)) == from_to(0, 10));
        CHECK(epoch_of(make(0, 10).skip(8)) == from_to(8, 10));
        CHECK(epoch_of(make(0, 10).skip(80)).empty());
        CHECK(epoch_of(make(0, 10).skip(2).take(3).batch(2)) == from_to(2, 5));
        CHECK(epoch_of(make(0, 10).concatenate(make(10, 25)).batch(4)) == from_to(0, 25));
        CHECK(epoch_of(make(0, 3).concatenate(make(3, 5)).concatenate(make(5, 6))) ==
              from_to(0, 6));
        CHECK(sorted(epoch_of(make(0, 10).concatenate(make(10, 25)).shuffle(1).batch(4))) ==
              from_to(0, 25));
        CHECK(epoch_of(make(0, 10).concatenate(make(10, 25)).skip(12)) == from_to(12, 25));
        Loader both = make(0, 5).zip(make(10, 14)).batch(3);
        const Sample batch = *both.next();
        CHECK(batch.x.size() == 2);
        CHECK(batch.x[1].to_vector<Index>() == from_to(10, 13));
        CHECK(both.next()->x[0].to_vector<Index>() == Numbers{3});
        CHECK_FALSE(both.next());
        const Loader self = make(0, 4);
        CHECK(self.zip(self).batch(4).next()->x[1].to_vector<Index>() == from_to(0, 4));
    }
    CHECK(Loader(numbers(0, 10)).concatenate(Loader(numbers(0, 5))).size() == 15);
    CHECK(Loader(numbers(0, 10)).zip(Loader(numbers(0, 5))).batch(2).size() == 3);
    CHECK(Loader(numbers(0, 10)).skip(4).take(3).size() == 3);
    // Targets that come from elsewhere.
    const Sample labelled =
        *Loader(numbers(0, 4)).zip(Loader::targets(numbers(4, 8))).batch(4).next();
    CHECK(labelled.y.front().to_vector<Index>() == from_to(4, 8));
}

TEST_CASE("map has four forms, on samples and on batches", "[loader]") {
    const Loader rows(numbers(0, 6), numbers(6, 12));
    CHECK(epoch_of(rows.map([](const Tensor& x) { return x + 1; })) == from_to(1, 7));
    CHECK(epoch_of(rows.batch(4).map([](Tensor x) { return x * 2; })) ==
          Numbers{0, 2, 4, 6, 8, 10});
    Loader swapped = rows.map([](Sample s) { return Sample(s.y[0], s.x[0]); }).batch(6);
    CHECK(swapped.next()->y[0].to_vector<Index>() == from_to(0, 6));
    const auto noise = [](const Tensor& x, Generator& rng) {
        return x.cast(f64) + random_uniform({}, rng, 0, 1, f64);
    };
    const auto both = [&](Sample s, Generator& rng) {
        s.x.front() = noise(s.x.front(), rng);
        return s;
    };
    const auto values = [](Loader loader) {
        std::vector<double> all;
        for (int epoch = 0; epoch < 2; ++epoch) {
            for (const Sample& s : loader) all.push_back(s.x.front().item<double>());
        }
        return all;
    };
    const std::vector<double> drawn = values(rows.map(noise));
    CHECK(drawn == values(rows.map(both)));
    CHECK(std::set<double>(drawn.begin(), drawn.end()).size() == 12);
    CHECK(drawn != values(rows.map(noise, {.seed = 1})));
    // Two maps of one loader draw other numbers; steps that don't draw change nothing.
    CHECK(drawn != values(rows.map([](Sample s) { return s; }).map(noise)));
    CHECK(drawn != values(rows.map(noise).cache()));  // the second epoch is the first one
    CHECK(drawn == values(rows.prefetch(2).map(noise).take(6)));
}

TEST_CASE("order and values are the same for any number of workers", "[loader]") {
    const auto slowly = [](const Tensor& x, Generator& rng) {
        const double drawn = random_uniform({}, rng, 0, 1, f64).item<double>();
        std::this_thread::sleep_for(std::chrono::microseconds(static_cast<int>(300 * drawn)));
        return x.cast(f64) + drawn;
    };
    for (const bool streams : {false, true}) {
        const Loader source = streams ? stream(0, 150) : Loader(numbers(0, 150));
        const auto epochs = [&](int workers, Index prefetch) {
            Loader loader = source.shuffle(5, {.buffer = 40})
                                .map(slowly, {.workers = workers})
                                .batch(8)
                                .prefetch(prefetch);
            std::vector<double> all;
            for (int epoch = 0; epoch < 2; ++epoch) {
                for (const Sample& batch : loader) {
                    const auto values = batch.x.front().to_vector<double>();
                    all.insert(all.end(), values.begin(), values.end());
                }
            }
            return all;
        };
        const std::vector<double> alone = epochs(0, 0);
        CHECK(alone.size() == 300);
        for (const int workers : {0, 1, 2, 3, 8}) {
            for (const Index prefetch : {0, 1, 2, 9}) {
                INFO(workers << " workers, " << prefetch << " ahead");
                CHECK(epochs(workers, prefetch) == alone);
            }
        }
    }
}

TEST_CASE("a loader goes on from any position with the same bits", "[loader]") {
    const auto noise = [](const Tensor& x, Generator& rng) {
        return x.cast(f64) + random_uniform({}, rng, 0, 1, f64);
    };
    const auto through = [&](const Loader& source) {
        return source.map(noise, {.workers = 2}).batch(7).prefetch(3);
    };
    const Loader rows(numbers(0, 50));
    const std::vector<std::pair<const char*, Loader>> loaders{
        {"rows", through(rows.shuffle(1))},
        {"a stream", through(stream(0, 50).shuffle(1, {.buffer = 9}))},
        {"cached", through(rows.map(noise).cache().shuffle(1))},
        {"a cached stream", through(stream(0, 50).cache().shuffle(1))},
        {"parts", through(rows.take(20).concatenate(stream(20, 40).skip(3)).shuffle(1))},
        {"both", through(rows.zip(stream(0, 40)).shuffle(1, {.buffer = 10}))},
        {"batches", rows.batch(4).shuffle(2).map(noise, {.workers = 1})},
    };
    for (const auto& [name, loader] : loaders) {
        INFO(name);
        Loader whole = loader;
        std::vector<Config> positions{whole.position()};
        std::vector<std::vector<double>> batches;
        for (int epoch = 0; epoch < 3; ++epoch) {
            for (const Sample& batch : whole) {
                batches.push_back(batch.x.front().to_vector<double>());
                positions.push_back(whole.position());
            }
        }
        for (std::size_t i = 0; i < batches.size(); ++i) {
            Loader resumed = loader;
            resumed.restore(positions[i]);
            CHECK(resumed.position() == positions[i]);
            std::optional<Sample> batch = resumed.next();
            if (!batch) batch = resumed.next();  // a stream's position may be at its end
            REQUIRE(batch);
            CHECK(batch->x.front().to_vector<double>() == batches[i]);
            if (i % 5 != 0 || i + 1 == batches.size()) continue;
            batch = resumed.next();
            if (!batch) batch = resumed.next();
            CHECK(batch->x.front().to_vector<double>() == batches[i + 1]);
        }
    }
    Loader loader = Loader(numbers(0, 10)).batch(5);
    CHECK(loader.position() == Config{{"epoch", 0}, {"element", 0}});
    loader.next(), loader.next();
    CHECK(loader.position() == Config{{"epoch", 1}, {"element", 0}});
    Loader copy = loader;
    copy.restart();
    CHECK(copy.position() == Config{{"epoch", 1}, {"element", 0}});
    for (const Config& bad :
         {Config{{"epoch", 0}, {"element", 3}}, Config{{"epoch", -1}, {"element", 0}},
          Config{{"epoch", 0}, {"element", -1}}, Config{{"epoch", 0}}, Config{{"epoch", "x"}},
          Config(3), Config{{"epoch", 0.5}, {"element", 0}}})
        CHECK_THROWS_AS(loader.restore(bad), ValueError);
    CHECK(loader.position() == Config{{"epoch", 1}, {"element", 0}});
}

TEST_CASE("cache makes each element once", "[loader]") {
    std::atomic<int> made = 0;
    const auto count = [&](Tensor x) {
        ++made;
        return x;
    };
    for (const bool streams : {false, true}) {
        made = 0;
        const Loader source = streams ? stream(0, 20) : Loader(numbers(0, 20));
        Loader loader = source.map(count, {.workers = 2}).cache().shuffle(1).batch(3);
        for (int epoch = 0; epoch < 4; ++epoch) CHECK(sorted(rest(loader)) == from_to(0, 20));
        CHECK(made == 20);
    }
    made = 0;
    Loader partly = Loader(numbers(0, 20)).map(count).cache().batch(5);
    partly.next();
    CHECK(made == 5);
    partly.restart();
    CHECK(rest(partly) == from_to(0, 20));
    CHECK(made == 20);
}

TEST_CASE("batch pads samples of different sizes or refuses them", "[loader]") {
    const auto sample = [](Index i) {
        return Sample(full({i + 1, 2, 3 - i}, static_cast<double>(i + 1), f32), one(i));
    };
    const Loader ragged(3, sample);
    const Sample padded = *ragged.batch(3, {.padding = -1}).next();
    REQUIRE(padded.x.front().spec() == Spec{{3, 3, 2, 3}, f32});
    const std::vector<float> values = padded.x.front().to_vector<float>();
    for (Index i = 0; i < 3; ++i) {
        for (Index a = 0; a < 3; ++a) {
            for (Index b = 0; b < 2; ++b) {
                for (Index c = 0; c < 3; ++c) {
                    const bool inside = a < i + 1 && c < 3 - i;
                    CHECK(values[static_cast<std::size_t>(((i * 3 + a) * 2 + b) * 3 + c)] ==
                          (inside ? static_cast<float>(i + 1) : -1));
                }
            }
        }
    }
    CHECK(padded.y.front().to_vector<Index>() == from_to(0, 3));
    CHECK(ragged.batch(1).next()->x.front().shape() == Shape{1, 1, 2, 3});
    CHECK_THROWS_AS(ragged.batch(3).next(), ShapeError);
    CHECK_THROWS_WITH(
        ragged.batch(3).next(),
        contains("[batch] sample 1 is f32 (2, 2, 2), those before it f32 (1, 2, 3)") &&
            contains(".padding"));
    const Loader ranks(2, [](Index i) { return Sample(i == 0 ? one(1) : numbers(0, 1)); });
    CHECK_THROWS_AS(ranks.batch(2, {.padding = 0}).next(), ShapeError);
    const Loader types(2, [](Index i) { return Sample(full({1}, 1, i == 0 ? f32 : f64)); });
    CHECK_THROWS_AS(types.batch(2, {.padding = 0}).next(), DTypeError);
    const Loader parts(2, [](Index i) { return i == 0 ? Sample(one(1)) : Sample(one(1), one(2)); });
    CHECK_THROWS_AS(parts.batch(2).next(), ValueError);
}

TEST_CASE("an error names step and sample, and nothing is lost", "[loader]") {
    struct Foreign : std::runtime_error {
        using std::runtime_error::runtime_error;
    };
    for (const int workers : {0, 1, 2, 4}) {
        for (const bool foreign : {false, true}) {
            INFO(workers);
            std::atomic<bool> bad = true;
            const auto f = [&](Tensor x) {
                if (bad && x.item<Index>() == 41) {
                    if (foreign) throw Foreign("no such picture");
                    fail<IoError>("mine", "no such picture");
                }
                return x;
            };
            Loader loader =
                Loader(numbers(0, 64)).shuffle(2).map(f, {.workers = workers}).batch(4).prefetch(3);
            const Numbers order = epoch_of(Loader(numbers(0, 64)).shuffle(2));
            const auto at = std::find(order.begin(), order.end(), 41) - order.begin();
            Numbers got;
            const auto collect = [&] {
                for (const Sample& s : loader) {
                    const Numbers values = s.x.front().to_vector<Index>();
                    got.insert(got.end(), values.begin(), values.end());
                }
            };
            for (int attempt = 0; attempt < 3; ++attempt) {
                try {
                    collect();
                    FAIL("no error");
                } catch (const Error& e) {
                    CHECK_THAT(e.what(), contains("no such picture, in map of sample 41, epoch 0"));
                    CHECK(std::string(e.what()).starts_with(foreign ? "[Loader] " : "[mine] "));
                }
                CHECK(static_cast<Index>(got.size()) == at / 4 * 4);
                CHECK(loader.position() == Config{{"epoch", 0}, {"element", at / 4}});
            }
            bad = false;
            collect();
            CHECK(got == order);
        }
    }
    Loader source(3, [](Index i) -> Sample {
        if (i == 2) fail<IoError>("mine", "damaged");
        return one(i);
    });
    CHECK_THROWS_WITH(rest(source), contains("[mine] damaged, in sample 2 of the source"));
    Loader generator = Loader::from_generator([] {
        return [n = 0]() mutable -> std::optional<Sample> {
            if (n == 2) throw Foreign("cut off");
            return Sample(one(n++));
        };
    });
    CHECK_THROWS_WITH(rest(generator), contains("[Loader] cut off, in sample 2 of the source"));
    Loader batches = Loader(numbers(0, 6)).batch(2).map([](Sample s) -> Sample {
        if (s.x.front().to_vector<Index>()[0] == 4) throw 3;
        return s;
    });
    batches.next(), batches.next();
    CHECK_THROWS_AS(batches.next(), int);
    CHECK_THROWS_WITH(Loader(1, [](Index) { return Sample(); }).next(), contains("has no values"));
    CHECK_THROWS_AS(Loader(1, [](Index) { return Sample(Tensor()); }).next(), StateError);
}

TEST_CASE("a loader ends while its threads work, and is moved and copied", "[loader]") {
    const auto slow = [](Tensor x) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return x;
    };
    const Loader pattern = Loader(numbers(0, 200)).map(slow, {.workers = 3}).batch(4).prefetch(8);
    for (int i = 0; i < 20; ++i) {
        Loader loader = pattern;
        for (int taken = 0; taken < i % 4; ++taken) loader.next();
    }
    Loader loader = pattern;
    loader.next();
    Loader moved = std::move(loader);
    CHECK(moved.next()->x.front().to_vector<Index>() == from_to(4, 8));
    Loader copy = moved;
    CHECK(rest(copy) == from_to(8, 200));
    CHECK(moved.next()->x.front().to_vector<Index>() == from_to(8, 12));
    moved = pattern;
    CHECK(rest(moved) == from_to(0, 200));
    moved.next();
    moved.restart();
    CHECK(moved.epoch() == 2);
    CHECK(moved.next()->x.front().to_vector<Index>() == from_to(0, 4));
}

TEST_CASE("a loader refuses options that mean nothing", "[loader]") {
    const Loader rows(numbers(0, 4));
    CHECK_THROWS_AS(Loader(one(1)), ShapeError);
    CHECK_THROWS_AS(Loader(numbers(0, 4), numbers(0, 3)), ShapeError);
    CHECK_THROWS_AS(Loader(std::vector<Tensor>{}, {}), ValueError);
    CHECK_THROWS_AS(Loader(-1, [](Index) { return Sample(); }), ValueError);
    CHECK_THROWS_AS(rows.batch(0), ValueError);
    CHECK_THROWS_AS(rows.batch(-1), ValueError);
    CHECK_THROWS_AS(rows.take(-1), ValueError);
    CHECK_THROWS_AS(rows.skip(-1), ValueError);
    CHECK_THROWS_AS(rows.prefetch(-1), ValueError);
    CHECK_THROWS_AS(rows.shuffle(1, {.buffer = -1}), ValueError);
    CHECK_THROWS_AS(rows.map([](Tensor x) { return x; }, {.workers = -1}), ValueError);
    CHECK_THROWS_WITH(rows.batch(-2), contains("[Loader] the batch size must be positive, got -2"));
}

TEST_CASE("batches after the first ones take no new memory", "[loader]") {
    Loader loader = Loader(full({4096, 64}, 1, f32), numbers(0, 4096)).shuffle(1).batch(64);
    rest(loader);
    const auto before = memory_stats();
    for (int epoch = 0; epoch < 3; ++epoch) rest(loader);
    if (memory_stats().cached > 0)  // sanitizers run without a pool
        CHECK(memory_stats().allocations == before.allocations);
    CHECK(memory_stats().live == before.live);
}
