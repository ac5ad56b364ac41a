// What subscripts choose, compared with NumPy's rules applied position by position.
#include <algorithm>
#include <optional>
#include <vector>

#include <shikumi/autograd/evaluate/capture/capture.hpp>
#include <shikumi/autograd/memory/random.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"
#include "op_table.hpp"

using namespace shikumi;
using namespace shikumi_test;
using Numbers = std::vector<double>;
using Indices = std::vector<Index>;

namespace {

class Dice {
public:
    explicit Dice(std::uint64_t seed) : random_({seed, 3}) {}
    Index roll(Index low, Index high) {
        return low +
               static_cast<Index>(random_.bits() % static_cast<std::uint64_t>(high - low + 1));
    }

private:
    RandomStream random_;
};

// One subscript as the reference reads it: positions along one axis of the array, in a list or
// in an array that broadcasts with the others.
struct Entry {
    bool own_axis = true;  // of the array: false for a new one
    std::optional<Indices> list = {};
    Values array = {};
};

// Subscripts and what they mean.
struct Trial {
    std::vector<Subscripts::One> given;
    std::vector<Entry> entries;
    bool arrays = false;
};

Indices positions_of(const Slice& s, Index n) {
    Indices all;
    const Index step = s.step;
    Index start = s.start ? Index{*s.start} : step > 0 ? 0 : n - 1;
    Index stop = s.stop ? Index{*s.stop} : step > 0 ? n : -n - 1;
    if (start < 0) start += n;
    if (stop < 0) stop += n;
    for (Index i = start; step > 0 ? i < stop : i > stop; i += step) {
        if (i >= 0 && i < n) all.push_back(i);
    }
    return all;
}

Slice random_slice(Dice& dice, Index n) {
    Slice s;
    // Within the axis: what lies outside is the business of slices' own tests.
    if (dice.roll(0, 1) == 1) s.start = dice.roll(-n, n - 1);
    if (dice.roll(0, 1) == 1) s.stop = dice.roll(-n, n);
    s.step = dice.roll(0, 2) == 0 ? dice.roll(-2, -1) : dice.roll(1, 2);
    return s;
}

void add_mask(Trial& t, Dice& dice, const Shape& shape, int axis, int axes) {
    Shape::Sizes sizes;
    for (int i = 0; i < axes; ++i) sizes.push_back(shape[axis + i]);
    std::vector<std::uint8_t> truth;
    std::vector<Entry> own(static_cast<std::size_t>(axes));
    generate(Shape(sizes), [&](const Position& p) -> Real {
        truth.push_back(static_cast<std::uint8_t>(dice.roll(0, 1)));
        for (std::size_t i = 0; i < own.size(); ++i) {
            if (truth.back()) own[i].array.data.push_back(static_cast<Real>(p[i]));
        }
        return 0;
    });
    for (Entry& entry : own) entry.array.shape = {static_cast<Index>(entry.array.data.size())};
    t.entries.insert(t.entries.end(), own.begin(), own.end());
    t.given.emplace_back(tensor(truth, Shape(sizes)).cast(bool_));
}

Trial random_trial(Dice& dice, const Shape& shape) {
    Trial t;
    const Index common = dice.roll(1, 3);  // of arrays, so that they broadcast
    bool masked = false;
    int axis = 0, added = 0;
    const int dropped = static_cast<int>(dice.roll(0, shape.rank()));
    bool rest = dropped > 0 && dice.roll(0, 1) == 1;  // an ellipsis that isn't the last
    const auto whole = [&](int count) {
        for (; count > 0; --count) t.entries.push_back({.list = positions_of({}, shape[axis++])});
    };
    while (axis < shape.rank() - (rest ? 0 : dropped)) {
        if (rest && dice.roll(0, 2) == 0 && axis + dropped <= shape.rank()) {
            t.given.emplace_back(ellipsis);
            whole(dropped);
            rest = false;
            // All axes behind the ellipsis are named.
            while (axis < shape.rank()) {
                const Index p = dice.roll(0, shape[axis] - 1);
                t.given.emplace_back(p);
                t.entries.push_back({.array = {{}, {static_cast<Real>(p)}}});
                ++axis;
            }
            return t;
        }
        const Index n = shape[axis], kind = dice.roll(0, 4);
        if (kind == 0) {
            const Index p = dice.roll(-n, n - 1);
            t.given.emplace_back(p);
            t.entries.push_back({.array = {{}, {static_cast<Real>(p < 0 ? p + n : p)}}});
        } else if (kind == 1) {
            const Slice s = random_slice(dice, n);
            t.given.emplace_back(s);
            t.entries.push_back({.list = positions_of(s, n)});
        } else if (kind == 2 && added++ < 2) {
            t.given.emplace_back(newaxis);
            t.entries.push_back({.own_axis = false, .list = Indices{0}});
            continue;
        } else if (kind == 3 || masked) {
            const Shape sizes = dice.roll(0, 1) == 0 ? Shape{common} : Shape{2, 1};
            Indices given;
            Values array = generate(sizes, [&](const Position&) -> Real {
                given.push_back(dice.roll(-n, n - 1));
                return static_cast<Real>(given.back() < 0 ? given.back() + n : given.back());
            });
            t.given.emplace_back(tensor(given, sizes));
            t.entries.push_back({.array = std::move(array)});
            t.arrays = true;
        } else if (!t.arrays) {
            const int axes = static_cast<int>(dice.roll(1, std::min(2, shape.rank() - axis)));
            if (axis + axes > shape.rank() - (rest ? 0 : dropped)) continue;
            add_mask(t, dice, shape, axis, axes);
            masked = true;
            axis += axes - 1;
            // What stands beside a mask has to broadcast with its elements: positions alone do.
            ++axis;
            whole(shape.rank() - axis);
            return t;
        } else {
            continue;
        }
        ++axis;
    }
    whole(shape.rank() - axis);
    return t;
}

// x under the subscripts, position by position.
Values expected(const Values& x, const Trial& t) {
    std::vector<Index> sizes;
    Shape chosen;
    std::vector<std::size_t> arrays;
    for (std::size_t i = 0; i < t.entries.size(); ++i) {
        if (t.entries[i].list) continue;
        arrays.push_back(i);
        chosen = broadcast("test", chosen, t.entries[i].array.shape);
    }
    bool apart = false;
    for (std::size_t i = 1; i < arrays.size(); ++i) apart = apart || arrays[i] > arrays[i - 1] + 1;
    std::size_t place = 0, number = 0;
    for (std::size_t i = 0; i < t.entries.size(); ++i) {
        if (!apart && !arrays.empty() && i == arrays[0]) place = sizes.size();
        if (t.entries[i].list) sizes.push_back(static_cast<Index>(t.entries[i].list->size()));
    }
    const auto c = chosen.sizes();
    sizes.insert(sizes.begin() + static_cast<std::ptrdiff_t>(place), c.begin(), c.end());
    return generate(Shape(std::span<const Index>(sizes)), [&](const Position& p) {
        Position source;
        number = 0;
        for (const Entry& entry : t.entries) {
            if (entry.list) {
                const std::size_t axis =
                    number < place ? number : number + static_cast<std::size_t>(chosen.rank());
                ++number;
                if (entry.own_axis)
                    source.push_back((*entry.list)[static_cast<std::size_t>(p[axis])]);
                continue;
            }
            Position q;
            const int rank = entry.array.shape.rank(), missing = chosen.rank() - rank;
            for (int i = 0; i < rank; ++i)
                q.push_back(entry.array.shape[i] == 1
                                ? 0
                                : p[place + static_cast<std::size_t>(missing + i)]);
            source.push_back(static_cast<Index>(entry.array.at(q)));
        }
        return x.at(source);
    });
}

Numbers as_numbers(const Values& v) { return {v.data.begin(), v.data.end()}; }

}  // namespace

