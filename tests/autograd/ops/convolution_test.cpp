// Compares convolution and pooling in random configurations with loops over single elements;
// refused arguments.
#include <algorithm>
#include <cmath>
#include <limits>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/kernels/threads.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"
#include "support/thread_count.hpp"
#include "windows.hpp"

using namespace shikumi;
using namespace shikumi_test;
using shikumi_test::ThreadCount;

namespace {

class Dice {
public:
    explicit Dice(std::uint64_t seed) : random_({seed, 1}) {}
    // A number in [low, high].
    Index roll(Index low, Index high) {
        return low + static_cast<Index>(random_.uniform() * static_cast<double>(high - low + 1));
    }
    Values values(const Shape& shape) {
        return generate(shape, [&](const Position&) -> Real { return random_.uniform() - 0.5; });
    }

private:
    RandomStream random_;
};

Tensor as_tensor(const Values& v) {
    return tensor(std::vector<double>(v.data.begin(), v.data.end()), v.shape);
}

void check_close(const Tensor& got, const Values& wanted) {
    REQUIRE(got.shape() == wanted.shape);
    const auto values = got.to_vector<double>();
    double worst = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
        worst = std::max(worst, std::abs(values[i] - static_cast<double>(wanted.data[i])));
    CHECK(worst < 1e-11);
}

// A random convolution over one to three axes with explicit padding.
struct Configuration {
    explicit Configuration(Dice& dice) {
        const auto axes = static_cast<std::size_t>(dice.roll(1, 3));
        const Index kind = dice.roll(0, 3);  // one group, two, depthwise, depthwise with copies
        const Index groups = kind == 0 ? 1 : kind == 1 ? 2 : dice.roll(2, 5);
        const Index in = kind < 2 ? groups * dice.roll(1, 3) : groups;
        const Index out = kind < 2 ? groups * dice.roll(1, 4) : groups * (kind - 1);
        slid.groups = groups;
        std::vector<Index> x_sizes{dice.roll(1, 3)}, k_sizes;
        std::vector<std::pair<Index, Index>> pads;
        for (std::size_t i = 0; i < axes; ++i) {
            k_sizes.push_back(dice.roll(1, 3));
            slid.stride.push_back(dice.roll(1, 3));
            slid.dilation.push_back(dice.roll(1, 3));
            slid.before.push_back(dice.roll(0, 3));
            pads.emplace_back(slid.before.back(), dice.roll(0, 3));
            const Index extent = (k_sizes.back() - 1) * slid.dilation.back() + 1;
            const Index least = std::max<Index>(1, extent - pads.back().first - pads.back().second);
            x_sizes.push_back(least + dice.roll(0, axes == 3 ? 3 : 7));
        }
        x_sizes.push_back(in);
        k_sizes.push_back(in / groups);
        k_sizes.push_back(out);
        x = Shape(x_sizes);
        kernel = Shape(k_sizes);
        options = {.strides = PerAxis(slid.stride),
                   .dilation = PerAxis(slid.dilation),
                   .padding = pads,
                   .groups = groups};
    }

    Shape x, kernel;
    ConvolutionOptions options;
    Slid slid;
};

}  // namespace

TEST_CASE("convolutions in random configurations", "[ops]") {
    Dice dice(5);
    for (int i = 0; i < 300; ++i) {
        const Configuration c(dice);
        const Values x = dice.values(c.x), kernel = dice.values(c.kernel);
        const Tensor tx = as_tensor(x), tk = as_tensor(kernel);
        const Tensor y = convolution(tx, tk, c.options);
        CAPTURE(i, c.x, c.kernel, y.shape());
        check_close(y, convolved(c.slid, x, kernel, y.shape()));

        const Values g = dice.values(y.shape());
        const std::vector<Tensor> by = grad(sum(y * as_tensor(g)), {tx, tk});
        check_close(by[0], convolved_back(c.slid, g, kernel, c.x));
        check_close(by[1], correlated(c.slid, x, g, c.kernel));

        const auto x_sizes = c.x.sizes();
        const PerAxis sizes(std::vector<Index>(x_sizes.begin() + 1, x_sizes.end() - 1));
        check_close(convolution_transpose(as_tensor(g), tk, c.options, sizes),
                    convolved_back(c.slid, g, kernel, c.x));
    }
}

