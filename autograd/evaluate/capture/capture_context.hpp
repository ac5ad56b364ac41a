// CaptureContext: what is taken down while a function is recorded for `capture`.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <shikumi/autograd/graph/evaluation.hpp>

namespace shikumi::detail {

/// While it lives, evaluations on this thread with assignments are taken down instead: later reads
/// of an assigned parameter see the value it is to have. Looking at what changes from call to call
/// is an error.
class CaptureContext {
public:
    struct Key {
        Tensor leaf;
        std::shared_ptr<RandomKey> source;
    };

    CaptureContext() noexcept;
    /// Gives the parameters their old values back, and the generators the keys that were drawn.
    ~CaptureContext();
    CaptureContext(const CaptureContext&) = delete;
    CaptureContext& operator=(const CaptureContext&) = delete;
    /// This thread's; null where none lives.
    static CaptureContext* current() noexcept;

    /// What makes the value of `t` differ from call to call, in words: an argument, a parameter or
    /// random numbers. Empty where nothing does.
    std::string cause(const Tensor& t) const;
    /// Makes the random numbers that `t` depends on constants.
    void evaluate_once(const Tensor& t);
    void assign(std::span<const Assignment> assignments);
    void redraw(const Tensor& key, Generator& rng) { keys_.push_back({key, rng.shared()}); }

    /// In the order of their first assignment, each with its last value.
    std::span<const Assignment> assignments() const noexcept { return assignments_; }
    std::span<const Key> keys() const noexcept { return keys_; }

private:
    std::vector<Assignment> assignments_;
    std::vector<Tensor> old_values_;  // of the assigned parameters
    std::vector<Key> keys_;
};

}  // namespace shikumi::detail
