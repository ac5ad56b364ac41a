#include <shikumi/autograd/kernels/detail/progressions.hpp>

namespace shikumi::kernels::detail {

namespace {

// The progression of one target; source(tap) is negative where the tap has none.
template <class Source>
Progression alone(Index target, Index taps, Source source) {
    Progression own{.first = target};
    for (Index tap = 0; tap < taps; ++tap) {
        const Index at = source(tap);
        if (at < 0) continue;
        if (own.taps == 0) {
            own.tap = tap;
            own.source = at;
        } else if (own.taps == 1) {
            own.tap_step = tap - own.tap;
            own.source_tap_step = at - own.source;
        }
        ++own.taps;
    }
    return own;
}

// Targets `step` apart that have the same taps share a progression.
template <class Source>
Progressions join(Index targets, Index step, Index taps, Source source) {
    Progressions list(targets);
    for (Index phase = 0; phase < std::min(step, targets); ++phase) {
        for (Index target = phase; target < targets; target += step) {
            Progression next = alone(target, taps, [&](Index tap) { return source(target, tap); });
            next.step = step;
            if (target != phase && list.back().tap == next.tap && list.back().taps == next.taps) {
                Progression& last = list.back();
                if (last.count++ == 1) last.source_step = next.source - last.source;
            } else {
                list.push_back(next);
            }
        }
    }
    return list;
}

Index pixel_at(const WindowGeometry& geometry, unsigned axis, Index position, Index tap) {
    const Index at = position * geometry.window.stride[axis] - geometry.window.before[axis] +
                     tap * geometry.window.dilation[axis];
    return at < geometry.input[axis] ? at : -1;
}

}  // namespace

Progressions output_progressions(const WindowGeometry& geometry, unsigned axis) {
    return join(geometry.output[axis], 1, geometry.window.size[axis],
                [&](Index position, Index tap) { return pixel_at(geometry, axis, position, tap); });
}

Progressions input_progressions(const WindowGeometry& geometry, unsigned axis) {
    const Index stride = geometry.window.stride[axis];
    return join(
        geometry.input[axis], stride, geometry.window.size[axis], [&](Index pixel, Index tap) {
            const Index at =
                pixel + geometry.window.before[axis] - tap * geometry.window.dilation[axis];
            return at % stride == 0 && at / stride < geometry.output[axis] ? at / stride : -1;
        });
}

Progressions tap_progressions(const WindowGeometry& geometry, unsigned axis) {
    Progressions list(geometry.window.size[axis]);
    for (Index tap = 0; tap < geometry.window.size[axis]; ++tap) {
        Progression own{
            .count = 0, .tap = tap, .taps = 1, .source_step = geometry.window.stride[axis]};
        for (Index position = 0; position < geometry.output[axis]; ++position) {
            const Index at = pixel_at(geometry, axis, position, tap);
            if (at < 0) continue;
            if (own.count++ == 0) {
                own.first = position;
                own.source = at;
            }
        }
        if (own.count > 0) list.push_back(own);
    }
    return list;
}

}  // namespace shikumi::kernels::detail
