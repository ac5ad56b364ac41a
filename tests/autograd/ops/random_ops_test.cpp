// Random tensors: moments, ranges, and dependence on their key alone.
#include "catch.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

#include <shikumi/autograd/kernels/threads.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

using namespace shikumi;

namespace {

struct Moments {
    double mean = 0, deviation = 0, least = 0, most = 0;
};

Moments moments(const Tensor& t) {
    const std::vector<double> x = t.to_vector<double>();
    const double n = static_cast<double>(x.size());
    Moments m;
    m.mean = std::accumulate(x.begin(), x.end(), 0.0) / n;
    for (const double v : x) m.deviation += (v - m.mean) * (v - m.mean) / n;
    m.deviation = std::sqrt(m.deviation);
    m.least = *std::min_element(x.begin(), x.end());
    m.most = *std::max_element(x.begin(), x.end());
    return m;
}

constexpr Index many = 400001;

}  // namespace

TEST_CASE("moments of the distributions") {
    for (const DType dtype : {f32, f64}) {
        Generator rng(11);
        const Moments uniform = moments(random_uniform({many}, rng, -1, 3, dtype));
        CHECK(uniform.mean == Approx(1).margin(0.01));
        CHECK(uniform.deviation == Approx(4 / std::sqrt(12.0)).epsilon(0.01));
        CHECK(uniform.least >= -1);
        CHECK(uniform.most < 3);
        const Moments normal = moments(random_normal({many}, rng, 2, 0.5, dtype));
        CHECK(normal.mean == Approx(2).margin(0.005));
        CHECK(normal.deviation == Approx(0.5).epsilon(0.01));
        CHECK(normal.most > 2 + 4 * 0.5);
        const Moments truncated = moments(random_truncated_normal({many}, rng, 1, 3, dtype));
        CHECK(truncated.mean == Approx(1).margin(0.02));
        CHECK(truncated.deviation == Approx(3 * 0.879626).epsilon(0.01));
        CHECK(truncated.least >= 1 - 6);
        CHECK(truncated.most <= 1 + 6);
        const Moments coin = moments(random_bernoulli({many}, rng, 0.3, dtype));
        CHECK(coin.mean == Approx(0.3).margin(0.005));
    }
}

TEST_CASE("each number comes from its own word of Philox, whatever the processor") {
    for (const Index size : {1, 3, 4, 5, 131, 100001}) {
        Generator rng(7), same(7);
        const auto word = [](RandomKey key, Index i) {
            return philox(key, static_cast<std::uint64_t>(i / 4))[static_cast<std::size_t>(i % 4)];
        };
        std::vector<float> uniform, coins;
        const RandomKey first = same.next(), second = same.next();
        const float low = -0.3F, width = static_cast<float>(0.9 + 0.3);
        for (Index i = 0; i < size; ++i) {
            const float scaled = width * (static_cast<float>(word(first, i) >> 8) * 0x1p-24F);
            uniform.push_back(std::min(low + scaled, std::nextafter(0.9F, low)));
            coins.push_back(static_cast<double>(word(second, i)) < 0.3 * 0x1p32 ? 1.0F : 0.0F);
        }
        CHECK(random_uniform({size}, rng, -0.3, 0.9).to_vector<float>() == uniform);
        CHECK(random_bernoulli({size}, rng, 0.3).to_vector<float>() == coins);
    }
}

TEST_CASE("a uniform interval excludes its end even where rounding would reach it") {
    Generator rng(1);
    CHECK(moments(random_uniform({many}, rng, 1, 1 + 0x1p-22)).most < 1 + 0x1p-22);
    CHECK(moments(random_uniform({100}, rng, 5, 5)).most == 5);
}

TEST_CASE("probabilities 0 and 1 are certain") {
    Generator rng(1);
    CHECK(moments(random_bernoulli({many}, rng, 0)).most == 0);
    CHECK(moments(random_bernoulli({many}, rng, 1)).least == 1);
    CHECK(random_bernoulli({5}, rng, 1, bool_).dtype() == bool_);
}

