// The targets of a window over a batch of images, grouped by the taps that reach them, and how a
// computation over them is cut into parts.
#pragma once

#include <algorithm>
#include <array>

#include <shikumi/autograd/kernels/detail/pieces.hpp>
#include <shikumi/autograd/kernels/detail/progressions.hpp>

namespace shikumi::kernels::detail {

using AxisProgressions = std::array<Progressions, 3>;
/// A grid of targets that the same taps connect to their sources: a progression along each axis.
using TargetGrid = std::array<Progression, 3>;

inline AxisProgressions axes_of(const WindowGeometry& geometry,
                                Progressions (*progressions)(const WindowGeometry&, unsigned)) {
    return {progressions(geometry, 0), progressions(geometry, 1), progressions(geometry, 2)};
}

/// The targets that lie in a range along one axis.
struct Section {
    const AxisProgressions& axes;
    unsigned axis;
    IndexRange along;
};

/// f(grid) for each grid of targets of a section.
template <class F>
void for_each_grid(const Section& section, F f) {
    for (const Progression& z : section.axes[0]) {
        for (const Progression& y : section.axes[1]) {
            for (const Progression& x : section.axes[2]) {
                TargetGrid grid{z, y, x};
                Progression& cut = grid[section.axis];
                cut = cut.within(section.along.begin, section.along.end);
                if (cut.count > 0) f(grid);
            }
        }
    }
}

/// f(target, source) for the first target of each row along the last axis, and its first tap's
/// source, counted through the batch.
template <class F>
void for_each_row(const TargetGrid& p, IndexRange images, const Window::Sizes& to,
                  const Window::Sizes& from, F f) {
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

/// f(target, source) for each target of a grid, and its first tap's source.
template <class F>
void for_each_target(const TargetGrid& p, IndexRange images, const Window::Sizes& to,
                     const Window::Sizes& from, F f) {
    for_each_row(p, images, to, from, [&](Index target, Index source) {
        for (Index i = 0; i < p[2].count; ++i)
            f(target + i * p[2].step, source + i * p[2].source_step);
    });
}

/// The number of taps that reach a grid's targets.
inline Index taps_of(const TargetGrid& p) { return p[0].taps * p[1].taps * p[2].taps; }

/// f(tap, distance) for each tap of a grid: its number in the window, and how far its source is
/// from the first tap's.
template <class F>
void for_each_tap(const TargetGrid& p, const Window& w, const Window::Sizes& from, F f) {
    for (Index k = 0; k < p[0].taps; ++k)
        for (Index j = 0; j < p[1].taps; ++j)
            for (Index i = 0; i < p[2].taps; ++i)
                f(((p[0].tap + k * p[0].tap_step) * w.size[1] + p[1].tap + j * p[1].tap_step) *
                          w.size[2] +
                      p[2].tap + i * p[2].tap_step,
                  (k * p[0].source_tap_step * from[1] + j * p[1].source_tap_step) * from[2] +
                      i * p[2].source_tap_step);
}

/// A cut of all targets, by their shape alone, into at most so many parts: groups of whole images,
/// and where these are too few, also ranges along the longest axis.
class Partition {
public:
    Partition(Index batch, const Window::Sizes& to, Index most)
        : axis_(static_cast<unsigned>(std::max_element(to.begin(), to.end()) - to.begin())),
          batch_(batch),
          length_(to[axis_]) {
        images_ = share(batch_, most);
        span_ = share(length_, std::max<Index>(1, most / groups()));
    }

    Index parts() const { return groups() * spans(); }
    IndexRange images(Index part) const { return piece_range(part / spans(), images_, batch_); }
    /// The targets of a part, within its images.
    Section within(const AxisProgressions& axes, Index part) const {
        return {axes, axis_, piece_range(part % spans(), span_, length_)};
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
