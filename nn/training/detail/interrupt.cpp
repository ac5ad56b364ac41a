#include <shikumi/nn/training/detail/interrupt.hpp>

#include <atomic>
#include <csignal>
#include <mutex>

namespace shikumi::nn::detail {

namespace {

std::atomic<bool> signalled{false};
static_assert(std::atomic<bool>::is_always_lock_free);  // or a handler could not use it

void note(int) { signalled.store(true, std::memory_order_relaxed); }

std::mutex guard;
int living = 0;
bool installed = false;

}  // namespace

Interrupt::Interrupt() {
    const std::lock_guard lock(guard);
    if (living++ > 0) return;
    signalled = false;
    struct sigaction current {};
    sigaction(SIGINT, nullptr, &current);
    const bool theirs = (current.sa_flags & SA_SIGINFO) != 0 || current.sa_handler != SIG_DFL;
    installed = !theirs;
    if (theirs) return;
    struct sigaction ours {};
    ours.sa_handler = note;
    ours.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;  // the second signal ends
    sigaction(SIGINT, &ours, nullptr);
}

Interrupt::~Interrupt() {
    const std::lock_guard lock(guard);
    if (--living > 0 || !installed) return;
    struct sigaction usual {};
    usual.sa_handler = SIG_DFL;
    sigaction(SIGINT, &usual, nullptr);
}

bool Interrupt::noticed() noexcept { return signalled.load(std::memory_order_relaxed); }

}  // namespace shikumi::nn::detail