TEST_CASE("the same seed gives the same numbers, streams differ") {
    const auto draw = [](Generator& rng) { return random_normal({1001}, rng).to_vector<float>(); };
    Generator a(7), b(7), c(8);
    const auto first = draw(a), second = draw(a);
    CHECK(first == draw(b));
    CHECK(second == draw(b));
    CHECK(first != second);
    CHECK(first != draw(c));
}

TEST_CASE("random numbers depend neither on the shape nor on the number of threads") {
    const int before = num_threads();
    std::vector<std::vector<float>> results;
    for (const int threads : {1, 3}) {
        set_num_threads(threads);
        Generator rng(3);
        results.push_back(random_truncated_normal({many}, rng).to_vector<float>());
    }
    set_num_threads(before);
    CHECK(results[0] == results[1]);
    Generator rng(3);
    const auto few = random_truncated_normal({10, 10}, rng).to_vector<float>();
    CHECK(std::equal(few.begin(), few.end(), results[0].begin()));
}

TEST_CASE("a random tensor keeps its numbers") {
    Generator rng(5);
    const Tensor x = random_uniform({10}, rng);
    const Tensor y = x * 2, z = x * 2;
    CHECK(y.to_vector<float>() == z.to_vector<float>());
    CHECK(x.to_vector<float>()[3] * 2 == y.to_vector<float>()[3]);
}

TEST_CASE("a permutation has each number once, and every permutation occurs") {
    Generator rng(2);
    std::vector<std::int64_t> p = random_permutation(1000, rng).to_vector<std::int64_t>();
    CHECK_FALSE(std::is_sorted(p.begin(), p.end()));
    std::sort(p.begin(), p.end());
    for (std::size_t i = 0; i < p.size(); ++i) CHECK(p[i] == static_cast<std::int64_t>(i));
    std::set<std::vector<int>> seen;
    for (int i = 0; i < 200; ++i) seen.insert(random_permutation(3, rng).to_vector<int>());
    CHECK(seen.size() == 6);
    CHECK(random_permutation(0, rng).to_vector<int>().empty());
    CHECK(random_permutation(1, rng).to_vector<int>() == std::vector<int>{0});
}

TEST_CASE("empty and scalar random tensors") {
    Generator rng(2);
    CHECK(random_normal({0, 3}, rng).to_vector<float>().empty());
    CHECK(random_uniform({}, rng).rank() == 0);
    CHECK(random_uniform({}, rng).item<float>() < 1);
}

TEST_CASE("mistakes in distributions") {
    Generator rng(0);
    CHECK_THROWS_AS(random_uniform({2}, rng, 1, 0), ValueError);
    const auto refused = {INFINITY, -INFINITY, NAN};
    for (const double bad : refused) {
        CHECK_THROWS_AS(random_uniform({2}, rng, bad, 1), ValueError);
        CHECK_THROWS_AS(random_uniform({2}, rng, 0, bad), ValueError);
        CHECK_THROWS_AS(random_normal({2}, rng, bad), ValueError);
        CHECK_THROWS_AS(random_normal({2}, rng, 0, bad), ValueError);
        CHECK_THROWS_AS(random_truncated_normal({2}, rng, bad), ValueError);
    }
    CHECK_THROWS_AS(random_uniform({2}, rng, 0, 1e39), ValueError);
    // high - low overflows.
    for (const auto& [dtype, most] : {std::pair(f32, 3e38), std::pair(f64, 1.7e308)}) {
        const auto wide = random_uniform({1000}, rng, -most, most, dtype).to_vector<double>();
        CHECK(*std::min_element(wide.begin(), wide.end()) < -0.9 * most);
        CHECK(*std::max_element(wide.begin(), wide.end()) > 0.9 * most);
        CHECK(std::all_of(wide.begin(), wide.end(),
                          [&, m = most](double x) { return std::abs(x) <= m * 1.000001; }));
    }
    CHECK_THROWS_AS(random_normal({2}, rng, 0, -1), ValueError);
    CHECK_THROWS_AS(random_normal({2}, rng, 0, std::nan("")), ValueError);
    CHECK_THROWS_AS(random_bernoulli({2}, rng, 1.5), ValueError);
    CHECK_THROWS_AS(random_permutation(-1, rng), ValueError);
    CHECK_THROWS_AS(random_uniform({2}, rng, 0, 1, i64), DTypeError);
}
