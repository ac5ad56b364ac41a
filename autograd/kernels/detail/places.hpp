// The places of a window over a batch of images, sorted by the taps that they see, and how a
// computation over them is cut into pieces.
#pragma once

#include <algorithm>
#include <array>

#include <shikumi/autograd/kernels/detail/divide_up.hpp>
#include <shikumi/autograd/kernels/detail/lines.hpp>

namespace shikumi::kernels::detail {

/// Elements or images [begin, end).
struct Range {
    Index begin, end;
    Index size() const noexcept { return end - begin; }
};

/// Range `i` of `count` elements that are cut into ranges of `each`.
inline Range range(Index i, Index each, Index count) {
    return {i * each, std::min(count, (i + 1) * each)};
}

using Axes = std::array<Lines, 3>;
/// Targets in a box that the same taps join to their sources.
using Place = std::array<Line, 3>;

inline Axes axes_of(const WindowGeometry& s, Lines (*lines)(const WindowGeometry&, unsigned)) {
    return {lines(s, 0), lines(s, 1), lines(s, 2)};
}

/// What of some axes lies in a range along one of them.
struct Part {
    const Axes& axes;
    unsigned axis;
    Range along;
};

template <class F>
void for_each_place(const Part& part, F f) {
    for (const Line& z : part.axes[0]) {
        for (const Line& y : part.axes[1]) {
            for (const Line& x : part.axes[2]) {
                Place place{z, y, x};
                Line& line = place[part.axis];
                line = line.within(part.along.begin, part.along.end);
                if (line.count > 0) f(place);
            }
        }
    }
}

/// f(target, source) for the first target of each row along the last axis, and its first tap's
/// source, counted through the batch.
template <class F>
void for_each_row(const Place& p, Range images, const Window::Sizes& to, const Window::Sizes& from,
                  F f) {
    for (Index n = images.begin; n < images.end; ++n) {
        for (Index k = 0; k < p[0].count; ++k) {
            const Index to_z = n * to[0] + p[0].first + k * p[0].step;
            const Index from_z = n * from[0] + p[0].source + k * p[0].source_step;
            for (Index j = 0; j < p[1].count; ++j) {
                const Index to_y = to_z * to[1] + p[1].first + j * p[1].step;
                const Index from_y = from_z * from[1] + p[1].source + j * p[1].source_step;
                f(to_y * to[2] + p[2].first, from_y * from[2] + p[2].source);
            }
        }
    }
}

/// f(target, source) for each target of those rows.
template <class F>
void for_each_target(const Place& p, Range images, const Window::Sizes& to,
                     const Window::Sizes& from, F f) {
    for_each_row(p, images, to, from, [&](Index target, Index source) {
        for (Index i = 0; i < p[2].count; ++i)
            f(target + i * p[2].step, source + i * p[2].source_step);
    });
}

inline Index taps_of(const Place& p) { return p[0].taps * p[1].taps * p[2].taps; }

/// f(tap, pixel) for each tap of a place: its number in the window, and how far its source is from
/// the first one's.
template <class F>
void for_each_tap(const Place& p, const Window& w, const Window::Sizes& from, F f) {
    for (Index k = 0; k < p[0].taps; ++k)
        for (Index j = 0; j < p[1].taps; ++j)
            for (Index i = 0; i < p[2].taps; ++i)
                f(((p[0].tap + k * p[0].tap_step) * w.size[1] + p[1].tap + j * p[1].tap_step) *
                          w.size[2] +
                      p[2].tap + i * p[2].tap_step,
                  (k * p[0].source_tap_step * from[1] + j * p[1].source_tap_step) * from[2] +
                      i * p[2].source_tap_step);
}

/// How the targets are cut, by their shape alone, into at most so many parts: groups of whole
/// images, and where those are too few, ranges along the longest axis.
class Cut {
public:
    Cut(Index batch, const Window::Sizes& to, Index most)
        : axis_(static_cast<unsigned>(std::max_element(to.begin(), to.end()) - to.begin())),
          batch_(batch),
          length_(to[axis_]) {
        images_ = share(batch_, most);
        span_ = share(length_, std::max<Index>(1, most / groups()));
    }

    Index parts() const { return groups() * spans(); }
    Range images(Index part) const { return range(part / spans(), images_, batch_); }
    /// What of `axes` is in the part.
    Part within(const Axes& axes, Index part) const {
        return {axes, axis_, range(part % spans(), span_, length_)};
    }

private:
    static Index share(Index count, Index most) {
        return std::max<Index>(1, divide_up(count, most));
    }
    Index groups() const { return std::max<Index>(1, divide_up(batch_, images_)); }
    Index spans() const { return std::max<Index>(1, divide_up(length_, span_)); }

    unsigned axis_;
    Index batch_, length_, images_ = 1, span_ = 1;
};

}  // namespace shikumi::kernels::detail
