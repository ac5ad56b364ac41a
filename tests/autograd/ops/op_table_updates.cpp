// Rows of updates by index, and of other arrangements of elements.
#include <algorithm>
#include <cmath>

#include "op_table.hpp"
#include "samples.hpp"

namespace shikumi_test {

namespace {

using namespace shikumi;

using Many = const std::vector<Values>&;

// How an update changes an element by a value.
using Change = Real (*)(Real, Real);
Real second(Real, Real value) { return value; }
Real total(Real old, Real value) { return old + value; }
Real product(Real old, Real value) { return old * value; }
Real smaller(Real old, Real value) { return std::min(old, value); }
Real larger(Real old, Real value) { return std::max(old, value); }

// x, whose rows are changed by those of values, in their order.
Values with_rows(Values x, const Values& rows, const Values& values, Change change) {
    const std::size_t width = x.data.size() / at(x.shape[0]);
    for (std::size_t i = 0; i < rows.data.size(); ++i) {
        const auto given = static_cast<Index>(rows.data[i]);
        const std::size_t row = at(given < 0 ? given + x.shape[0] : given);
        for (std::size_t j = 0; j < width; ++j) {
            Real& element = x.data[row * width + j];
            element = change(element, values.data[i * width + j]);
        }
    }
    return x;
}

// x (3, 4), whose elements from column 1 to column 2 are changed by one value each row.
Values with_columns(Values x, const Values& column, Change change) {
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 1; j < 3; ++j)
            x.data[i * 4 + j] = change(x.data[i * 4 + j], column.data[i]);
    }
    return x;
}

using Update = Tensor (*)(const Tensor&, const Subscripts&, const Tensor&);
using UpdateByNumber = Tensor (*)(const Tensor&, const Subscripts&, Scalar);

void add_update(OpTable& table, const char* name, Update op, UpdateByNumber by_number,
                Change change, Accepts on) {
    table
        .row(
            name, "rows, some twice", {real({3, 2}), real({5, 2}), index({5}, -3, 2)},
            [op](const Inputs& t) { return op(t[0], t[2], t[1]); },
            [change](Many x) { return with_rows(x[0], x[2], x[1], change); })
        .on(on);
    table
        .row(
            name, "a slice, the values broadcast", {real({3, 4}), real({3, 1})},
            [op](const Inputs& t) {
                return op(t[0], {ellipsis, Slice{1, 3}}, t[1]);
            },
            [change](Many x) { return with_columns(x[0], x[1], change); })
        .on(on);
    table
        .row(
            name, "a mask, one value", {real({2, 3}), real({})},
            [op](const Inputs& t) {
                return op(t[0], tensor({{1, 0, 1}, {0, 0, 1}}, bool_), t[1]);
            },
            [change](Many x) {
                Values y = x[0];
                for (const std::size_t i : {0, 2, 5}) y.data[i] = change(y.data[i], x[1].data[0]);
                return y;
            })
        .on(on);
    table
        .row(
            name, "a mask over rows, a value each", {real({3, 2}), real({2, 2})},
            [op](const Inputs& t) {
                return op(t[0], tensor({1, 0, 1}, bool_), t[1]);
            },
            [change](Many x) {
                return with_rows(x[0], {{2}, {0, 2}}, x[1], change);
            })
        .on(on);
    table
        .row(
            name, "a number", {real({3, 4})},
            [by_number](const Inputs& t) {
                return by_number(t[0], {Slice{}, Slice{1, 3}}, 1);
            },
            [change](Many x) {
                return with_columns(x[0], {{3}, {1, 1, 1}}, change);
            })
        .on(on);
}

// x with v[p] in the place p with i[p] along an axis.
Values scattered(const std::vector<Values>& in, std::size_t axis, Change change) {
    Values out = in[0];
    generate(in[1].shape, [&](const Position& p) -> Real {
        Position q = p;
        const auto given = static_cast<Index>(in[1].at(p));
        q[axis] = given < 0 ? given + out.shape[static_cast<int>(axis)] : given;
        std::size_t flat = 0;
        for (std::size_t i = 0; i < q.size(); ++i)
            flat = flat * at(out.shape[static_cast<int>(i)]) + at(q[i]);
        out.data[flat] = change(out.data[flat], in[2].at(p));
        return 0;
    });
    return out;
}