TEST_CASE("subscripts choose what NumPy's rules say", "[ops]") {
    Dice dice(5);
    Generator rng(1);
    for (int round = 0; round < 600; ++round) {
        std::vector<Index> sizes;
        for (Index i = dice.roll(1, 4); i > 0; --i) sizes.push_back(dice.roll(1, 4));
        const Shape shape{std::span<const Index>(sizes)};
        Real count = 0;
        const Values x = generate(shape, [&](const Position&) { return ++count; });
        const Trial t = random_trial(dice, shape);
        const Tensor whole = tensor(as_numbers(x), shape);
        const Values wanted = expected(x, t);
        const Subscripts subscripts(t.given);
        const Tensor got = whole[subscripts];
        CAPTURE(round);
        REQUIRE(got.shape() == wanted.shape);
        REQUIRE(got.to_vector<double>() == as_numbers(wanted));
        // Updates go where reading comes from, in order.
        const Tensor values = random_uniform(wanted.shape, rng, 1, 2, f64);
        const auto v = values.to_vector<double>();
        Numbers set = as_numbers(x), added = set, multiplied = set, largest = set;
        for (std::size_t i = 0; i < v.size(); ++i) {
            const auto at = static_cast<std::size_t>(wanted.data[i]) - 1;
            set[at] = v[i];
            added[at] += v[i];
            multiplied[at] *= v[i];
            largest[at] = std::max(largest[at], 10 * v[i]);
        }
        const auto check = [&](const Tensor& y, const Numbers& numbers) {
            const auto other = y.to_vector<double>();
            REQUIRE(other.size() == numbers.size());
            for (std::size_t i = 0; i < other.size(); ++i)
                REQUIRE(other[i] == Approx(numbers[i]).epsilon(1e-12));
        };
        check(at_set(whole, subscripts, values), set);
        check(at_add(whole, subscripts, values), added);
        check(at_multiply(whole, subscripts, values), multiplied);
        check(at_max(whole, subscripts, values * 10), largest);
    }
}

