// SoleRecorder: layers and captured functions are called by one thread at a time.
#pragma once

namespace shikumi::detail {

/// While it lives, no other thread calls layers or records a captured function: what these keep
/// from one call to the next belongs to this thread. One thread may have several.
class SoleRecorder {
public:
    SoleRecorder() {
        if (depth_++ == 0) wait();
    }
    ~SoleRecorder() {
        if (--depth_ == 0) let_others();
    }
    SoleRecorder(const SoleRecorder&) = delete;
    SoleRecorder& operator=(const SoleRecorder&) = delete;

private:
    static void wait();
    static void let_others() noexcept;

    static thread_local constinit int depth_;  // how many this thread has
};

}  // namespace shikumi::detail
