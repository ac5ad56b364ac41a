#include <shikumi/autograd/kernels/convolution.hpp>

#include <algorithm>
#include <array>

#include <shikumi/autograd/kernels/detail/depthwise.hpp>
#include <shikumi/autograd/kernels/detail/memory.hpp>
#include <shikumi/autograd/kernels/detail/packed_panel.hpp>
#include <shikumi/autograd/kernels/detail/scratch.hpp>
#include <shikumi/autograd/kernels/detail/target_grids.hpp>
#include <shikumi/autograd/kernels/threads.hpp>

namespace shikumi::kernels {

namespace {

using detail::AxisProgressions;
using detail::clear;
using detail::divide_up;
using detail::for_each_panel;
using detail::IndexRange;
using detail::PackedPanel;
using detail::Partition;
using detail::Progressions;
using detail::Scratch;
using detail::Section;
using detail::TargetGrid;

constexpr Index panel_bytes = Index{1} << 18;  // of a packed kernel: part of a second-level cache
constexpr Index fewest_targets = 256;          // of a piece that packs the kernel for itself
constexpr Index most_pieces = 16;
constexpr double fewest_operations = 1e6;     // of a piece: below, waking a thread costs more
constexpr Index most_parts = 8;               // separate sums of a kernel's gradient
constexpr Index part_bytes = Index{1} << 24;  // of all these sums

// The input or the output of the window: images of pixels of channels.
struct Images {
    Window::Sizes size;
    Index channels;
    Index pixels() const { return size[0] * size[1] * size[2]; }
};

// A convolution: its two arrays, and into how many pieces its work is worth cutting.
struct Problem {
    Problem(const WindowGeometry& g, Index outputs, Index groups_)
        : geometry(g), in{g.input, g.channels}, out{g.output, outputs}, groups(groups_) {
        const double operations =
            2.0 * static_cast<double>(geometry.batch * geometry.output_pixels() * geometry.taps()) *
            static_cast<double>(in.channels / groups * out.channels);
        pieces = static_cast<Index>(
            std::clamp(operations / fewest_operations, 1.0, static_cast<double>(most_pieces)));
    }

    // Into at most `most` parts: the kernel is packed for each, which pays only for enough targets.
    Partition partition(const Images& to, Index most) const {
        const Index worth = geometry.batch * to.pixels() / fewest_targets;
        return {geometry.batch, to.size, std::clamp<Index>(worth, 1, std::min(most, pieces))};
    }

