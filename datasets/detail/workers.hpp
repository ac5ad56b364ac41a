// Workers: threads that make the elements of a pass ahead.
#pragma once

#include <condition_variable>
#include <exception>
#include <limits>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <shikumi/datasets/detail/stage.hpp>

namespace shikumi::datasets::detail {

/// Gives the elements of a pass in order. Each thread makes whole elements, as many ahead as there
/// is room for; without threads they are made when they are asked for.
class Workers {
public:
    /// Begins with element number `first`. `ahead` is at least the number of threads.
    Workers(PassPtr pass, Index first, int threads, Index ahead);
    /// Lets the threads finish what they are making, and waits for them.
    ~Workers();
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    /// The next element; none at the end. Throws what making it has thrown.
    std::optional<Element> next();

private:
    struct Slot {
        bool done = false;
        std::optional<Element> element = {};  // none: beyond the end
        std::exception_ptr error = {};
    };
    Slot& slot(Index number) { return slots_[static_cast<std::size_t>(number) % slots_.size()]; }
    void work() noexcept;
    Slot made(Index number) noexcept;

    const PassPtr pass_;
    std::mutex mutex_;
    std::condition_variable room_, done_;
    std::vector<Slot> slots_;  // a ring: element k lies in slot k mod size
    Index claimed_, given_;    // the next element to be made, and to be given
    bool stopping_ = false;    // nothing more is to be made
    std::vector<std::thread> threads_;
};

}  // namespace shikumi::datasets::detail