TEST_CASE("a mask may have no axes, and indices no elements", "[ops]") {
    const Tensor x = tensor({{1, 2}, {3, 4}});
    CHECK(x[scalar(true, bool_)].shape() == Shape{1, 2, 2});
    CHECK(x[scalar(false, bool_)].shape() == Shape{0, 2, 2});
    CHECK(x[zeros({0}, i64)].shape() == Shape{0, 2});
    CHECK(x[ellipsis].node() == x.node());
    CHECK(scalar(5)[ellipsis].item<float>() == 5);
    CHECK(scalar(5)[newaxis].shape() == Shape{1});
    CHECK(x[{newaxis, ellipsis, newaxis}].shape() == Shape{1, 2, 2, 1});
    CHECK(at_set(x, zeros({0}, i64), 7).to_vector<double>() == Numbers{1, 2, 3, 4});
    CHECK(at_multiply(x, zeros({0}, i64), 7).to_vector<double>() == Numbers{1, 2, 3, 4});
    CHECK(at_max(x, zeros({2, 2}, bool_), 7).to_vector<double>() == Numbers{1, 2, 3, 4});
}

TEST_CASE("nonzero gives subscripts", "[ops]") {
    const Tensor x = tensor({{0, 2, 0}, {3, 0, 4}});
    const auto at = nonzero(x);
    REQUIRE(at.size() == 2);
    CHECK(at[0].to_vector<Index>() == Indices{0, 1, 1});
    CHECK(at[1].to_vector<Index>() == Indices{1, 0, 2});
    CHECK(x[{at[0], at[1]}].to_vector<double>() == Numbers{2, 3, 4});
    CHECK(nonzero(zeros({0, 2})).size() == 2);
    CHECK(nonzero(scalar(1)).empty());
}

