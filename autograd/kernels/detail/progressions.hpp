// How a window connects the elements of its input and its output along one axis: targets, which are
// computed, and sources, of which each target is a weighted sum.
#pragma once

#include <shikumi/autograd/kernels/detail/scratch.hpp>
#include <shikumi/autograd/kernels/window.hpp>

namespace shikumi::kernels::detail {

/// An arithmetic progression of targets that the same taps connect to their sources. Steps are the
/// distances from one target, tap or source to the next.
struct Progression {
    Index first = 0, count = 1, step = 1;
    Index tap = 0, taps = 0, tap_step = 1;
    Index source = 0, source_step = 1;  ///< of the first tap, from target to target
    Index source_tap_step = 1;          ///< of one target, from tap to tap

    /// Its targets in [begin, end).
    Progression within(Index begin, Index end) const noexcept {
        Progression part = *this;
        const Index low = std::clamp((begin - first + step - 1) / step, Index{0}, count);
        const Index high =
            begin < end ? std::clamp((end - first + step - 1) / step, low, count) : low;
        part.first += low * step;
        part.source += low * source_step;
        part.count = high - low;
        return part;
    }
};

/// The progressions of one axis. Copies share their memory.
class Progressions {
public:
    /// None yet, with memory for `most`.
    explicit Progressions(Index most) : list_(most) {}
    void push_back(const Progression& p) noexcept { list_[size_++] = p; }

    Index size() const noexcept { return size_; }
    Progression& back() const noexcept { return list_[size_ - 1]; }
    const Progression* begin() const noexcept { return list_.data(); }
    const Progression* end() const noexcept { return list_.data() + size_; }

private:
    Scratch<Progression> list_;
    Index size_ = 0;
};

/// Targets: the positions of the window along an axis; sources: the pixels that it covers there.
Progressions output_progressions(const WindowGeometry& geometry, unsigned axis);
/// Targets: the pixels along an axis; sources: the positions at which the window covers them.
Progressions input_progressions(const WindowGeometry& geometry, unsigned axis);
/// For each tap: the positions at which it isn't in the padding, and the pixels that it covers
/// there.
Progressions tap_progressions(const WindowGeometry& geometry, unsigned axis);

}  // namespace shikumi::kernels::detail
