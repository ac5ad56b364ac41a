#include <shikumi/autograd/kernels/detail/blas_threads.hpp>

#include <dlfcn.h>

#include <atomic>
#include <mutex>

// OpenBLAS's own; absent from other CBLAS libraries, hence weak.
extern "C" [[gnu::weak]] void openblas_set_num_threads(int count);
extern "C" [[gnu::weak]] int openblas_get_num_threads();
extern "C" [[gnu::weak]] int openblas_get_parallel();

namespace shikumi::kernels::detail {

namespace {

// OpenMP's number of threads, where OpenBLAS was built with that.
struct OpenMP {
    int (*get)() = nullptr;
    void (*set)(int) = nullptr;

    explicit operator bool() const { return get && set; }
};

const OpenMP& openmp() {
    static const OpenMP functions = [] {
        constexpr int by_openmp = 2;
        if (!openblas_get_parallel || openblas_get_parallel() != by_openmp) return OpenMP{};
        return OpenMP{
            reinterpret_cast<decltype(OpenMP::get)>(dlsym(RTLD_DEFAULT, "omp_get_max_threads")),
            reinterpret_cast<decltype(OpenMP::set)>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"))};
    }();
    return functions;
}

// Those who hold the process's number at one: the first saves it, and the last puts it back.
class Holders {
public:
    void enter() {
        for (int n = count_; n > 0;)
            if (count_.compare_exchange_weak(n, n + 1)) return;
        const std::lock_guard lock(mutex_);
        if (count_ == 0) {
            before_ = openblas_get_num_threads ? openblas_get_num_threads() : 1;
            if (before_ != 1) openblas_set_num_threads(1);
        }
        ++count_;
    }
    void leave() {
        for (int n = count_; n > 1;)
            if (count_.compare_exchange_weak(n, n - 1)) return;
        const std::lock_guard lock(mutex_);
        // A number that the host has set meanwhile stays.
        if (--count_ == 0 && before_ != 1 && openblas_get_num_threads() == 1)
            openblas_set_num_threads(before_);
    }

private:
    std::mutex mutex_;  // held by who changes the count from or to 0
    std::atomic<int> count_ = 0;
    int before_ = 1;
};

constinit Holders holders;

}  // namespace

OneBlasThread::OneBlasThread() : before_(openmp() ? openmp().get() : 0) {
    if (!before_) holders.enter();
    if (before_ > 1) openmp().set(1);
}

OneBlasThread::~OneBlasThread() {
    if (!before_) holders.leave();
    if (before_ > 1) openmp().set(before_);
}

}  // namespace shikumi::kernels::detail