void add_updates(OpTable& table) {
    add_update(table, "at_set", at_set, at_set, second, Accepts::anything);
    add_update(table, "at_add", at_add, at_add, total, Accepts::numbers);
    add_update(table, "at_multiply", at_multiply, at_multiply, product, Accepts::numbers);
    add_update(table, "at_min", at_min, at_min, smaller, Accepts::numbers);
    add_update(table, "at_max", at_max, at_max, larger, Accepts::numbers);
    for (const std::size_t axis : {0, 1}) {
        const char* const label = axis == 0 ? "the first axis" : "the last axis";
        const auto along = static_cast<Index>(axis);
        // Fewer rows than x has: beside the axis, indices may be smaller.
        const Shape some{2, 3};
        const std::vector<Sample> in{real({3, 4}), index(some, -3, 2), real(some)};
        table
            .row(
                "scatter", label, in,
                [=](const Inputs& t) { return scatter(t[0], t[1], t[2], along); },
                [=](Many x) { return scattered(x, axis, second); })
            .on(Accepts::anything);
        table
            .row(
                "scatter_add", label, in,
                [=](const Inputs& t) { return scatter_add(t[0], t[1], t[2], along); },
                [=](Many x) { return scattered(x, axis, total); })
            .on(Accepts::numbers);
    }
    const auto diagonal = [](Values x, const Values& v) {
        for (std::size_t i = 0; i < 3; ++i) x.data[i * 4 + i] = v.data[v.data.size() == 1 ? 0 : i];
        return x;
    };
    table
        .row(
            "fill_diagonal", "a value each", {real({3, 4}), real({3})},
            [](const Inputs& t) { return fill_diagonal(t[0], t[1]); },
            [=](Many x) { return diagonal(x[0], x[1]); })
        .on(Accepts::anything);
    table
        .row(
            "fill_diagonal", "a number", {real({3, 4})},
            [](const Inputs& t) { return fill_diagonal(t[0], 1); },
            [=](Many x) {
                return diagonal(x[0], {{}, {1}});
            })
        .on(Accepts::anything);
    table
        .row(
            "fill_diagonal", "of a cube", {real({2, 2, 2}), real({})},
            [](const Inputs& t) { return fill_diagonal(t[0], t[1]); },
            [=](Many x) {
                Values y = x[0];
                y.data[0] = y.data[7] = x[1].data[0];
                return y;
            })
        .on(Accepts::anything);
}

// out[p] = x[source(p)]
void add_moves(OpTable& table) {
    const auto move = [&](const char* name, const char* label, const Shape& in,
                          std::function<Tensor(const Tensor&)> call, const Shape& out,
                          std::function<Position(const Position&)> source) {
        table
            .row(
                name, label, {real(in)}, [call](const Inputs& t) { return call(t[0]); },
                gathered(out, std::move(source)))
            .on(Accepts::anything);
    };
    move(
        "roll", "two axes", {3, 4},
        [](auto& x) {
            return roll(x, {1, -6}, {0, 1});
        },
        {3, 4},
        [](auto& p) {
            return Position{(p[0] + 2) % 3, (p[1] + 6) % 4};
        });
    move(
        "roll", "flattened", {2, 3}, [](auto& x) { return roll(x, 4); }, {2, 3},
        [](auto& p) {
            const Index from = (p[0] * 3 + p[1] + 2) % 6;
            return Position{from / 3, from % 3};
        });
    move(
        "moveaxis", "one", {2, 3, 4}, [](auto& x) { return moveaxis(x, 0, -1); }, {3, 4, 2},
        [](auto& p) {
            return Position{p[2], p[0], p[1]};
        });
    move(
        "moveaxis", "two", {2, 3, 4},
        [](auto& x) {
            return moveaxis(x, {0, 1}, {2, 0});
        },
        {3, 4, 2},
        [](auto& p) {
            return Position{p[2], p[0], p[1]};
        });
    move(
        "swapaxes", "", {2, 3, 4}, [](auto& x) { return swapaxes(x, 0, -1); }, {4, 3, 2},
        [](auto& p) {
            return Position{p[2], p[1], p[0]};
        });
    move(
        "rot90", "once", {2, 3}, [](auto& x) { return rot90(x); }, {3, 2},
        [](auto& p) {
            return Position{p[1], 2 - p[0]};
        });
    move(
        "rot90", "back", {2, 3}, [](auto& x) { return rot90(x, -1); }, {3, 2},
        [](auto& p) {
            return Position{1 - p[1], p[0]};
        });
    move(
        "rot90", "twice, other axes", {2, 2, 3}, [](auto& x) { return rot90(x, 6, 2, 1); },
        {2, 2, 3},
        [](auto& p) {
            return Position{p[0], 1 - p[1], 2 - p[2]};
        });
    move(
        "repeat", "flattened", {2, 3}, [](auto& x) { return repeat(x, 2); }, {12},
        [](auto& p) {
            return Position{p[0] / 6, p[0] / 2 % 3};
        });
    move(
        "repeat", "a number each", {2, 3},
        [](auto& x) {
            return repeat(x, {2, 0, 1}, 1);
        },
        {2, 3},
        [](auto& p) {
            return Position{p[0], p[1] < 2 ? 0 : 2};
        });
    move(
        "sliding_window", "", {7, 2}, [](auto& x) { return sliding_window(x, 3, 0, 2); }, {3, 2, 3},
        [](auto& p) {
            return Position{2 * p[0] + p[2], p[1]};
        });
    move(
        "pad", "edge", {2, 3},
        [](auto& x) {
            return pad(x, {{1, 0}, {2, 1}}, PadMode::edge);
        },
        {3, 6},
        [](auto& p) {
            return Position{std::max<Index>(0, p[0] - 1), std::clamp<Index>(p[1] - 2, 0, 2)};
        });
    // 0 1 2 is read as … 2 1 0 1 2 1 0 1 2 …
    move(
        "pad", "reflect", {3},
        [](auto& x) {
            return pad(x, {{5, 4}}, PadMode::reflect);
        },
        {12},
        [](auto& p) {
            constexpr Index from[] = {1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2};
            return Position{from[p[0]]};
        });
    move(
        "pad", "symmetric", {3},
        [](auto& x) {
            return pad(x, {{4, 4}}, PadMode::symmetric);
        },
        {11},
        [](auto& p) {
            constexpr Index from[] = {2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0};
            return Position{from[p[0]]};
        });
    move(
        "pad", "wrap", {3},
        [](auto& x) {
            return pad(x, {{4, 5}}, PadMode::wrap);
        },
        {12}, [](auto& p) { return Position{(p[0] + 2) % 3}; });
    move(
        "meshgrid", "xy", {3},
        [](auto& x) {
            return meshgrid({x, arange(2)})[0];
        },
        {2, 3}, [](auto& p) { return Position{p[1]}; });
    move(
        "meshgrid", "ij", {3},
        [](auto& x) {
            return meshgrid({arange(2), x}, Indexing::ij)[1];
        },
        {2, 3}, [](auto& p) { return Position{p[1]}; });
    table
        .row(
            "pad", "negative widths", {real({4, 2})},
            [](const Inputs& t) {
                return pad(t[0], {{-1, 2}, {0, -1}}, 5);
            },
            [](Many x) {
                return generate({5, 1}, [&](const Position& p) -> Real {
                    return p[0] < 3 ? x[0].at({p[0] + 1, 0}) : 5;
                });
            })
        .on(Accepts::numbers);
}

