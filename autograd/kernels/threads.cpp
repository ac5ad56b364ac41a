#include <shikumi/autograd/kernels/threads.hpp>

#ifdef __linux__
#include <pthread.h>
#include <sched.h>
#endif

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <limits>
#include <mutex>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/kernels/compute_alone.hpp>
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
    false;                                  // this thread is inside a job: nested ones run serially
thread_local constinit bool alone = false;  // this thread never asks for the pool

// The blocks with which one thread begins, and with which any thread helps at the end. A thread
// gets the same blocks in each job of the same size, so the data that it has written lies in its
// cache.
struct alignas(64) Share {
    std::atomic<Index> next;
    Index end;
};

struct Job {
    void (*call)(void*, Index);
    void* context;
    std::span<Share> shares{};
    std::atomic<Index> failed = std::numeric_limits<Index>::max();  // the lowest block that threw
    std::mutex mutex{};
    std::exception_ptr error{};

    // Blocks below one that failed still run, for they may fail too.
    void work(std::size_t self) noexcept {
        working = true;
        for (std::size_t i = 0; i < shares.size(); ++i) {
            Share& share = shares[(self + i) % shares.size()];
            for (Index block; (block = share.next.fetch_add(1, std::memory_order_relaxed)) <
                              std::min(share.end, failed.load(std::memory_order_relaxed));)
                run(block);
        }
        working = false;
    }

    void run(Index block) noexcept {
        try {
            call(context, block);
        } catch (...) {
            const std::lock_guard lock(mutex);
            if (block < failed) {
                failed = block;
                error = std::current_exception();
            }
        }
    }
};

// Tells the processor that this thread only waits, so that a thread beside it on the same core gets
// more of the core.
void pause() noexcept {
#ifdef __x86_64__
    __builtin_ia32_pause();
#endif
}

// Whether `ready` comes true within 200 µs. Waking a sleeping thread takes tens of microseconds,
// more than many pieces of work.
template <class F>
bool soon(F ready) noexcept {
    using Clock = std::chrono::steady_clock;
    constexpr std::chrono::microseconds patience{200};
    for (const auto end = Clock::now() + patience; Clock::now() < end;) {
        for (int i = 0; i < 16; ++i) {
            if (ready()) return true;
            pause();
        }
    }
    return false;
}

class Pool {
public:
    // Leaked: static objects may compute when they end. Their thread is alone then.
    static Pool& instance() {
        static Pool& pool = *new Pool;
        static const AtExit ends_threads(pool);
        return pool;
    }

    int size() const noexcept { return size_.load(std::memory_order_relaxed); }

    void resize(int count) {
        const std::lock_guard lock(busy_);
        stop();
        size_.store(count, std::memory_order_relaxed);
    }

    // False where another thread has the pool.
    bool run(Index blocks, Job& job) {
        const std::unique_lock lock(busy_, std::try_to_lock);
        if (!lock || retired_) return false;
        if (workers_.empty()) start();
        for (std::size_t i = 0; i < shares_.size(); ++i) {
            const auto begin = [&](std::size_t share) {
                return blocks * static_cast<Index>(share) / static_cast<Index>(shares_.size());
            };
            shares_[i].next = begin(i);
            shares_[i].end = begin(i + 1);
        }
        job.shares = shares_;
        job_ = &job;
        next_round();
        job.work(0);
        job_ = nullptr;  // late threads find no work
        for (int n; (n = active_) != 0;) {
            if (!patient_ || !soon([this] { return active_ == 0; })) active_.wait(n);
        }
        return true;
    }

private:
    struct AtExit {
        Pool& pool;
        explicit AtExit(Pool& its_pool) : pool(its_pool) {}
        ~AtExit() { pool.retire(); }
        AtExit(const AtExit&) = delete;
        AtExit& operator=(const AtExit&) = delete;
    };

    // A job that still runs keeps its threads.
    void retire() noexcept {
        if (working) return;
        const std::unique_lock lock(busy_, std::try_to_lock);
        if (!lock) return;
        retired_ = true;
        stop();
    }

    void start() {
        stopping_ = false;
        shares_ = std::vector<Share>(static_cast<std::size_t>(size()));
        patient_ = size() <= available_processors();
        try {
            for (std::size_t i = 1; i < shares_.size(); ++i)
                workers_.emplace_back([this, i, seen = round_.load()] { serve(i, seen); });
        } catch (const std::exception&) {
            // The system gives no more threads, or no memory for one: those that exist do all the
            // work.
        }
    }

    void stop() noexcept {
        stopping_ = true;
        next_round();
        for (std::thread& worker : workers_) worker.join();
        workers_.clear();
    }

    void next_round() noexcept {
        ++round_;
        round_.notify_all();
    }

    // `seen` is the last round that this worker knows of.
    void serve(std::size_t self, std::uint32_t seen) noexcept {
        const kernels::FlushDenormals flush;
        for (;;) {
            if (!patient_ || !soon([&] { return round_ != seen; })) round_.wait(seen);
            seen = round_;
            if (stopping_) return;
            ++active_;  // before it looks for the job: from then on the caller waits for it
            if (Job* const job = job_) job->work(self);
            if (--active_ == 0) active_.notify_one();
        }
    }

    std::atomic<int> size_{available_processors()};
    std::mutex busy_;       // held by the thread whose job it is
    bool retired_ = false;  // after main: no more threads
    std::vector<std::thread> workers_;
    std::vector<Share> shares_;  // of a job, the caller's first
    bool patient_ = true;  // there is a processor for each thread, so waiting threads may spin

    std::atomic<Job*> job_ = nullptr;
    std::atomic<std::uint32_t> round_ = 0;  // of jobs
    std::atomic<int> active_ = 0;           // workers that may be at the job
    std::atomic<bool> stopping_ = false;
};

}  // namespace

void set_num_threads(int count) {
    if (count < 1) fail<ValueError>("set_num_threads", "wants at least 1, got ", count);
    if (working) fail<StateError>("set_num_threads", "can't be called from a computation");
    Pool::instance().resize(count);
}

int num_threads() noexcept { return Pool::instance().size(); }

void kernels::compute_alone() noexcept {
    alone = true;
#ifdef SCHED_BATCH
    // Its threads then don't interrupt others when they wake up, in the middle of a job.
    const sched_param none{};
    pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
#endif
}

void kernels::detail::run_blocks(Index blocks, void (*call)(void*, Index), void* context) {
    if (blocks > 1 && !working && !alone && num_threads() > 1) {
        Job job{.call = call, .context = context};
        if (Pool::instance().run(blocks, job)) {
            if (job.error) std::rethrow_exception(std::move(job.error));
            return;
        }
    }
    for (Index i = 0; i < blocks; ++i) call(context, i);
}

}  // namespace shikumi
