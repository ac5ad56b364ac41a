// Rows of convolution, pooling, resizing.
#include <algorithm>
#include <cmath>
#include <limits>

#include "op_table.hpp"
#include "windows.hpp"

namespace shikumi_test {

namespace {

using namespace shikumi;

using Many = const std::vector<Values>&;

class WindowTable : public OpTable {
public:
    using OpTable::OpTable;

    void convolution(const char* label, const Shape& x, const Shape& kernel, const Shape& out,
                     const ConvolutionOptions& options, const Slid& slid) {
        row(
            "convolution", label, {{x}, {kernel}},
            [=](const Inputs& t) { return shikumi::convolution(t[0], t[1], options); },
            [=](Many v) { return convolved(slid, v[0], v[1], out); });
    }
    void transposed(const char* label, const Shape& x, const Shape& kernel, const Shape& out,
                    const ConvolutionOptions& options, const PerAxis& sizes, const Slid& slid) {
        row(
            "convolution_transpose", label, {{x}, {kernel}},
            [=](const Inputs& t) {
                return shikumi::convolution_transpose(t[0], t[1], options, sizes);
            },
            [=](Many v) { return convolved_back(slid, v[0], v[1], out); });
    }
    // By definition: from every element of the box of each output.
    void adaptive(const char* name, const char* label, const Shape& x, const Position& places,
                  std::function<Tensor(const Tensor&, const PerAxis&)> pool) {
        Shape::Sizes sizes = x.sizes();
        for (std::size_t i = 0; i < places.size(); ++i) sizes[static_cast<int>(i) + 1] = places[i];
        const Shape out(sizes);
        row(
            name, label, {{x}}, [=](const Inputs& t) { return pool(t[0], PerAxis(places)); },
            [=, largest = std::string(name) == "adaptive_max_pool"](Many v) {
                return generate(out, [&](const Position& p) {
                    Real sum = 0, most = -std::numeric_limits<Real>::infinity(), count = 0;
                    generate(x, [&](const Position& q) -> Real {
                        bool seen = p.front() == q.front() && p.back() == q.back();
                        for (std::size_t i = 0; i < places.size(); ++i) {
                            const Index n = x[static_cast<int>(i) + 1];
                            seen = seen && q[i + 1] >= p[i + 1] * n / places[i] &&
                                   q[i + 1] * places[i] < (p[i + 1] + 1) * n;
                        }
                        if (seen) sum += v[0].at(q), most = std::max(most, v[0].at(q)), ++count;
                        return 0;
                    });
                    return largest ? most : sum / count;
                });
            });
    }
    // Reduces each window of `size` over x to one number for each channel.
    void pool(const char* name, const char* label, const Shape& x, const Position& size,
              const Shape& out, const PoolOptions& options, const Slid& slid) {
        const bool largest = std::string(name) == "max_pool";
        row(
            name, label, {{x}},
            [=](const Inputs& t) {
                return largest ? max_pool(t[0], PerAxis(size), options)
                               : average_pool(t[0], PerAxis(size), options);
            },
            [=](Many v) {
                return generate(out, [&](const Position& p) {
                    Real sum = 0, most = -std::numeric_limits<Real>::infinity(), count = 0;
                    for_each_seen(slid, size, v[0].shape, p, [&](const Position& at, Index) {
                        Position q = at;
                        q.push_back(p.back());
                        sum += v[0].at(q);
                        most = std::max(most, v[0].at(q));
                        ++count;
                    });
                    return largest ? most : sum / count;
                });
            });
    }
    void resize(const char* label, const Shape& x, const Shape& out, Interpolation how) {
        const Shape::Sizes all = out.sizes();
        const PerAxis sizes(std::vector<Index>(all.begin() + 1, all.end() - 1));
        row(
            "resize", label, {{x}},
            [=](const Inputs& t) { return shikumi::resize(t[0], sizes, how); },
            [=](Many v) {
                return generate(out,
                                [&](const Position& p) { return resized(v[0], out, p, 1, how); });
            });
    }

private:
    // One axis after another: takes the nearest pixel or interpolates the two nearest.
    static Real resized(const Values& x, const Shape& out, const Position& p, std::size_t axis,
                        Interpolation how) {
        if (axis + 1 == p.size()) return x.at(p);
        const auto a = static_cast<int>(axis);
        const Index n = x.shape[a];
        const Real at =
            (static_cast<Real>(p[axis]) + 0.5L) * static_cast<Real>(n) / static_cast<Real>(out[a]);
        const auto read = [&](Real pixel) {
            Position q = p;
            q[axis] = std::clamp<Index>(static_cast<Index>(pixel), 0, n - 1);
            return resized(x, out, q, axis + 1, how);
        };
        if (how == Interpolation::nearest) return read(std::floor(at));
        const Real below = std::floor(at - 0.5L), share = at - 0.5L - below;
        return read(below) * (1 - share) + read(below + 1) * share;
    }
};

void add_convolutions(WindowTable& table) {
    const Pads same = Padding::same;
    table.convolution("one axis", {2, 5, 2}, {3, 2, 3}, {2, 3, 3}, {}, {});
    table.convolution("causal, dilated", {1, 5, 2}, {2, 2, 2}, {1, 5, 2},
                      {.dilation = 2, .padding = Padding::causal},
                      {.dilation = {2}, .before = {2}});
    table.convolution("same, strides", {2, 5, 4, 2}, {2, 3, 2, 2}, {2, 3, 2, 2},
                      {.strides = 2, .padding = same}, {.stride = {2, 2}, .before = {0, 0}});
    table.convolution("explicit padding, groups", {1, 3, 4, 4}, {2, 2, 2, 2}, {1, 5, 4, 2},
                      {.padding = {{{1, 2}, {0, 1}}}, .groups = 2},
                      {.before = {1, 0}, .groups = 2});
    table.convolution("depthwise", {2, 4, 3, 3}, {2, 2, 1, 3}, {2, 3, 2, 3}, {.groups = 3},
                      {.groups = 3});
    table.convolution("depthwise, two channels from each", {1, 3, 3, 2}, {2, 2, 1, 4}, {1, 2, 2, 4},
                      {.groups = 2}, {.groups = 2});
    table.convolution("single pixels, strides", {2, 3, 4, 2}, {1, 1, 2, 3}, {2, 2, 2, 3},
                      {.strides = 2}, {.stride = {2, 2}});
    table.convolution("three axes", {1, 3, 2, 3, 2}, {2, 1, 2, 2, 2}, {1, 2, 2, 2, 2}, {}, {});

    table.transposed("same, strides", {2, 2, 3, 2}, {3, 3, 1, 2}, {2, 4, 6, 1},
                     {.strides = 2, .padding = same}, {}, {.stride = {2, 2}, .before = {0, 0}});
    table.transposed("valid", {2, 3, 2}, {3, 2, 2}, {2, 5, 2}, {}, {}, {});
    table.transposed("strides beyond the window", {1, 2, 2, 1}, {2, 2, 2, 1}, {1, 6, 6, 2},
                     {.strides = 3}, {}, {.stride = {3, 3}});
    table.transposed("sizes, groups", {1, 2, 2, 2}, {2, 2, 1, 2}, {1, 5, 4, 2},
                     {.strides = 2, .groups = 2}, PerAxis{5, 4}, {.stride = {2, 2}, .groups = 2});
    table.transposed("three axes", {1, 2, 1, 2, 1}, {2, 2, 1, 2, 1}, {1, 3, 2, 2, 2}, {}, {}, {});
}

void add_pooling(WindowTable& table) {
    for (const char* name : {"max_pool", "average_pool"}) {
        table.pool(name, "one axis", {2, 5, 2}, {2}, {2, 2, 2}, {}, {.stride = {2}});
        table.pool(name, "overlapping, same", {1, 4, 5, 2}, {3, 2}, {1, 2, 3, 2},
                   {.strides = 2, .padding = Padding::same}, {.stride = {2, 2}, .before = {0, 0}});
        table.pool(name, "explicit padding", {2, 3, 2, 1}, {2, 2}, {2, 4, 2, 1},
                   {.strides = 1, .padding = {{{1, 1}, {1, 0}}}}, {.before = {1, 1}});
        table.pool(name, "three axes", {1, 2, 4, 3, 2}, {2, 2, 1}, {1, 1, 2, 3, 2}, {},
                   {.stride = {2, 2, 1}});
    }
    for (const bool largest : {true, false}) {
        const auto pool = [=](const Tensor& x, const PerAxis& places) {
            return largest ? adaptive_max_pool(x, places) : adaptive_average_pool(x, places);
        };
        const char* name = largest ? "adaptive_max_pool" : "adaptive_average_pool";
        table.adaptive(name, "windows that divide", {2, 4, 6, 2}, {2, 3}, pool);
        table.adaptive(name, "windows of several sizes", {2, 5, 3, 2}, {3, 2}, pool);
        table.adaptive(name, "more places than elements", {1, 3, 2}, {5}, pool);
        table.adaptive(name, "three axes", {1, 2, 3, 5, 1}, {1, 2, 3}, pool);
    }
    table.row(
        "unfold", "same, strides", {{{2, 3, 4, 2}}},
        [](const Inputs& t) {
            return unfold(t[0], {2, 3}, {.strides = {1, 2}, .padding = Padding::same});
        },
        [](Many v) {
            return generate({2, 3, 2, 12}, [&](const Position& p) {
                Real seen = 0;
                for_each_seen({.stride = {1, 2}, .before = {0, 0}}, {2, 3}, v[0].shape, p,
                              [&](Position at, Index tap) {
                                  at.push_back(p.back() % 2);
                                  if (tap == p.back() / 2) seen = v[0].at(at);
                              });
                return seen;
            });
        });
}

void add_resizing(WindowTable& table) {
    table.resize("nearest, larger", {2, 2, 3, 2}, {2, 4, 9, 2}, Interpolation::nearest);
    table.resize("nearest, other", {2, 5, 3, 2}, {2, 3, 4, 2}, Interpolation::nearest);
    table.resize("bilinear, larger", {2, 2, 3, 2}, {2, 4, 6, 2}, Interpolation::bilinear);
    table.resize("bilinear, one axis", {2, 5, 2}, {2, 3, 2}, Interpolation::bilinear);
}

}  // namespace

void add_window_rows(Rows& rows) {
    WindowTable table(rows);
    add_convolutions(table);
    add_pooling(table);
    add_resizing(table);
}

}  // namespace shikumi_test
