#include <shikumi/autograd/kernels/convolution.hpp>

#include <algorithm>
#include <array>
#include <cstring>

#include <shikumi/autograd/kernels/detail/depthwise.hpp>
#include <shikumi/autograd/kernels/detail/panel.hpp>
#include <shikumi/autograd/kernels/detail/places.hpp>
#include <shikumi/autograd/kernels/detail/scratch.hpp>
#include <shikumi/autograd/kernels/threads.hpp>

namespace shikumi::kernels {

namespace {

using detail::Axes;
using detail::Cut;
using detail::divide_up;
using detail::for_each_block;
using detail::Lines;
using detail::Panel;
using detail::Part;
using detail::Place;
using detail::Range;
using detail::Scratch;

constexpr Index panel_bytes = Index{1} << 18;  // of a packed kernel: a second-level cache's share
constexpr Index fewest_targets = 256;          // of a piece that packs the kernel for itself
constexpr Index most_pieces = 16;
constexpr double fewest_operations = 1e6;     // of a piece: fewer, and waking a thread costs more
constexpr Index most_parts = 8;               // sums of a kernel's gradient that are made apart
constexpr Index part_bytes = Index{1} << 24;  // that these may take together

template <class T>
void clear(T* values, Index count) {
    if (count > 0) std::memset(values, 0, static_cast<std::size_t>(count) * sizeof(T));
}

// One of the two arrays that a window joins: images of pixels of channels.
struct Images {
    Window::Sizes size;
    Index channels;
    Index pixels() const { return size[0] * size[1] * size[2]; }
};

// One convolution: what it joins, and how much there is to do.
struct Work {
    Work(const WindowGeometry& slide, Index outputs, Index groups_)
        : s(slide), in{s.in, s.channels}, out{s.out, outputs}, groups(groups_) {
        const double operations = 2.0 * static_cast<double>(s.batch * s.places() * s.taps()) *
                                  static_cast<double>(in.channels / groups * out.channels);
        pieces = static_cast<Index>(
            std::clamp(operations / fewest_operations, 1.0, static_cast<double>(most_pieces)));
    }

    // Into `most` parts: a kernel is packed for each, which needs some targets to be worth it.
    Cut cut(const Images& to, Index most) const {
        const Index worth = s.batch * to.pixels() / fewest_targets;
        return {s.batch, to.size, std::clamp<Index>(worth, 1, std::min(most, pieces))};
    }

