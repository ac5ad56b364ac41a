#include <shikumi/nn/io/detail/write_beside.hpp>

#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <shikumi/nn/training/detail/training_parts.hpp>

namespace shikumi::nn::detail {

namespace {

// Each file that waits holds the weights that it is of.
constexpr std::size_t most_waiting = 2;

class Writer final : public Errands {
public:
    Writer() : thread_([this] { work(); }) {}
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    ~Writer() override {
        {
            const std::lock_guard lock(mutex_);
            ending_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }

    void add(std::function<void()> write) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return waiting_.size() < most_waiting; });
        throw_error();
        waiting_.push_back(std::move(write));
        changed_.notify_all();
    }
    void finish() override {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return waiting_.empty(); });
        throw_error();
    }

private:
    void throw_error() {
        if (error_) std::rethrow_exception(std::exchange(error_, {}));
    }

    // What is being written stays in the queue until it is done.
    void work() noexcept {
        std::unique_lock lock(mutex_);
        for (;;) {
            changed_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
            if (waiting_.empty()) return;
            std::function<void()> write = std::move(waiting_.front());
            lock.unlock();
            std::exception_ptr error;
            try {
                write();
            } catch (...) {
                error = std::current_exception();
            }
            write = nullptr;  // gives the memory of its tensors back
            lock.lock();
            waiting_.pop_front();
            if (error) {
                waiting_.clear();
                error_ = std::move(error);
            }
            changed_.notify_all();
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> waiting_;
    std::exception_ptr error_;
    bool ending_ = false;
    std::thread thread_;  // the last: it uses all others
};

// Null where there is no training, and where the system gives no thread.
Writer* writer_of(const Run& run) {
    if (!run.parts()) return nullptr;
    std::unique_ptr<Errands>& errands = run.parts()->errands;
    try {
        if (!errands) errands = std::make_unique<Writer>();
    } catch (const std::system_error&) {
        return nullptr;
    }
    return static_cast<Writer*>(errands.get());
}

}  // namespace

void write_beside(const Run& run, std::function<void()> write) {
    if (Writer* const writer = writer_of(run))
        writer->add(std::move(write));
    else
        write();
}

}  // namespace shikumi::nn::detail