TEST_CASE("convolutions larger than a tile, with any number of threads", "[ops]") {
    const ThreadCount threads;
    Dice dice(6);
    for (const Index groups : {1, 3, 12}) {
        const Slid slid{.before = {1, 0}, .groups = groups};
        const ConvolutionOptions options{.padding = {{{1, 1}, {0, 2}}}, .groups = groups};
        const Shape shape{3, 50, 41, 12}, kernel_shape{3, 2, 12 / groups, 12};
        const Values x = dice.values(shape), kernel = dice.values(kernel_shape);
        const auto run = [&](int count) {
            set_num_threads(count);
            const Tensor tx = as_tensor(x), tk = as_tensor(kernel);
            const Tensor y = convolution(tx, tk, options);
            std::vector<Tensor> all = grad(sum(square(y)), {tx, tk});
            all.push_back(y);
            evaluate(all);
            return all;
        };
        const std::vector<Tensor> one = run(1), four = run(4);
        check_close(one[2], convolved(slid, x, kernel, one[2].shape()));
        for (std::size_t i = 0; i < one.size(); ++i)
            CHECK(one[i].to_vector<double>() == four[i].to_vector<double>());
        const Values y2{one[2].shape(), [&] {
                            std::vector<Real> v;
                            for (const double e : one[2].to_vector<double>()) v.push_back(2 * e);
                            return v;
                        }()};
        check_close(one[0], convolved_back(slid, y2, kernel, shape));
        const auto w = one[1].to_vector<double>();
        const Values wanted = correlated(slid, x, y2, kernel_shape);
        for (std::size_t i = 0; i < w.size(); ++i)
            REQUIRE(w[i] == Approx(static_cast<double>(wanted.data[i])).margin(1e-8));
    }
}

// With whole numbers, so that sums are exact in any order, also in f32.
TEST_CASE("convolutions of few and of many channels", "[ops]") {
    Dice dice(8);
    const auto whole = [&](const Shape& shape) {
        return generate(shape,
                        [&](const Position&) { return static_cast<Real>(dice.roll(-4, 4)); });
    };
    const auto same = [](const Tensor& got, const Values& wanted) {
        const auto values = got.to_vector<double>();
        CHECK(std::equal(values.begin(), values.end(), wanted.data.begin(), wanted.data.end()));
    };
    const std::vector<std::pair<Index, Index>> channels{{1, 1},   {1, 32},  {3, 65},  {17, 49},
                                                        {130, 7}, {9, 130}, {400, 3}, {3, 400}};
    for (const auto& [in, out] : channels) {
        for (const Index stride : {1, 2}) {
            const Slid slid{.stride = {stride}, .before = {1}};
            const ConvolutionOptions options{.strides = stride, .padding = {{{1, 1}}}};
            const Values x = whole(Shape{3, 9, in}), kernel = whole(Shape{3, in, out});
            const Values g = whole(Shape{3, (9 + 2 - 3) / stride + 1, out});
            for (const DType dtype : {f32, f64}) {
                const Tensor tx = as_tensor(x).cast(dtype), tk = as_tensor(kernel).cast(dtype);
                const Tensor y = convolution(tx, tk, options);
                CAPTURE(in, out, stride, dtype);
                REQUIRE(y.shape() == g.shape);
                same(y, convolved(slid, x, kernel, g.shape));
                const std::vector<Tensor> by = grad(sum(y * as_tensor(g).cast(dtype)), {tx, tk});
                same(by[0], convolved_back(slid, g, kernel, x.shape));
                same(by[1], correlated(slid, x, g, kernel.shape));
            }
        }
    }
}