    WindowGeometry s;
    Images in, out;
    Index groups, pieces;
};

// Sums of products of the sources with packed columns of the kernel, target by target. Taps whose
// sources lie side by side, as their rows in the panel do, are one segment.
template <class T>
void add_up(const Work& work, const Place& place, Range images, const Images& to,
            const Images& from, const Panel<T>& panel, const T* x, T* y, bool add) {
    const Index taps = taps_of(place);
    const Scratch<Index> at(2 * taps);
    const bool side_by_side = place[2].tap_step == 1 && place[2].source_tap_step == 1 &&
                              panel.depth == from.channels && place[2].taps > 0;
    const Index joined = side_by_side ? place[2].taps : 1;
    Index tap = 0;
    for_each_tap(place, work.s.window, from.size, [&](Index number, Index pixel) {
        if (tap % joined == 0) {
            at[tap / joined] = pixel * from.channels;
            at[taps + tap / joined] = number * panel.depth;
        }
        ++tap;
    });

    std::array<const T*, detail::most_rows> sources;
    std::array<T*, detail::most_rows> targets;
    detail::RowProducts<T> products{.rows = 0,
                                    .from = sources.data(),
                                    .out = targets.data(),
                                    .add = add,
                                    .segments = taps / joined,
                                    .depth = joined * panel.depth,
                                    .from_at = at.data(),
                                    .panel_at = at.data() + taps,
                                    .panel = panel.values,
                                    .width = panel.width,
                                    .columns = panel.columns};
    Index& rows = products.rows;
    for_each_target(place, images, to.size, from.size, [&](Index target, Index source) {
        sources[static_cast<std::size_t>(rows)] = x + source * from.channels;
        targets[static_cast<std::size_t>(rows)] = y + target * to.channels;
        if (++rows == detail::most_rows) {
            detail::multiply_rows(products);
            rows = 0;
        }
    });
    if (rows > 0) detail::multiply_rows(products);
}

// f(images, axes, channels' range of a group) for each piece of what `to` holds.
template <class T, class F>
void for_each_piece(const Cut& cut, const Work& work, const Images& to, const Axes& axes, F f) {
    const Index columns = to.channels / work.groups;
    const Index widest = detail::tile_columns<T>().most;
    const Index wanted = std::clamp<Index>(work.pieces / cut.parts(), 1, columns);
    const Index each = divide_up(divide_up(columns, wanted), widest) * widest;
    const Index blocks = divide_up(columns, each);
    parallel_for(cut.parts() * blocks, [&](Index piece) {
        const Index part = piece / blocks;
        f(part, cut.images(part), cut.within(axes, part),
          detail::range(piece % blocks, each, columns));
    });
}

// Both directions: targets are sums over the taps and the sources' channels. `transposed` is the
// kernel where its rows are the targets' channels.
template <class T>
void compute(const Work& work, const Images& to, const Images& from, const Axes& axes, const T* x,
             const T* w, bool transposed, T* y) {
    const Index taps = work.s.taps();
    const Index in = work.in.channels / work.groups, row = work.out.channels;
    const Index depth = from.channels / work.groups, columns = to.channels / work.groups;
    const Index widest = detail::tile_columns<T>().most;
    const Index fits =
        std::max<Index>(16, panel_bytes / static_cast<Index>(sizeof(T)) / (widest * taps));
    const Index each = divide_up(depth, divide_up(depth, fits));
    const Cut cut = work.cut(to, most_pieces);
    for_each_piece<T>(cut, work, to, axes, [&](Index, Range images, const Part& own, Range block) {
        const Scratch<T> packed(taps * each * widest);
        for (Index g = 0; g < work.groups; ++g) {
            for_each_block<T>(block, [&](Index first, Index count, Index width) {
                for (Index k = 0; k < depth; k += each) {
                    const Panel<T> panel{taps, std::min(each, depth - k), width, count,
                                         packed.data()};
                    if (transposed)
                        panel.pack_transposed(w + first * row + g * depth + k, in * row, row);
                    else
                        panel.pack(w + k * row + g * columns + first, in * row, row);
                    for_each_place(own, [&](const Place& place) {
                        add_up(work, place, images, to, from, panel, x + g * depth + k,
                               y + g * columns + first, k > 0);
                    });
                }
            });
        }
    });
}

// The share of some images in the kernel's gradient, for a block of its columns.
template <class T>
void add_gradient(const Work& work, Range images, const Part& part, Range columns, const T* x,
                  const T* y, T* w) {
    const Index depth = work.in.channels / work.groups, each = work.out.channels / work.groups;
    const Index widest = detail::tile_columns<T>().most;
    const Scratch<T> packed(detail::most_rows * widest);
    std::array<const T*, detail::most_rows> pixels, places, padded;
    for_each_place(part, [&](const Place& place) {
        const Index taps = taps_of(place);
        if (taps == 0) return;
        const Scratch<Index> at(2 * taps);
        Index tap = 0;
        for_each_tap(place, work.s.window, work.in.size, [&](Index number, Index pixel) {
            at[tap] = pixel * work.in.channels;
            at[taps + tap] = number * depth;
            ++tap;
        });
        detail::ColumnProducts<T> products{.rows = 0,
                                           .from = pixels.data(),
                                           .y = nullptr,
                                           .y_at = 0,
                                           .segments = taps,
                                           .depth = depth,
                                           .from_at = at.data(),
                                           .out_at = at.data() + taps,
                                           .out = nullptr,
                                           .stride = work.out.channels,
                                           .width = 0,
                                           .columns = 0};
        const auto add = [&](Index rows, Index g) {
            products.rows = rows;
            for_each_block<T>(columns, [&](Index first, Index count, Index width) {
                products.out = w + g * each + first;
                products.width = width;
                products.columns = count;
                products.y = places.data();
                products.y_at = first;
                if (count < width) {
                    for (Index r = 0; r < rows; ++r) {
                        T* const to = packed.data() + r * width;
                        std::copy_n(places[static_cast<std::size_t>(r)] + first, count, to);
                        std::fill(to + count, to + width, T{0});
                        padded[static_cast<std::size_t>(r)] = to;
                    }
                    products.y = padded.data();
                    products.y_at = 0;
                }
                detail::multiply_columns(products);
            });
        };
        for (Index g = 0; g < work.groups; ++g) {
            Index rows = 0;
            for_each_target(place, images, work.out.size, work.in.size,
                            [&](Index target, Index source) {
                                pixels[static_cast<std::size_t>(rows)] =
                                    x + source * work.in.channels + g * depth;
                                places[static_cast<std::size_t>(rows)] =
                                    y + target * work.out.channels + g * each;
                                if (++rows == detail::most_rows) {
                                    add(rows, g);
                                    rows = 0;
                                }
                            });
            if (rows > 0) add(rows, g);
        }
    });
}

// Pieces that hold the same columns add up apart, each in a part of its own; then these are added.
template <class T>
void gradient(const Work& work, const T* x, const T* y, T* w) {
    const Index depth = work.in.channels / work.groups, each = work.out.channels / work.groups;
    const Index rows = work.s.taps() * depth, row = work.out.channels;
    const Axes places = axes_of(work.s, detail::lines_forward);
    const bool alike = std::all_of(places.begin(), places.end(),
                                   [](const Lines& lines) { return lines.size() == 1; });
    // Few channels are added up with the next tap's; many, with all places where the tap is inside.
    const Axes axes = alike || depth < 6 ? places : axes_of(work.s, detail::lines_of_taps);

    const Index affordable =
        std::clamp<Index>(part_bytes / static_cast<Index>(sizeof(T)) / (rows * row), 1, most_parts);
    const Cut cut = work.cut(work.out, affordable);
    const Index parts = cut.parts();
    const Scratch<T> others((parts - 1) * rows * row);
    const auto sum_of = [&](Index part) {
        return part == 0 ? w : others.data() + (part - 1) * rows * row;
    };
    for_each_piece<T>(cut, work, work.out, axes,
                      [&](Index part, Range images, const Part& own, Range columns) {
                          T* const sum = sum_of(part);
                          for (Index i = 0; i < rows; ++i)
                              for (Index g = 0; g < work.groups; ++g)
                                  clear(sum + i * row + g * each + columns.begin, columns.size());
                          add_gradient(work, images, own, columns, x, y, sum);
                      });
    if (parts == 1) return;
    parallel_pieces(rows * row, Index{1} << 16, [&](Index begin, Index end) {
        for (Index part = 1; part < parts; ++part) {
            const T* const more = sum_of(part);
            for (Index i = begin; i < end; ++i) w[i] += more[i];
        }
    });
}

}  // namespace

void convolve(const Window& window, Index groups, ConstView x, ConstView w, View y) {
    const WindowGeometry s(window, x.spec.shape);
    const Index outputs = w.spec.shape.back();
    if (detail::is_depthwise(s, groups, outputs)) return detail::convolve_depthwise(s, x, w, y);
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const Work work(s, outputs, groups);
        compute(work, work.out, work.in, axes_of(s, detail::lines_forward), x.as<T>(), w.as<T>(),
                false, y.as<T>());
    });
}

void convolve_back(const Window& window, Index groups, ConstView y, ConstView w, View x) {
    const WindowGeometry s(window, x.spec.shape);
    const Index outputs = w.spec.shape.back();
    if (detail::is_depthwise(s, groups, outputs))
        return detail::convolve_depthwise_back(s, y, w, x);
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const Work work(s, outputs, groups);
        compute(work, work.in, work.out, axes_of(s, detail::lines_backward), y.as<T>(), w.as<T>(),
                true, x.as<T>());
    });
}

void correlate(const Window& window, Index groups, ConstView x, ConstView y, View w) {
    const WindowGeometry s(window, x.spec.shape);
    const Index outputs = w.spec.shape.back();
    if (detail::is_depthwise(s, groups, outputs)) return detail::correlate_depthwise(s, x, y, w);
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        gradient(Work(s, outputs, groups), x.as<T>(), y.as<T>(), w.as<T>());
    });
}

}  // namespace shikumi::kernels
