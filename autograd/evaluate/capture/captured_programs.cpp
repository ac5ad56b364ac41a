#include <shikumi/autograd/evaluate/capture/captured_programs.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <shared_mutex>

#include <shikumi/autograd/evaluate/capture/captured_program.hpp>
#include <shikumi/autograd/evaluate/capture/recording.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/graph/sole_recorder.hpp>

namespace shikumi {

using namespace detail;

namespace {

constexpr std::size_t most_recordings = 32;

std::optional<Spec> spec_of(const Node* leaf) {
    return leaf ? std::optional(leaf->spec) : std::nullopt;
}

void evaluate_arguments(const CapturedCall& call) {
    const auto pending = [](const Node* leaf) { return leaf && !leaf->data; };
    if (std::none_of(call.leaves.begin(), call.leaves.end(), pending)) return;
    std::vector<Tensor> arguments;
    for (const Node* leaf : call.leaves) {
        if (leaf) arguments.push_back(Tensor::of(leaf));
    }
    evaluate(arguments);
}

}  // namespace

// Of replays: exclusive for those that change something, and for recording.
struct CapturedPrograms::Lock {
    void lock() {
        if (replays.try_lock()) return;
        const std::lock_guard first(turnstile);
        waiting = true;
        replays.lock();
        waiting = false;
    }
    // Not before one that waits to be alone, or there might never be a gap for it.
    void lock_shared() {
        if (waiting) const std::lock_guard first(turnstile);
        replays.lock_shared();
    }
    void unlock() noexcept { replays.unlock(); }
    void unlock_shared() noexcept { replays.unlock_shared(); }

    std::shared_mutex replays;
    std::mutex turnstile;
    std::atomic<bool> waiting = false;
    std::atomic<const void*> recorder = nullptr;  // of the thread that records under this lock

    static const void* this_thread() noexcept { return &current_thread_id; }
    bool records_here() const noexcept {
        return recorder.load(std::memory_order_relaxed) == this_thread();
    }
};

struct CapturedPrograms::Entry {
    Entry(const Call& call, const Recording& recording, const EvaluationOptions& options)
        : type(call.type), sizes(call.sizes), program(recording, options) {
        for (const Node* leaf : call.leaves) specs.push_back(spec_of(leaf));
    }
    bool serves(const Call& call) const noexcept {
        return *call.type == *type && call.sizes == sizes &&
               std::equal(call.leaves.begin(), call.leaves.end(), specs.begin(), specs.end(),
                          [](const Node* leaf, const std::optional<Spec>& spec) {
                              return leaf ? spec && leaf->spec == *spec : !spec;
                          });
    }

    const std::type_info* type;
    std::vector<std::size_t> sizes;
    std::vector<std::optional<Spec>> specs;  // of the arguments' leaves; none: absent
    CapturedProgram program;
    std::any constants;  // the result without its Tensors

    std::mutex runs;  // for replays side by side
    std::vector<std::unique_ptr<CapturedRun>> idle;
    std::size_t runs_made = 0;
};

struct CapturedPrograms::State {
    EvaluationOptions options;
    std::shared_ptr<Lock> lock;
    std::vector<std::unique_ptr<Entry>> entries = {};
    std::atomic<Entry*> latest = nullptr;
    std::atomic<bool> changes = false;  // whether the latest replay has changed something

