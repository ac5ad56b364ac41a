// The thread pool.
#include "catch.hpp"
#include "support/thread_count.hpp"

#include <atomic>
#include <chrono>
#include <cstring>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/kernels/compute_alone.hpp>
#include <shikumi/autograd/kernels/denormals.hpp>
#include <shikumi/autograd/kernels/threads.hpp>

using namespace shikumi;
using kernels::parallel_for;
using shikumi_test::ThreadCount;

namespace {

// Runs as many blocks as threads. No block ends before all have begun, so each thread gets one.
std::vector<std::thread::id> one_block_each(Index threads) {
    std::vector<std::thread::id> by(static_cast<std::size_t>(threads));
    std::atomic<Index> begun = 0;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    parallel_for(threads, [&](Index i) {
        by[static_cast<std::size_t>(i)] = std::this_thread::get_id();
        ++begun;
        while (begun < threads && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    });
    return by;
}

}  // namespace

TEST_CASE("every block runs once") {
    for (const int threads : {1, 2, 5}) {
        const ThreadCount scope(threads);
        CHECK(num_threads() == threads);
        for (const Index blocks : {0, 1, 2, 3, 1000}) {
            std::vector<std::atomic<int>> runs(static_cast<std::size_t>(blocks));
            parallel_for(blocks, [&](Index i) { ++runs[static_cast<std::size_t>(i)]; });
            for (const auto& count : runs) CHECK(count == 1);
        }
    }
}

TEST_CASE("pieces cover the whole range") {
    for (const Index count : {0, 1, 9, 10, 11, 100}) {
        std::vector<std::atomic<int>> seen(static_cast<std::size_t>(count));
        std::atomic<Index> longest = 0;  // Catch2 is not thread-safe
        kernels::parallel_pieces(count, 10, [&](Index begin, Index end) {
            for (Index known = longest; known < end - begin;) {
                if (longest.compare_exchange_weak(known, end - begin)) break;
            }
            for (Index i = begin; i < end; ++i) ++seen[static_cast<std::size_t>(i)];
        });
        CHECK(longest <= 10);
        for (const auto& times : seen) CHECK(times == 1);
    }
}

TEST_CASE("a thread gets the same blocks each time, even after sleeping") {
    for (const int threads : {2, 5}) {
        const ThreadCount scope(threads);
        const auto first = one_block_each(threads);
        CHECK(first[0] == std::this_thread::get_id());
        CHECK(std::set(first.begin(), first.end()).size() == first.size());
        for (int round = 0; round < 20; ++round) {
            if (round % 4 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
            CHECK(one_block_each(threads) == first);
        }
    }
}

TEST_CASE("the lowest failing block's exception reaches the caller") {
    for (const int threads : {1, 4}) {
        const ThreadCount scope(threads);
        for (int round = 0; round < 50; ++round) {
            try {
                parallel_for(200, [](Index i) {
                    if (i % 50 == 7) fail<ValueError>("test", "block ", i);
                });
                FAIL("nothing was thrown");
            } catch (const ValueError& e) {
                CHECK(std::string(e.what()) == "[test] block 7");
            }
        }
        std::atomic<int> after = 0;
        parallel_for(10, [&](Index) { ++after; });
        CHECK(after == 10);
    }
}

TEST_CASE("a call inside another runs on the thread that makes it") {
    const ThreadCount scope(4);
    std::atomic<int> runs = 0, strangers = 0;
    parallel_for(8, [&](Index) {
        const auto self = std::this_thread::get_id();
        parallel_for(8, [&](Index) {
            ++runs;
            if (std::this_thread::get_id() != self) ++strangers;
        });
    });
    CHECK(runs == 64);
    CHECK(strangers == 0);
}

TEST_CASE("several threads may call at once") {
    const ThreadCount scope(3);
    std::vector<std::thread> callers;
    std::atomic<int> runs = 0;
    for (int t = 0; t < 4; ++t)
        callers.emplace_back([&] {
            for (int i = 0; i < 200; ++i) parallel_for(16, [&](Index) { ++runs; });
        });
    for (std::thread& caller : callers) caller.join();
    CHECK(runs == 4 * 200 * 16);
}

TEST_CASE("one block stays on the caller's thread") {
    const ThreadCount scope(4);
    const auto self = std::this_thread::get_id();
    bool same = false;
    parallel_for(1, [&](Index) { same = std::this_thread::get_id() == self; });
    CHECK(same);
}

TEST_CASE("the number of threads is checked") {
    CHECK_THROWS_AS(set_num_threads(0), ValueError);
    CHECK_THROWS_AS(set_num_threads(-3), ValueError);
    CHECK(num_threads() >= 1);
    const ThreadCount scope(2);
    CHECK_THROWS_AS(parallel_for(2, [](Index) { set_num_threads(1); }), StateError);
}

#if defined(__SSE__) || defined(__aarch64__)
TEST_CASE("denormals are flushed within a scope, and in workers") {
    const auto halved = [] {
        volatile float least = 1.17549435e-38F;  // halving it gives a denormal
        return least * 0.5F;
    };
    CHECK(halved() > 0);
    {
        const kernels::FlushDenormals flush;
        CHECK(halved() == 0);
    }
    CHECK(halved() > 0);

    const ThreadCount scope(4);
    const auto self = std::this_thread::get_id();
    std::atomic<int> kept = 0;
    parallel_for(1000, [&](Index) {
        if (std::this_thread::get_id() != self && halved() != 0) ++kept;
    });
    CHECK(kept == 0);
}
#endif

TEST_CASE("a thread that computes alone leaves the pool to others") {
    const ThreadCount scope(3);
    std::set<std::thread::id> seen;
    std::thread([&] {
        kernels::compute_alone();
        parallel_for(100, [&](Index) { seen.insert(std::this_thread::get_id()); });
    }).join();
    CHECK(seen.size() == 1);
    CHECK(one_block_each(3).size() == 3);
}
