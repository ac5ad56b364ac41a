#include <shikumi/datasets/detail/workers.hpp>

#include <algorithm>
#include <system_error>

#include <shikumi/autograd/kernels/compute_alone.hpp>

namespace shikumi::datasets::detail {

Workers::Workers(PassPtr pass, Index first, int threads, Index ahead)
    : pass_(std::move(pass)),
      slots_(static_cast<std::size_t>(ahead)),
      claimed_(first),
      given_(first) {
    try {
        for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
        // The system gives no more threads: the existing ones, or the caller, do all the work.
    }
}

Workers::~Workers() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    room_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

std::optional<Element> Workers::next() {
    Slot got;
    if (threads_.empty()) {
        got = made(given_++);
    } else {
        std::unique_lock lock(mutex_);
        Slot& wanted = slot(given_);
        done_.wait(lock, [&] { return wanted.done; });
        got = std::exchange(wanted, Slot());
        ++given_;
        lock.unlock();
        room_.notify_one();
    }
    if (got.error) std::rethrow_exception(std::move(got.error));
    return std::move(got.element);
}

// Claims the next element where there is room for it, makes it, and puts it into its slot. At an
// error and at the end the elements before it are still made, by the threads that have claimed
// them.
void Workers::work() noexcept {
    kernels::compute_alone();
    std::unique_lock lock(mutex_);
    for (;;) {
        const auto room = static_cast<Index>(slots_.size());
        room_.wait(lock, [&] { return stopping_ || claimed_ < given_ + room; });
        if (stopping_) return;
        const Index number = claimed_++;
        lock.unlock();
        Slot done = made(number);
        lock.lock();
        stopping_ = stopping_ || !done.element;
        if (stopping_) room_.notify_all();
        slot(number) = std::move(done);
        done_.notify_one();
    }
}

Workers::Slot Workers::made(Index number) noexcept {
    Slot slot{.done = true};
    try {
        if (pass_->count(number + 1) > number) slot.element = pass_->get(number);
    } catch (...) {
        slot.error = std::current_exception();
    }
    return slot;
}

}  // namespace shikumi::datasets::detail
