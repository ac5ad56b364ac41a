#include <shikumi/autograd/kernels/detail/lines.hpp>

namespace shikumi::kernels::detail {

namespace {

// The target's line if it were alone; source(tap) is negative where there is none.
template <class Source>
Line alone(Index target, Index taps, Source source) {
    Line line{.first = target};
    for (Index tap = 0; tap < taps; ++tap) {
        const Index at = source(tap);
        if (at < 0) continue;
        if (line.taps == 0) {
            line.tap = tap;
            line.source = at;
        } else if (line.taps == 1) {
            line.tap_step = tap - line.tap;
            line.source_tap_step = at - line.source;
        }
        ++line.taps;
    }
    return line;
}

// Targets `step` apart that have the same taps share a line.
template <class Source>
Lines join(Index targets, Index step, Index taps, Source source) {
    Lines lines(targets);
    for (Index phase = 0; phase < std::min(step, targets); ++phase) {
        for (Index target = phase; target < targets; target += step) {
            Line next = alone(target, taps, [&](Index tap) { return source(target, tap); });
            next.step = step;
            if (target != phase && lines.back().tap == next.tap && lines.back().taps == next.taps) {
                Line& last = lines.back();
                if (last.count++ == 1) last.source_step = next.source - last.source;
            } else {
                lines.push_back(next);
            }
        }
    }
    return lines;
}

Index pixel_at(const WindowGeometry& s, unsigned axis, Index place, Index tap) {
    const Index at =
        place * s.window.stride[axis] - s.window.before[axis] + tap * s.window.dilation[axis];
    return at < s.in[axis] ? at : -1;
}

}  // namespace

Lines lines_forward(const WindowGeometry& s, unsigned axis) {
    return join(s.out[axis], 1, s.window.size[axis],
                [&](Index place, Index tap) { return pixel_at(s, axis, place, tap); });
}

Lines lines_backward(const WindowGeometry& s, unsigned axis) {
    const Index stride = s.window.stride[axis];
    return join(s.in[axis], stride, s.window.size[axis], [&](Index pixel, Index tap) {
        const Index at = pixel + s.window.before[axis] - tap * s.window.dilation[axis];
        return at % stride == 0 && at / stride < s.out[axis] ? at / stride : -1;
    });
}

Lines lines_of_taps(const WindowGeometry& s, unsigned axis) {
    Lines lines(s.window.size[axis]);
    for (Index tap = 0; tap < s.window.size[axis]; ++tap) {
        Line line{.count = 0, .tap = tap, .taps = 1, .source_step = s.window.stride[axis]};
        for (Index place = 0; place < s.out[axis]; ++place) {
            const Index at = pixel_at(s, axis, place, tap);
            if (at < 0) continue;
            if (line.count++ == 0) {
                line.first = place;
                line.source = at;
            }
        }
        if (line.count > 0) lines.push_back(line);
    }
    return lines;
}

}  // namespace shikumi::kernels::detail
