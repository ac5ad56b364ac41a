// Threads that begin at once.
#pragma once

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

namespace shikumi_test {

/// Lets `count` threads begin at once, each with its number, and waits for them.
inline void together(int count, const std::function<void(int)>& work) {
    std::atomic<int> waiting = count;
    std::vector<std::thread> threads;
    for (int t = 0; t < count; ++t) {
        threads.emplace_back([&, t] {
            --waiting;
            while (waiting > 0) std::this_thread::yield();
            work(t);
        });
    }
    for (std::thread& t : threads) t.join();
}

}  // namespace shikumi_test
