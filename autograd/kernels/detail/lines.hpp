// Which elements along one axis a window joins: targets that are computed, and the sources that
// each of them is the sum of.
#pragma once

#include <shikumi/autograd/kernels/detail/scratch.hpp>
#include <shikumi/autograd/kernels/window.hpp>

namespace shikumi::kernels::detail {

/// Targets at even distances that the same taps join to their sources. Steps say how far it is from
/// one target, tap or source to the next.
struct Line {
    Index first = 0, count = 1, step = 1;
    Index tap = 0, taps = 0, tap_step = 1;
    Index source = 0, source_step = 1;  ///< of the first tap, from target to target
    Index source_tap_step = 1;          ///< of one target, from tap to tap

    /// What of it lies in [begin, end).
    Line within(Index begin, Index end) const noexcept {
        Line part = *this;
        const Index low = std::clamp((begin - first + step - 1) / step, Index{0}, count);
        const Index high =
            begin < end ? std::clamp((end - first + step - 1) / step, low, count) : low;
        part.first += low * step;
        part.source += low * source_step;
        part.count = high - low;
        return part;
    }
};

/// Of one axis; a copy shares them.
class Lines {
public:
    /// With room for so many.
    explicit Lines(Index most) : lines_(most) {}
    void push_back(const Line& line) noexcept { lines_[size_++] = line; }

    Index size() const noexcept { return size_; }
    Line& back() const noexcept { return lines_[size_ - 1]; }
    const Line* begin() const noexcept { return lines_.data(); }
    const Line* end() const noexcept { return lines_.data() + size_; }

private:
    Scratch<Line> lines_;
    Index size_ = 0;
};

/// Every place along an axis, and the pixels that it sees.
Lines lines_forward(const WindowGeometry& s, unsigned axis);
/// Every pixel along an axis, and the places that see it.
Lines lines_backward(const WindowGeometry& s, unsigned axis);
/// For each tap, the places where it isn't in the padding.
Lines lines_of_taps(const WindowGeometry& s, unsigned axis);

}  // namespace shikumi::kernels::detail