TEST_CASE("subscripts that don't fit are refused in words", "[ops]") {
    const Tensor x = ones({2, 3}), i = zeros({2}, i64);
    const auto refused = [&](const Subscripts& at, auto text) {
        CHECK_THROWS_WITH(x[at], contains("[subscript]") && text);
        CHECK_THROWS_WITH(at_set(x, at, 1), contains("[at_set]"));
        CHECK_THROWS_WITH(at_multiply(x, at, 2), contains("[at_multiply]"));
    };
    refused({ellipsis, ellipsis}, contains("2 ellipses"));
    refused({0, 0, 0}, contains("3 axes of (2, 3), which has 2"));
    refused({0, ones({2, 3}, bool_)}, contains("3 axes"));
    refused({Slice{}, 3}, contains("position 3 is outside axis 1 of (2, 3)"));
    refused(-3, contains("position -3"));
    refused({newaxis, newaxis, newaxis, newaxis, newaxis, newaxis, newaxis}, contains("9 axes"));
    refused(ones({2}), contains("integers as indices"));
    refused({i, zeros({3}, i64)}, contains("(2,)") && contains("(3,)"));
    CHECK_THROWS_WITH(x[ones({3}, bool_)], contains("a mask (3,) doesn't fit (2, 3) from axis 0"));
    CHECK_THROWS_WITH(at_add(x, ones({3}, bool_), 1), contains("a mask (3,) doesn't fit (2, 3)"));
    CHECK_THROWS_AS(x[Slice{.step = 0}], ValueError);
    CHECK_THROWS_AS(x[Subscripts(Tensor())], StateError);

    const Tensor late = x[tensor(Indices{0, 2})];
    CHECK_THROWS_WITH(late.array(), contains("index 2 is outside an axis of size 2"));
    const Tensor update = at_add(x, tensor(Indices{-3}), 1);
    CHECK_THROWS_WITH(update.array(), contains("[at_add]") && contains("index -3"));

    CHECK_THROWS_WITH(at_set(x, 0, ones({2})), contains("(2,)") && contains("(3,)"));
    CHECK_THROWS_AS(at_set(x, 0, ones({1, 3})), ShapeError);
    CHECK_THROWS_AS(at_set(x, 0, ones({3}, f64)), DTypeError);
    CHECK_THROWS_AS(at_set(i, 0, 0.5), DTypeError);
    CHECK_THROWS_AS(at_add(x > 0, 0, x[0] > 0), DTypeError);
    CHECK_THROWS_WITH(scatter(x, i, i.cast(f32), 0), contains("[scatter]"));
    CHECK_THROWS_WITH(scatter(x, zeros({2, 4}, i64), ones({2, 4}), 0), contains("(2, 4)"));
    CHECK_THROWS_WITH(scatter_add(x, zeros({2, 3}, i64), ones({2, 2}), 0), contains("values"));
    CHECK_THROWS_WITH(scatter(x, zeros({2, 3}, i64), ones({2, 3}), 2), contains("[scatter]"));
    const Tensor outside = scatter(x, full({2, 3}, 3, i64), ones({2, 3}), 1);
    CHECK_THROWS_WITH(outside.array(), contains("[scatter] index 3"));
    CHECK_THROWS_WITH(fill_diagonal(ones({3}), 1), contains("[fill_diagonal]"));
    CHECK_THROWS_WITH(fill_diagonal(ones({2, 2, 3}), 1), contains("one size"));
    CHECK_THROWS_WITH(fill_diagonal(x, ones({3})), contains("2 elements"));
}

TEST_CASE("an infinite or undefined product stays with its element", "[ops]") {
    const Tensor x = ones({3}, f64);
    const Tensor y = at_multiply(x, tensor(Indices{0, 1, 0, 2}), tensor({INFINITY, 2, 3, 4}, f64));
    CHECK(y.to_vector<double>() == Numbers{INFINITY, 2, 4});
    const auto z =
        at_multiply(x, tensor(Indices{1, 0, 1}), tensor({NAN, 2, 3}, f64)).to_vector<double>();
    CHECK(z[0] == 2);
    CHECK(std::isnan(z[1]));
    CHECK(z[2] == 1);
}

TEST_CASE("updates share gradients among equals and give them to the last of several", "[ops]") {
    const Tensor at = tensor(Indices{1, 0, 1});
    const auto gradients = [&](auto f) {
        const Tensor x = tensor({3, 5}, f64), v = tensor({1, 3, 5}, f64);
        const Tensor y = f(x, v);
        const auto g = grad(sum(y * tensor({10, 100}, f64)), {x, v});
        Numbers all = g[0].to_vector<double>();
        const auto rest = g[1].to_vector<double>();
        all.insert(all.end(), rest.begin(), rest.end());
        return all;
    };
    CHECK(gradients([&](auto& x, auto& v) { return at_set(x, at, v); }) ==
          Numbers{0, 0, 0, 10, 100});
    CHECK(gradients([&](auto& x, auto& v) { return at_max(x, at, v); }) ==
          Numbers{5, 50, 0, 5, 50});
    CHECK(gradients([&](auto& x, auto& v) { return at_min(x, at, v); }) ==
          Numbers{5, 0, 100, 5, 0});
}

TEST_CASE("an update under a mask is captured with the mask as an argument", "[ops]") {
    const auto f = [](const Tensor& x, const Tensor& mask) {
        return sum(square(at_set(at_add(x, mask, 2), logical_not(mask), 0)));
    };
    auto captured = capture(f);
    const Tensor x = tensor({1, 2, 3});
    for (const auto& bits : {std::vector<int>{1, 0, 1}, {0, 1, 0}, {1, 1, 0}}) {
        const Tensor mask = tensor(bits).cast(bool_);
        CHECK(captured(x, mask).item<float>() == f(x, mask).item<float>());
    }
    auto refused = capture([](const Tensor& x, const Tensor& mask) { return sum(x[mask]); });
    CHECK_THROWS_AS(refused(x, x > 1), StateError);
}
