// CaptureContext: what a function does while it is recorded for `capture`.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/trace.hpp>

namespace shikumi::detail {

/// Records the assignments and random draws of this thread while it lives; no parameter changes.
/// Later reads of an assigned parameter see the value that it is to have. A value that differs from
/// call to call can't be looked at.
class CaptureContext {
public:
    CaptureContext() noexcept;
    /// Gives the parameters their old values back, and the generators their old states.
    ~CaptureContext();
    CaptureContext(const CaptureContext&) = delete;
    CaptureContext& operator=(const CaptureContext&) = delete;
    /// This thread's context; null where none lives.
    static CaptureContext* current() noexcept;

    /// What makes the value of `t` differ from call to call, in words: an argument, a parameter or
    /// random numbers. Empty where nothing does.
    std::string cause(const Tensor& t) const;
    /// Makes constants of the random numbers that `t` depends on: replays do not draw them again.
    void evaluate_once(const Tensor& t);
    /// Records assignments. A parameter's last value counts.
    void assign(std::span<const Assignment> assignments);
    /// Records that each replay draws `key` again.
    void redraw(const Tensor& key, const std::shared_ptr<RandomKey>& generator) {
        draws_.push_back({key, generator});
    }

    /// In the order of the parameters' first assignments, with their last values.
    std::vector<Assignment> assignments() const;
    /// In the order of drawing.
    std::span<const RandomDraw> draws() const noexcept { return draws_; }

private:
    // The parameter's value is the one that is to come; the old one waits here.
    struct Assigned {
        Parameter parameter;
        Tensor old_value;
    };
    std::vector<Assigned> assigned_;
    std::vector<RandomDraw> draws_;
};

}  // namespace shikumi::detail