    WindowGeometry geometry;
    Images in, out;
    Index groups, pieces;
};

// Sums of products of the sources with a packed panel of the kernel, for each target of a grid.
// Taps whose sources lie side by side, like their rows in the panel, form one segment.
template <class T>
void add_up(const Problem& problem, const TargetGrid& grid, IndexRange images, const Images& to,
            const Images& from, const PackedPanel<T>& panel, const T* x, T* y, bool add) {
    const Index taps = taps_of(grid);
    const Scratch<Index> at(2 * taps);
    const bool side_by_side = grid[2].tap_step == 1 && grid[2].source_tap_step == 1 &&
                              panel.depth == from.channels && grid[2].taps > 0;
    const Index joined = side_by_side ? grid[2].taps : 1;
    Index tap = 0;
    for_each_tap(grid, problem.geometry.window, from.size, [&](Index number, Index pixel) {
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
    for_each_target(grid, images, to.size, from.size, [&](Index target, Index source) {
        sources[static_cast<std::size_t>(rows)] = x + source * from.channels;
        targets[static_cast<std::size_t>(rows)] = y + target * to.channels;
        if (++rows == detail::most_rows) {
            detail::multiply_rows(products);
            rows = 0;
        }
    });
    if (rows > 0) detail::multiply_rows(products);
}

// f(part, images, section, range of a group's channels) for each piece of `to`.
template <class T, class F>
void for_each_piece(const Partition& partition, const Problem& problem, const Images& to,
                    const AxisProgressions& axes, F f) {
    const Index columns = to.channels / problem.groups;
    const Index full_width = detail::panel_widths<T>().most;
    const Index wanted = std::clamp<Index>(problem.pieces / partition.parts(), 1, columns);
    const Index each = divide_up(divide_up(columns, wanted), full_width) * full_width;
    const Index blocks = divide_up(columns, each);
    parallel_for(partition.parts() * blocks, [&](Index piece) {
        const Index part = piece / blocks;
        f(part, partition.images(part), partition.within(axes, part),
          detail::piece_range(piece % blocks, each, columns));
    });
}

// Both directions: targets are sums over the taps and the sources' channels. `transposed`: the rows
// of the kernel are the targets' channels.
template <class T>
void compute(const Problem& problem, const Images& to, const Images& from,
             const AxisProgressions& axes, const T* x, const T* w, bool transposed, T* y) {
    const Index taps = problem.geometry.taps();
    const Index in = problem.in.channels / problem.groups, row = problem.out.channels;
    const Index depth = from.channels / problem.groups, columns = to.channels / problem.groups;
    const Index full_width = detail::panel_widths<T>().most;
    const Index fits =
        std::max<Index>(16, panel_bytes / static_cast<Index>(sizeof(T)) / (full_width * taps));
    const Index each = divide_up(depth, divide_up(depth, fits));
    const Partition partition = problem.partition(to, most_pieces);
    for_each_piece<T>(
        partition, problem, to, axes,
        [&](Index, IndexRange images, const Section& own, IndexRange block) {
            const Scratch<T> packed(taps * each * full_width);
            for (Index g = 0; g < problem.groups; ++g) {
                for_each_panel<T>(block, [&](Index first, Index count, Index width) {
                    for (Index k = 0; k < depth; k += each) {
                        const PackedPanel<T> panel{taps, std::min(each, depth - k), width, count,
                                                   packed.data()};
                        if (transposed)
                            panel.pack_transposed(w + first * row + g * depth + k, in * row, row);
                        else
                            panel.pack(w + k * row + g * columns + first, in * row, row);
                        for_each_grid(own, [&](const TargetGrid& grid) {
                            add_up(problem, grid, images, to, from, panel, x + g * depth + k,
                                   y + g * columns + first, k > 0);
                        });
                    }
                });
            }
        });
}

// Up to most_rows pixels of the input with the pixels of the output's gradient that they meet.
template <class T>
struct PixelPairs {
    using Pointers = std::array<const T*, detail::most_rows>;
    void push_back(const T* pixel, const T* output) {
        pixels[static_cast<std::size_t>(count)] = pixel;
        outputs[static_cast<std::size_t>(count)] = output;
        ++count;
    }
    bool full() const { return count == detail::most_rows; }

    Index count = 0;
    Pointers pixels, outputs;
};

// Adds the products of the pairs to the columns [range) of w. `packed` is room for a panel of
// outputs, which a narrow one is copied into, as `multiply_columns` reads whole widths.
template <class T>
void add_products(const PixelPairs<T>& pairs, detail::ColumnProducts<T> products, IndexRange range,
                  T* packed, T* w) {
    typename PixelPairs<T>::Pointers padded;
    products.rows = pairs.count;
    products.from = pairs.pixels.data();
    for_each_panel<T>(range, [&](Index first, Index count, Index width) {
        products.out = w + first;
        products.width = width;
        products.columns = count;
        products.y = pairs.outputs.data();
        products.y_at = first;
        if (count < width) {
            for (Index r = 0; r < pairs.count; ++r) {
                T* const to = packed + r * width;
                std::copy_n(pairs.outputs[static_cast<std::size_t>(r)] + first, count, to);
                std::fill(to + count, to + width, T{0});
                padded[static_cast<std::size_t>(r)] = to;
            }
            products.y = padded.data();
            products.y_at = 0;
        }
        detail::multiply_columns(products);
    });
}

// Adds the contribution of some images to the kernel's gradient, for a range of its columns.
template <class T>
void add_gradient(const Problem& problem, IndexRange images, const Section& part,
                  IndexRange columns, const T* x, const T* y, T* w) {
    const Index depth = problem.in.channels / problem.groups,
                each = problem.out.channels / problem.groups;
    const Scratch<T> packed(detail::most_rows * detail::panel_widths<T>().most);
    for_each_grid(part, [&](const TargetGrid& grid) {
        const Index taps = taps_of(grid);
        if (taps == 0) return;
        const Scratch<Index> at(2 * taps);
        Index tap = 0;
        for_each_tap(grid, problem.geometry.window, problem.in.size,
                     [&](Index number, Index pixel) {
                         at[tap] = pixel * problem.in.channels;
                         at[taps + tap] = number * depth;
                         ++tap;
                     });
        const detail::ColumnProducts<T> products{.rows = 0,
                                                 .from = nullptr,
                                                 .y = nullptr,
                                                 .y_at = 0,
                                                 .segments = taps,
                                                 .depth = depth,
                                                 .from_at = at.data(),
                                                 .out_at = at.data() + taps,
                                                 .out = nullptr,
                                                 .stride = problem.out.channels,
                                                 .width = 0,
                                                 .columns = 0};
        for (Index g = 0; g < problem.groups; ++g) {
            PixelPairs<T> pairs;
            const auto add = [&] {
                add_products(pairs, products, columns, packed.data(), w + g * each);
                pairs.count = 0;
            };
            for_each_target(grid, images, problem.out.size, problem.in.size,
                            [&](Index target, Index source) {
                                pairs.push_back(x + source * problem.in.channels + g * depth,
                                                y + target * problem.out.channels + g * each);
                                if (pairs.full()) add();
                            });
            if (pairs.count > 0) add();
        }
    });
}

// Pieces that hold the same columns add up separately, each in an array of its own; then these are
// added.
template <class T>
void gradient(const Problem& problem, const T* x, const T* y, T* w) {
    const Index depth = problem.in.channels / problem.groups,
                each = problem.out.channels / problem.groups;
    const Index rows = problem.geometry.taps() * depth, row = problem.out.channels;
    const AxisProgressions outputs = axes_of(problem.geometry, detail::output_progressions);
    const bool alike = std::all_of(outputs.begin(), outputs.end(),
                                   [](const Progressions& lines) { return lines.size() == 1; });
    // Few channels are added up together with those of the next tap; many channels tap by tap, at
    // all positions of a tap.
    const AxisProgressions axes =
        alike || depth < 6 ? outputs : axes_of(problem.geometry, detail::tap_progressions);

    const Index affordable =
        std::clamp<Index>(part_bytes / static_cast<Index>(sizeof(T)) / (rows * row), 1, most_parts);
    const Partition partition = problem.partition(problem.out, affordable);
    const Index parts = partition.parts();
    const Scratch<T> others((parts - 1) * rows * row);
    const auto sum_of = [&](Index part) {
        return part == 0 ? w : others.data() + (part - 1) * rows * row;
    };
    for_each_piece<T>(partition, problem, problem.out, axes,
                      [&](Index part, IndexRange images, const Section& own, IndexRange columns) {
                          T* const sum = sum_of(part);
                          for (Index i = 0; i < rows; ++i)
                              for (Index g = 0; g < problem.groups; ++g)
                                  clear(sum + i * row + g * each + columns.begin, columns.size());
                          add_gradient(problem, images, own, columns, x, y, sum);
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
    const WindowGeometry geometry(window, x.spec.shape);
    const Index outputs = w.spec.shape.back();
    if (detail::is_depthwise(geometry, groups, outputs))
        return detail::convolve_depthwise(geometry, x, w, y);
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const Problem problem(geometry, outputs, groups);
        compute(problem, problem.out, problem.in, axes_of(geometry, detail::output_progressions),
                x.as<T>(), w.as<T>(), false, y.as<T>());
    });
}

void convolve_back(const Window& window, Index groups, ConstView y, ConstView w, View x) {
    const WindowGeometry geometry(window, x.spec.shape);
    const Index outputs = w.spec.shape.back();
    if (detail::is_depthwise(geometry, groups, outputs))
        return detail::convolve_depthwise_back(geometry, y, w, x);
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        const Problem problem(geometry, outputs, groups);
        compute(problem, problem.in, problem.out, axes_of(geometry, detail::input_progressions),
                y.as<T>(), w.as<T>(), true, x.as<T>());
    });
}

void correlate(const Window& window, Index groups, ConstView x, ConstView y, View w) {
    const WindowGeometry geometry(window, x.spec.shape);
    const Index outputs = w.spec.shape.back();
    if (detail::is_depthwise(geometry, groups, outputs))
        return detail::correlate_depthwise(geometry, x, y, w);
    dispatch_floating(x.spec.dtype, [&]<class T>() {
        gradient(Problem(geometry, outputs, groups), x.as<T>(), y.as<T>(), w.as<T>());
    });
}

}  // namespace shikumi::kernels
