// Every target of a window, with every tap and source, compared with a loop over all of them.
#include "catch.hpp"

#include <array>
#include <set>
#include <vector>

#include <shikumi/autograd/kernels/detail/target_grids.hpp>

using namespace shikumi;
using namespace shikumi::kernels;
using namespace shikumi::kernels::detail;

namespace {

using Connection = std::array<Index, 3>;  // output position, tap, input pixel

const Shape images{2, 4, 7, 5, 3};

std::vector<Window> windows() {
    return {
        {.size = {1, 2, 3}},
        {.size = {2, 3, 2}, .stride = {1, 2, 3}},
        {.size = {1, 3, 3}, .before = {0, 1, 2}, .after = {0, 1, 0}},
        {.size = {2, 2, 2}, .dilation = {2, 3, 1}, .before = {1, 0, 0}},
        {.size = {1, 1, 1}, .stride = {3, 2, 2}},
    };
}

Index joined(const std::array<Index, 3>& at, const Window::Sizes& sizes, Index image = 0) {
    return ((image * sizes[0] + at[0]) * sizes[1] + at[1]) * sizes[2] + at[2];
}

// By the definition: pixel = position · stride + tap · dilation - before, inside the image.
std::multiset<Connection> all_connections(const WindowGeometry& g) {
    const Window& w = g.window;
    std::multiset<Connection> all;
    const Window::Sizes whole{g.batch * g.output[0], g.output[1], g.output[2]};
    for (Index flat = 0; flat < whole[0] * whole[1] * whole[2]; ++flat) {
        const std::array<Index, 3> p{flat / (whole[1] * whole[2]) % g.output[0],
                                     flat / whole[2] % whole[1], flat % whole[2]};
        const Index image = flat / (whole[1] * whole[2]) / g.output[0];
        for (Index tap = 0; tap < w.taps(); ++tap) {
            const std::array<Index, 3> t{tap / (w.size[1] * w.size[2]), tap / w.size[2] % w.size[1],
                                         tap % w.size[2]};
            std::array<Index, 3> q{};
            bool inside = true;
            for (unsigned i = 0; i < 3; ++i) {
                q[i] = p[i] * w.stride[i] + t[i] * w.dilation[i] - w.before[i];
                inside = inside && q[i] >= 0 && q[i] < g.input[i];
            }
            if (inside) all.insert({joined(p, g.output, image), tap, joined(q, g.input, image)});
        }
    }
    return all;
}

// The connections of all grids of a partition; `backward`: targets are pixels.
std::multiset<Connection> connections_of_grids(const WindowGeometry& g,
                                               const AxisProgressions& axes, bool backward,
                                               Index most_parts) {
    const Window::Sizes &to = backward ? g.input : g.output, &from = backward ? g.output : g.input;
    std::multiset<Connection> all;
    const Partition partition(g.batch, to, most_parts);
    for (Index part = 0; part < partition.parts(); ++part) {
        for_each_grid(partition.within(axes, part), [&](const TargetGrid& grid) {
            for_each_target(grid, partition.images(part), to, from,
                            [&](Index target, Index source) {
                                for_each_tap(grid, g.window, from, [&](Index tap, Index distance) {
                                    const Index other = source + distance;
                                    all.insert(backward ? Connection{other, tap, target}
                                                        : Connection{target, tap, other});
                                });
                            });
        });
    }
    return all;
}

}  // namespace

TEST_CASE("grids of positions, of pixels and of taps hold each connection once", "[target_grids]") {
    for (const Window& window : windows()) {
        const WindowGeometry g(window, images);
        const auto wanted = all_connections(g);
        REQUIRE(!wanted.empty());
        for (const Index parts : {1, 2, 5, 100}) {
            INFO(parts << " parts");
            CHECK(connections_of_grids(g, axes_of(g, output_progressions), false, parts) == wanted);
            CHECK(connections_of_grids(g, axes_of(g, tap_progressions), false, parts) == wanted);
            CHECK(connections_of_grids(g, axes_of(g, input_progressions), true, parts) == wanted);
        }
    }
}

TEST_CASE("a partition covers every target once and has no more parts than wanted",
          "[target_grids]") {
    for (const Window& window : windows()) {
        const WindowGeometry g(window, images);
        for (const Index most : {1, 2, 3, 8, 1000}) {
            const Partition partition(g.batch, g.output, most);
            CHECK(partition.parts() <= most);
            const AxisProgressions axes = axes_of(g, output_progressions);
            std::multiset<Index> targets;
            for (Index part = 0; part < partition.parts(); ++part) {
                for_each_grid(partition.within(axes, part), [&](const TargetGrid& grid) {
                    for_each_target(grid, partition.images(part), g.output, g.input,
                                    [&](Index target, Index) { targets.insert(target); });
                });
            }
            CHECK(targets.size() == static_cast<std::size_t>(g.batch * g.output_pixels()));
            CHECK(std::set<Index>(targets.begin(), targets.end()).size() == targets.size());
        }
    }
}

TEST_CASE("a part of a progression keeps its distances", "[target_grids]") {
    const Progression all{.first = 1, .count = 5, .step = 3, .source = 10, .source_step = 2};
    const Progression part = all.within(4, 11);  // of 1, 4, 7, 10, 13
    CHECK(part.first == 4);
    CHECK(part.count == 3);
    CHECK(part.source == 12);
    CHECK(all.within(2, 4).count == 0);
    CHECK(all.within(5, 5).count == 0);
    CHECK(all.within(0, 100).count == 5);
}