void add_joins(OpTable& table) {
    // The parts one after the other along an axis, each under a shape of its own.
    const auto join = [&](const char* name, const char* label, const std::vector<Sample>& in,
                          Tensor (*op)(const std::vector<Tensor>&), const std::vector<Shape>& seen,
                          const Shape& out, std::size_t axis) {
        table
            .row(
                name, label, in, [op](const Inputs& t) { return op(t); },
                [=](Many x) {
                    return generate(out, [&](Position p) {
                        std::size_t part = 0;
                        while (p[axis] >= seen[part][static_cast<int>(axis)])
                            p[axis] -= seen[part++][static_cast<int>(axis)];
                        return Values{seen[part], x[part].data}.at(p);
                    });
                })
            .on(Accepts::anything);
    };
    join("hstack", "lists", {real({2}), real({3})}, hstack, {{2}, {3}}, {5}, 0);
    join("hstack", "matrices", {real({2, 1}), real({2, 3})}, hstack, {{2, 1}, {2, 3}}, {2, 4}, 1);
    join("vstack", "", {real({3}), real({2, 3})}, vstack, {{1, 3}, {2, 3}}, {3, 3}, 0);
    join("dstack", "", {real({2, 3}), real({2, 3, 2})}, dstack, {{2, 3, 1}, {2, 3, 2}}, {2, 3, 3},
         2);
    join("column_stack", "", {real({3}), real({3, 2})}, column_stack, {{3, 1}, {3, 2}}, {3, 3}, 1);
    table
        .row(
            "diff", "twice", {real({2, 4})}, [](const Inputs& t) { return diff(t[0], 2); },
            [](Many x) {
                return generate({2, 2}, [&](const Position& p) {
                    const auto element = [&](Index i) { return x[0].at({p[0], p[1] + i}); };
                    return element(2) - 2 * element(1) + element(0);
                });
            })
        .on(Accepts::numbers);
    table
        .row(
            "vander", "falling", {real({3})}, [](const Inputs& t) { return vander(t[0]); },
            [](Many x) {
                return generate({3, 3}, [&](const Position& p) {
                    return std::pow(x[0].data[at(p[0])], static_cast<Real>(2 - p[1]));
                });
            })
        .on(Accepts::numbers);
    table
        .row(
            "vander", "rising", {real({3})}, [](const Inputs& t) { return vander(t[0], 4, true); },
            [](Many x) {
                return generate({3, 4}, [&](const Position& p) {
                    return std::pow(x[0].data[at(p[0])], static_cast<Real>(p[1]));
                });
            })
        .on(Accepts::numbers);
}

}  // namespace

void add_update_rows(Rows& rows) {
    OpTable table(rows);
    add_updates(table);
    add_moves(table);
    add_joins(table);
}

}  // namespace shikumi_test
