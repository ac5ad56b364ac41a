// Pending tensors that several threads use: each gets the values that one thread would get.
#include <shikumi/autograd/graph/graph_locks.hpp>

#include <atomic>
#include <functional>
#include <sstream>
#include <thread>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/evaluate/capture/capture.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"
#include "support/threads.hpp"

using namespace shikumi;
using shikumi_test::together;

namespace {

// Counts the rounds in which some thread saw something else than `right`.
template <class Make, class Use>
int wrong_rounds(int rounds, Make make, Use use) {
    int wrong = 0;
    for (int round = 0; round < rounds; ++round) {
        const auto shared = make();
        std::atomic<bool> right = true;
        together(4, [&](int t) {
            if (!use(shared, t)) right = false;
        });
        wrong += right ? 0 : 1;
    }
    return wrong;
}

struct Scaled {
    Tensor x = full({64, 8}, 2.0) / 4.0, y = sum(x * x, {1}, true) * 0.5;  // 0.5; 0.5 · 8/4 = 1
};

}  // namespace

TEST_CASE("data scaled lazily is evaluated by several threads at once") {
    const auto evaluated = [](const Scaled& s, int) {
        evaluate({s.x, s.y});
        return s.y.to_vector<double>()[32] == 1 && s.x.to_vector<double>()[511] == 0.5;
    };
    CHECK(wrong_rounds(
              300, [] { return Scaled(); }, evaluated) == 0);
}

TEST_CASE("every way to look at a pending tensor works from several threads at once") {
    const auto looked = [](const Scaled& s, int t) {
        const auto once = [&](int way) {
            switch (way) {
                case 0:
                    return sum(s.y).item<float>() == 64;
                case 1:
                    return s.y.data<float>()[63] == 1;
                case 2:
                    return s.y.array().data<float>()[5] == 1;
                default: {
                    std::ostringstream out;
                    out << reshape(s.y, {64});
                    return out.str().find('0') == std::string::npos;
                }
            }
        };
        return once(t % 4) && once((t + 1) % 4) && once((t + 2) % 4);
    };
    CHECK(wrong_rounds(
              200, [] { return Scaled(); }, looked) == 0);
}

TEST_CASE("several threads record on one pending graph and differentiate their own part") {
    const auto used = [](const Scaled& s, int t) {
        const Tensor w = full({8, 1}, t + 1.0);
        const Tensor loss = sum(matmul(s.x, w) * s.y);  // 64 · 8 · 0.5 · w
        const Tensor g = grad(loss, {w})[0];            // 64 · 0.5
        return loss.item<float>() == 256 * (t + 1) && g.to_vector<float>()[7] == 32;
    };
    CHECK(wrong_rounds(
              200, [] { return Scaled(); }, used) == 0);
}

TEST_CASE("several threads differentiate one graph, which its own thread evaluates") {
    struct Loss {
        Tensor w = tensor({1., 2., 3.}) * 1;
        Tensor loss = sum(w * w * w);  // gradient 3 w²
    };
    for (int round = 0; round < 200; ++round) {
        const Loss shared;
        std::atomic<int> right = 0;
        std::vector<std::thread> threads;
        for (int t = 0; t < 3; ++t) {
            threads.emplace_back([&] {
                const auto g = grad(shared.loss, {shared.w})[0].to_vector<float>();
                right += g == std::vector<float>{3, 12, 27} ? 1 : 0;
            });
        }
        CHECK(shared.loss.item<float>() == 36);
        for (std::thread& t : threads) t.join();
        CHECK(right == 3);
    }
}

TEST_CASE("the thread that has recorded a graph goes on with it while others evaluate it") {
    for (int round = 0; round < 100; ++round) {
        const Tensor first = full({100}, 3.0) - 1.0;
        std::atomic<int> wrong = 0;
        std::vector<std::thread> threads;
        std::vector<Tensor> steps{first};
        for (int i = 0; i < 20; ++i) steps.push_back(steps.back() + 1.0);
        for (int t = 0; t < 2; ++t) {
            threads.emplace_back([&, t] {
                for (std::size_t i = static_cast<std::size_t>(t); i < 21; i += 2)
                    wrong += steps[i].to_vector<float>()[99] == 2.F + static_cast<float>(i) ? 0 : 1;
            });
        }
        Tensor own = first;
        for (int i = 0; i < 20; ++i) {
            own = own + 1.0;
            if (i % 3 == 0)
                wrong += sum(own).item<float>() == 100.F * (3.F + static_cast<float>(i)) ? 0 : 1;
        }
        for (std::thread& t : threads) t.join();
        CHECK(wrong == 0);
    }
}

TEST_CASE("constants recorded under NoGrad, and parts of several outputs, are shared as well") {
    struct Parts {
        std::vector<Tensor> parts;
        Parts() {
            const NoGrad constant;
            parts = split(ones({8, 1}) * reshape(arange(1, 7).cast(f32), {1, 6}), 3, 1);
        }
    };
    const auto used = [](const Parts& p, int t) {
        const auto i = static_cast<std::size_t>(t % 3);
        return sum(p.parts[i]).item<float>() == 8 * (4 * static_cast<float>(i) + 3) &&
               matmul(transpose(p.parts[i]), p.parts[i]).to_vector<float>()[0] > 0;
    };
    CHECK(wrong_rounds(
              200, [] { return Parts(); }, used) == 0);
}

TEST_CASE("what a thread has left pending is evaluated by several others") {
    const auto recorded = [] {
        Tensor left;
        std::thread([&] { left = exp(zeros({16})) + 1.0; }).join();
        return left;
    };
    CHECK(wrong_rounds(100, recorded,
                       [](const Tensor& t, int) { return sum(t).item<float>() == 32; }) == 0);
}

TEST_CASE("handles on a shared pending graph are dropped while it is evaluated") {
    const std::int64_t nodes = shikumi::detail::live_nodes();
    for (int round = 0; round < 100; ++round) {
        std::vector<Tensor> copies(4, sum(full({32}, 1.0) * 2.0));
        std::atomic<int> right = 0;
        together(4, [&](int t) {
            Tensor mine = std::move(copies[static_cast<std::size_t>(t)]);
            const Tensor more = mine + 1.0;
            mine = Tensor();
            right += more.item<float>() == 65 ? 1 : 0;
        });
        CHECK(right == 4);
    }
    CHECK(shikumi::detail::live_nodes() == nodes);
}

TEST_CASE("pending arguments of captured functions are shared by threads") {
    auto f = capture([](const Tensor& x) { return sum(x * x); });
    const auto called = [&](const Scaled& s, int) { return f(s.x).item<float>() == 128; };
    CHECK(wrong_rounds(
              100, [] { return Scaled(); }, called) == 0);
}

TEST_CASE("a failure of a shared tensor reaches every thread that looks at it") {
    const auto bad = [] { return take(ones({3}), Tensor(tensor({5}).array()).cast(i64)); };
    const auto refused = [](const Tensor& t, int) {
        try {
            evaluate(t);
        } catch (const Error& e) {
            return std::string(e.what()).find("thread") != std::string::npos;
        }
        return false;
    };
    CHECK(wrong_rounds(20, bad, refused) == 0);
}

TEST_CASE("several threads add to the gradients of the same parameters") {
    for (int round = 0; round < 50; ++round) {
        const Parameter w("w", tensor({1., 2.}));
        together(4, [&](int t) {
            for (int i = 0; i < 10; ++i) sum(w * full({2}, t + 1.0)).backward();
        });
        CHECK(w.grad().to_vector<float>() == std::vector<float>{100, 100});
    }
}
