// How many threads work, for the length of a test.
#pragma once

#include <shikumi/autograd/kernels/threads.hpp>

namespace shikumi_test {

/// Sets the number of threads, if one is given, and sets it back where it ends.
class ThreadCount {
public:
    ThreadCount() = default;
    explicit ThreadCount(int count) { shikumi::set_num_threads(count); }
    ThreadCount(const ThreadCount&) = delete;
    ThreadCount& operator=(const ThreadCount&) = delete;
    ~ThreadCount() { shikumi::set_num_threads(before_); }

private:
    int before_ = shikumi::num_threads();
};

}  // namespace shikumi_test
