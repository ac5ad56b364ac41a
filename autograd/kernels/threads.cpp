#include <shikumi/autograd/kernels/threads.hpp>

#ifdef __linux__
#include <sched.h>
#endif

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/kernels/denormals.hpp>

namespace shikumi {

namespace {

int available_processors() noexcept {
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
#endif
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

thread_local constinit bool working =
    false;  // this thread is inside a job: nested ones run serially

// Blocks are handed out in ascending order, so every block below a failing one has been started,
// and the lowest failure is the same whoever runs what.
struct Job {
    void (*call)(void*, Index);
    void* context;
    Index blocks;
    std::atomic<Index> next{0};
    std::mutex mutex{};
    Index failed = blocks;  // the lowest block that threw
    std::exception_ptr error{};

    void work() noexcept {
        working = true;
        for (Index i; (i = next.fetch_add(1, std::memory_order_relaxed)) < blocks;) {
            try {
                call(context, i);
            } catch (...) {
                const std::lock_guard lock(mutex);
                if (i < failed) {
                    failed = i;
                    error = std::current_exception();
                }
                next.store(blocks, std::memory_order_relaxed);
            }
        }
        working = false;
    }
};

class Pool {
public:
    static Pool& instance() {
        static Pool pool;
        return pool;
    }
    ~Pool() { stop(); }

    int size() const noexcept { return size_.load(std::memory_order_relaxed); }

    void resize(int count) {
        const std::lock_guard lock(busy_);
        stop();
        size_.store(count, std::memory_order_relaxed);
    }

    // False where another thread has the pool.
    bool run(Job& job) {
        const std::unique_lock lock(busy_, std::try_to_lock);
        if (!lock) return false;
        if (workers_.empty()) start();
        {
            const std::lock_guard state(mutex_);
            job_ = &job;
            ++round_;
        }
        wake_.notify_all();
        job.work();
        std::unique_lock state(mutex_);
        job_ = nullptr;  // who wakes only now finds nothing left
        done_.wait(state, [this] { return active_ == 0; });
        return true;
    }

private:
    void start() {
        stopping_ = false;
        try {
            for (int i = 1; i < size(); ++i) workers_.emplace_back([this] { serve(); });
        } catch (const std::system_error&) {
            // The system gives no more threads: those that there are do all the work.
        }
    }

    void stop() noexcept {
        {
            const std::lock_guard state(mutex_);
            stopping_ = true;
        }
        wake_.notify_all();
        for (std::thread& worker : workers_) worker.join();
        workers_.clear();
    }

    void serve() {
        const kernels::FlushDenormals flush;
        std::uint64_t seen = 0;
        std::unique_lock state(mutex_);
        for (;;) {
            wake_.wait(state, [&] { return stopping_ || (job_ && round_ != seen); });
            if (stopping_) return;
            seen = round_;
            Job& job = *job_;
            ++active_;
            state.unlock();
            job.work();
            state.lock();
            if (--active_ == 0) done_.notify_one();
        }
    }

    std::atomic<int> size_{available_processors()};
    std::mutex busy_;  // held by the thread whose job it is
    std::vector<std::thread> workers_;

    std::mutex mutex_;  // guards what follows
    std::condition_variable wake_, done_;
    Job* job_ = nullptr;
    std::uint64_t round_ = 0;
    int active_ = 0;
    bool stopping_ = false;
};

}  // namespace

void set_num_threads(int count) {
    if (count < 1) fail<ValueError>("set_num_threads", "wants at least 1, got ", count);
    if (working) fail<StateError>("set_num_threads", "can't be called from a computation");
    Pool::instance().resize(count);
}

int num_threads() noexcept { return Pool::instance().size(); }

void kernels::detail::run_blocks(Index blocks, void (*call)(void*, Index), void* context) {
    if (blocks > 1 && !working && num_threads() > 1) {
        Job job{.call = call, .context = context, .blocks = blocks};
        if (Pool::instance().run(job)) {
            if (job.error) std::rethrow_exception(std::move(job.error));
            return;
        }
    }
    for (Index i = 0; i < blocks; ++i) call(context, i);
}

}  // namespace shikumi