    Entry* find(const Call& call) noexcept {
        Entry* const hint = latest.load(std::memory_order_relaxed);
        if (hint && hint->serves(call)) return hint;
        const auto known = std::find_if(entries.begin(), entries.end(),
                                        [&](const auto& entry) { return entry->serves(call); });
        if (known == entries.end()) return nullptr;
        latest.store(known->get(), std::memory_order_relaxed);
        return known->get();
    }
};

CapturedPrograms::CapturedPrograms(const EvaluationOptions& options)
    : state_(new State{options, std::make_shared<Lock>()}) {}
CapturedPrograms::CapturedPrograms(CapturedPrograms& other, const EvaluationOptions& options)
    : state_(new State{options, other.state().lock}) {}
CapturedPrograms::~CapturedPrograms() = default;
CapturedPrograms::CapturedPrograms(CapturedPrograms&&) noexcept = default;
CapturedPrograms& CapturedPrograms::operator=(CapturedPrograms&&) noexcept = default;

void CapturedPrograms::clear() noexcept {
    if (!state_) return;
    std::unique_lock lock(*state_->lock, std::defer_lock);
    if (!state_->lock->records_here()) lock.lock();
    state_->latest = nullptr;
    state_->entries.clear();
}

CapturedPrograms::State& CapturedPrograms::state() {
    if (!state_) *this = CapturedPrograms();
    return *state_;
}

bool CapturedPrograms::bypassed() noexcept {
    return recording.eager || recording.trace || capturing();
}

CapturedPrograms::Use::Use(State& state, const Call& call) : state_(state), call_(call) {
    evaluate_arguments(call);
    find(state.changes.load(std::memory_order_relaxed));
}

CapturedPrograms::Use::~Use() {
    if (!entry_) return;
    if (run_) give_back(*run_);
    unlock();
}

void CapturedPrograms::Use::unlock() noexcept {
    alone_ ? state_.lock->unlock() : state_.lock->unlock_shared();
}

// Finds the recording and locks it: alone where its replay changes something. Else nothing is
// locked.
bool CapturedPrograms::Use::find(bool alone) {
    for (;; alone = true) {
        alone ? state_.lock->lock() : state_.lock->lock_shared();
        alone_ = alone;
        entry_ = state_.find(call_);
        const bool changes = entry_ && entry_->program.has_effects();
        if (entry_ && changes <= alone) {
            state_.changes.store(changes, std::memory_order_relaxed);
            return true;
        }
        unlock();
        if (!entry_) return false;
    }
}

// Threads that record wait for each other before they take a lock of replays: a function that is
// recorded may call layers, and so may one that a layer calls.
void CapturedPrograms::Use::find_or_record(const Recorded& function) {
    const SoleRecorder sole;
    if (find(false)) return;
    state_.lock->lock();
    alone_ = true;
    try {
        record(function);
    } catch (...) {
        unlock();
        throw;
    }
}

void CapturedPrograms::Use::record(const Recorded& function) {
    struct Recorder {
        Lock& lock;
        explicit Recorder(Lock& held) : lock(held) { lock.recorder = Lock::this_thread(); }
        ~Recorder() { lock.recorder = nullptr; }
        Recorder(const Recorder&) = delete;
        Recorder& operator=(const Recorder&) = delete;
    } const recorder(*state_.lock);
    std::any constants;
    const Recording recording = record_call(call_.leaves, [&](std::span<const Tensor> arguments) {
        return function(arguments, constants);
    });
    auto entry = std::make_unique<Entry>(call_, recording, state_.options);
    entry->constants = std::move(constants);
    if (state_.entries.size() == most_recordings) state_.entries.erase(state_.entries.begin());
    entry_ = state_.entries.emplace_back(std::move(entry)).get();
    state_.latest = entry_;
    state_.changes = entry_->program.has_effects();
}

// The last idle one. A replay that is alone leaves it where it is.
CapturedRun& CapturedPrograms::Use::take_run() {
    std::unique_lock lock(entry_->runs, std::defer_lock);
    if (!alone_) lock.lock();
    auto& idle = entry_->idle;
    if (idle.empty()) {
        idle.reserve(++entry_->runs_made);  // room for all, when they come back
        idle.push_back(entry_->program.new_run());
    }
    if (alone_) return *idle.back();
    CapturedRun& run = *idle.back().release();
    idle.pop_back();
    return run;
}

void CapturedPrograms::Use::give_back(CapturedRun& run) noexcept {
    if (alone_) return;
    const std::lock_guard lock(entry_->runs);
    entry_->idle.emplace_back(&run);
}

const std::any& CapturedPrograms::Use::constants() const noexcept { return entry_->constants; }

std::span<Tensor> CapturedPrograms::Use::replay() {
    run_ = &take_run();
    entry_->program.replay(*run_, call_.leaves);
    return run_->results;
}

}  // namespace shikumi