TEST_CASE("pools in random configurations", "[ops]") {
    Dice dice(7);
    for (int i = 0; i < 150; ++i) {
        const auto axes = static_cast<std::size_t>(dice.roll(1, 3));
        Slid slid;
        std::vector<Index> sizes{dice.roll(1, 3)}, window;
        std::vector<std::pair<Index, Index>> pads;
        for (std::size_t a = 0; a < axes; ++a) {
            window.push_back(dice.roll(1, 3));
            slid.stride.push_back(dice.roll(1, 3));
            slid.before.push_back(dice.roll(0, window.back() - 1));
            pads.emplace_back(slid.before.back(), dice.roll(0, window.back() - 1));
            sizes.push_back(window.back() + dice.roll(0, 5));
        }
        sizes.push_back(dice.roll(1, 5));
        const Values x = dice.values(Shape(sizes));
        const PoolOptions options{.strides = PerAxis(slid.stride), .padding = pads};
        const Tensor tx = as_tensor(x);
        const Tensor most = max_pool(tx, PerAxis(window), options);
        const Tensor mean = average_pool(tx, PerAxis(window), options);
        const Values g = dice.values(most.shape());
        const Tensor by_most = grad(sum(most * as_tensor(g)), {tx})[0];
        const Tensor by_mean = grad(sum(mean * as_tensor(g)), {tx})[0];

        Values want_most = g, want_mean = g, to_most = x, to_mean = x;
        std::fill(to_most.data.begin(), to_most.data.end(), 0);
        std::fill(to_mean.data.begin(), to_mean.data.end(), 0);
        std::size_t next = 0;
        generate(most.shape(), [&](const Position& p) -> Real {
            std::vector<std::size_t> seen;
            for_each_seen(slid, window, x.shape, p, [&](const Position& at, Index) {
                Index flat = 0;
                for (std::size_t a = 0; a < at.size(); ++a)
                    flat = flat * x.shape[static_cast<int>(a)] + at[a];
                seen.push_back(static_cast<std::size_t>(flat * x.shape.back() + p.back()));
            });
            const auto best = *std::max_element(
                seen.begin(), seen.end(),
                [&](std::size_t a, std::size_t b) { return x.data[a] < x.data[b]; });
            Real total = 0;
            const auto count = static_cast<Real>(seen.size());
            for (const std::size_t s : seen) {
                total += x.data[s];
                to_mean.data[s] += g.data[next] / count;
            }
            to_most.data[best] += g.data[next];
            want_most.data[next] = x.data[best];
            want_mean.data[next++] = total / count;
            return 0;
        });
        CAPTURE(i, x.shape, most.shape());
        check_close(most, want_most);
        check_close(mean, want_mean);
        check_close(by_most, to_most);
        check_close(by_mean, to_mean);
    }
}

TEST_CASE("the first of equal largest elements gets the gradient, and NaN wins", "[ops]") {
    const Tensor x = tensor({{{1}, {3}, {3}, {2}, {-1}, {-1}}});
    const Tensor g = grad(sum(max_pool(x, 2)), {x})[0];
    CHECK(g.to_vector<int>() == std::vector{0, 1, 1, 0, 1, 0});
    const Tensor odd = tensor({{{1}, {NAN}, {NAN}, {2}, {-INFINITY}, {-INFINITY}}});
    const auto most = max_pool(odd, 2).to_vector<float>();
    CHECK((std::isnan(most[0]) && std::isnan(most[1]) && most[2] == -INFINITY));
}

TEST_CASE("of four taps the first NaN, else the first of the largest gets the gradient", "[ops]") {
    for (const auto& [h, w, c] :
         std::vector<std::tuple<Index, Index, Index>>{{4, 6, 70}, {5, 7, 3}, {2, 3, 16}}) {
        const Index height = h, width = w, channels = c;
        Generator rng(9);
        const Shape shape{2, height, width, channels};
        const Tensor drawn = floor(random_uniform(shape, rng, 0, 3));
        const std::vector<float> x =
            where(random_bernoulli(shape, rng, 0.1) > 0.5, NAN, drawn).to_vector<float>();
        std::vector<float> expected(x.size());
        const Index rows = height / 2, columns = width / 2;
        for (Index i = 0; i < 2 * rows * columns * channels; ++i) {
            const Index c = i % channels, place = i / channels;
            const Index image = place / (rows * columns), at = place % (rows * columns);
            const auto pixel = [&](Index tap) {
                const Index row = at / columns * 2 + tap / 2, column = at % columns * 2 + tap % 2;
                return static_cast<std::size_t>(
                    ((image * height + row) * width + column) * channels + c);
            };
            std::size_t best = pixel(0);
            for (Index tap = 1; tap < 4 && !std::isnan(x[best]); ++tap) {
                const std::size_t other = pixel(tap);
                if (std::isnan(x[other]) || x[other] > x[best]) best = other;
            }
            expected[best] = static_cast<float>(i);
        }
        const Tensor t = Tensor(Array::of(std::span<const float>(x), shape));
        const Shape pooled{2, rows, columns, channels};
        const Tensor weights = reshape(arange(0.0, static_cast<double>(pooled.size())), pooled);
        CHECK(grad(sum(max_pool(t, 2) * weights), {t})[0].to_vector<float>() == expected);
    }
}

TEST_CASE("an empty batch gives an empty batch", "[ops]") {
    const Tensor x = zeros({0, 5, 5, 2}), k = ones({3, 3, 2, 4});
    const Tensor y = convolution(x, k);
    CHECK(y.shape() == Shape{0, 3, 3, 4});
    const std::vector<Tensor> by = grad(sum(y), {x, k});
    CHECK(by[0].array().size() == 0);
    CHECK(by[1].to_vector<int>() == std::vector<int>(72, 0));
    CHECK(max_pool(x, 2).array().shape() == Shape{0, 2, 2, 2});
    CHECK(grad(sum(average_pool(x, 2)), {x})[0].array().size() == 0);
}

