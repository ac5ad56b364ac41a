// Handles move between threads; no node is lost or freed twice.
#include "catch.hpp"

#include <thread>
#include <vector>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/ops/ops.hpp>

using namespace shikumi;

TEST_CASE("handles copied, moved and dropped on other threads") {
    const std::int64_t nodes = shikumi::detail::live_nodes();
    for (int round = 0; round < 200; ++round) {
        Tensor mine = ones({3}) + 1.0;
        evaluate(mine);
        std::vector<Tensor> theirs(8);
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&theirs, t, copy = mine, moved = mine * 1.0]() mutable {
                Tensor local = copy;
                for (int i = 0; i < 50; ++i) {
                    const Tensor another = local;
                    local = another;
                }
                theirs[static_cast<std::size_t>(t)] =
                    local + 1.0;  // made here, outlives the thread
                theirs[static_cast<std::size_t>(t + 4)] = std::move(moved);
            });
        }
        if (round % 2 == 0) mine = Tensor();  // the owner releases first
        for (std::thread& t : threads) t.join();
        CHECK(theirs[2].to_vector<float>()[0] == 3);
    }
    CHECK(shikumi::detail::live_nodes() == nodes);
}

TEST_CASE("a graph moves to another thread and is evaluated there") {
    const std::int64_t nodes = shikumi::detail::live_nodes();
    for (int round = 0; round < 50; ++round) {
        Tensor pending = ones({4});
        for (int i = 0; i < 100; ++i) pending = pending + 1.0;
        float result = 0;
        std::thread([&result, p = std::move(pending)]() mutable {
            const Tensor more = sum(p * 2.0);
            p = Tensor();
            result = more.item<float>();
        }).join();
        CHECK(result == 4 * 101 * 2);
    }
    CHECK(shikumi::detail::live_nodes() == nodes);
}

TEST_CASE("two threads work on graphs that share evaluated leaves") {
    const Tensor shared = ones({64, 64});
    evaluate(shared);
    const auto work = [&shared](float& out) {
        Tensor x = shared;
        for (int i = 0; i < 200; ++i) x = matmul(x, shared) * (1.0 / 64);
        out = sum(x).item<float>();
    };
    float a = 0, b = 0;
    std::thread first(work, std::ref(a)), second(work, std::ref(b));
    first.join();
    second.join();
    CHECK(a == b);
    CHECK(a == 64 * 64);
}
