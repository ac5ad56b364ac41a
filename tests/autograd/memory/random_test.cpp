#include <array>
#include <set>
#include <thread>
#include <vector>

#include <shikumi/autograd/memory/random.hpp>

#include "catch.hpp"

using namespace shikumi;

TEST_CASE("Philox gives the published numbers", "[random]") {
    // Known answers of philox4x32 with 10 rounds, from the authors' Random123 (kat_vectors).
    struct Answer {
        RandomKey key;
        std::uint64_t counter;
        std::array<std::uint32_t, 4> words;
    };
    constexpr std::uint64_t ones = ~std::uint64_t{0};
    constexpr Answer answers[] = {
        {{0, 0}, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{ones, ones}, ones, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        // digits of pi
        {{0x299f31d0a4093822, 0x0370734413198a2e},
         0x85a308d3243f6a88,
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (const Answer& a : answers) CHECK(philox(a.key, a.counter) == a.words);
    static_assert(philox({}, 0)[0] == 0x6627e8d5);
}

TEST_CASE("a generator never gives the same stream twice", "[random]") {
    Generator a(3), b(3), c(4);
    const RandomKey first = a.next(), second = a.next();
    CHECK(first.seed == 3);
    CHECK(first.stream != second.stream);
    CHECK(RandomStream(first).bits() == RandomStream(b.next()).bits());
    CHECK(RandomStream(first).bits() != RandomStream(second).bits());
    CHECK(RandomStream(first).bits() != RandomStream(c.next()).bits());
}

TEST_CASE("a stream walks through Philox's words", "[random]") {
    const RandomKey key{5, 6};
    RandomStream stream(key);
    for (std::uint64_t block = 0; block < 3; ++block) {
        for (const std::uint32_t word : philox(key, block)) CHECK(stream.bits() == word);
    }
}

TEST_CASE("uniform numbers fill [0, 1)", "[random]") {
    RandomStream stream({1, 2});
    constexpr int count = 100000;
    std::array<int, 16> bins{};
    double mean = 0;
    bool inside = true;
    for (int i = 0; i < count; ++i) {
        const double x = stream.uniform();
        inside = inside && x >= 0 && x < 1;
        ++bins[static_cast<std::size_t>(x * 16)];
        mean += x / count;
    }
    CHECK(inside);
    CHECK(mean == Approx(0.5).margin(0.004));
    for (const int b : bins) CHECK(b == Approx(count / 16).margin(320));
}

TEST_CASE("whole numbers below a bound are unbiased", "[random]") {
    RandomStream stream({1, 3});
    std::array<int, 7> bins{};
    for (int i = 0; i < 70000; ++i) ++bins.at(stream.below(7));
    for (const int b : bins) CHECK(b == Approx(10000).margin(400));
    CHECK(stream.below(1) == 0);
    // Three quarters of the range: without rejection the low third would be twice as frequent.
    constexpr std::uint32_t bound = 3U << 30;
    int low = 0;
    for (int i = 0; i < 30000; ++i) low += stream.below(bound) < bound / 3;
    CHECK(low == Approx(10000).margin(400));
}

TEST_CASE("threads that draw from one generator never share numbers") {
    Generator rng(3);
    std::array<std::vector<std::uint64_t>, 4> streams;
    std::vector<std::thread> threads;
    for (auto& own : streams) {
        threads.emplace_back([&own, &rng] {
            for (int i = 0; i < 1000; ++i) own.push_back(rng.next().stream);
        });
    }
    for (std::thread& t : threads) t.join();
    std::set<std::uint64_t> all;
    for (const auto& own : streams) all.insert(own.begin(), own.end());
    CHECK(all.size() == 4000);
    CHECK(*all.rbegin() == 3999);
}