TEST_CASE("windows that don't fit are refused before memory is allocated", "[ops]") {
    const Tensor x = zeros({2, 5, 4, 6}), k = zeros({3, 3, 6, 2});
    const std::size_t live = memory_stats().live;
    const Index big = Index{1} << 40;
    const std::vector<std::pair<const char*, std::function<Tensor()>>> misfits{
        {"a window beyond the axis",
         [&] {
             return convolution(x, zeros({6, 1, 6, 1}));
         }},
        {"a dilated window beyond it", [&] { return convolution(x, k, {.dilation = 3}); }},
        {"a window beyond the padded axis",
         [&] {
             return convolution(x, zeros({8, 1, 6, 1}), {.padding = {{{1, 1}, {0, 0}}}});
         }},
        {"other channels",
         [&] {
             return convolution(x, zeros({3, 3, 5, 2}));
         }},
        {"groups that don't divide", [&] { return convolution(x, k, {.groups = 4}); }},
        {"groups that don't divide the output",
         [&] {
             return convolution(x, zeros({1, 1, 2, 4}), {.groups = 3});
         }},
        {"no kernel of four axes",
         [&] {
             return convolution(x, zeros({3, 6, 2}));
         }},
        {"no axis to slide over",
         [&] {
             return convolution(zeros({2, 3}), zeros({3, 3}));
         }},
        {"four axes",
         [&] {
             return convolution(zeros({1, 2, 2, 2, 2, 1}), zeros({1, 1, 1, 1, 1, 1}));
         }},
        {"an empty kernel",
         [&] {
             return convolution(x, zeros({0, 3, 6, 2}));
         }},
        {"too many strides",
         [&] {
             return convolution(x, k, {.strides = {1, 1, 1}});
         }},
        {"too little padding",
         [&] {
             return convolution(x, k, {.padding = {{{1, 1}}}});
         }},
        {"transposed: other channels", [&] { return convolution_transpose(x, k); }},
        {"transposed: sizes that no convolution makes that of",
         [&] {
             return convolution_transpose(x, zeros({3, 3, 2, 6}), {}, PerAxis{9, 9});
         }},
        {"pooling to nothing", [&] { return max_pool(x, 6); }},
        {"averaging to nothing",
         [&] {
             return average_pool(x, {1, 5});
         }},
        {"no pixels",
         [&] {
             return max_pool(zeros({2, 0, 4, 1}), 1);
         }},
        {"unfolding to nothing", [&] { return unfold(x, 7); }},
        {"resizing nothing",
         [&] {
             return resize(zeros({2, 0, 4, 1}), 3);
         }},
        {"three sizes for two axes",
         [&] {
             return resize(x, {1, 2, 3});
         }},
    };
    for (const auto& [what, call] : misfits) {
        INFO(what);
        CHECK_THROWS_AS(call(), ShapeError);
    }
    const std::vector<std::pair<const char*, std::function<Tensor()>>> mistakes{
        {"stride 0", [&] { return convolution(x, k, {.strides = 0}); }},
        {"dilation 0",
         [&] {
             return convolution(x, k, {.dilation = {1, 0}});
         }},
        {"a dilation beyond reason", [&] { return convolution(x, k, {.dilation = big}); }},
        {"no groups", [&] { return convolution(x, k, {.groups = 0}); }},
        {"negative padding",
         [&] {
             return convolution(x, k, {.padding = {{{-1, 1}, {0, 0}}}});
         }},
        {"a pool of size 0", [&] { return max_pool(x, 0); }},
        {"a pool's stride of 0", [&] { return average_pool(x, 2, {.strides = 0}); }},
        {"a pool that sees padding alone",
         [&] {
             return max_pool(x, 2, {.padding = {{{2, 0}, {0, 0}}}});
         }},
        {"transposed: padding without sizes",
         [&] {
             return convolution_transpose(x, zeros({3, 3, 2, 6}), {.padding = {{{1, 1}, {1, 1}}}});
         }},
        {"size 0",
         [&] {
             return resize(x, {2, 0});
         }},
    };
    for (const auto& [what, call] : mistakes) {
        INFO(what);
        CHECK_THROWS_AS(call(), ValueError);
    }
    CHECK(memory_stats().live < live + (1 << 16));
}
