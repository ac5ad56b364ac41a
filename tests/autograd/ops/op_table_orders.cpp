// Rows of running sums, orders, statistics and norms.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <shikumi/autograd/ops/detail/rows.hpp>

#include "op_table.hpp"
#include "samples.hpp"

namespace shikumi_test {

namespace {

using namespace shikumi;

using Many = const std::vector<Values>&;
using Numbers = std::vector<Real>;
using Line = std::function<Numbers(const Numbers&)>;

// Each line along `axis` replaced by f(line), which has `size` numbers.
Values by_lines(const Values& x, int axis, Index size, const Line& f) {
    Shape::Sizes sizes = x.shape.sizes();
    const Index n = sizes[axis];
    sizes[axis] = size;
    return generate(Shape(sizes), [&](Position p) {
        const Index k = p[at(axis)];
        Numbers line;
        for (Index i = 0; i < n; ++i) {
            p[at(axis)] = i;
            line.push_back(x.at(p));
        }
        return f(line)[at(k)];
    });
}

// f of the numbers up to each one.
Line running(std::function<Real(const Numbers&)> f) {
    return [f](const Numbers& line) {
        Numbers out;
        for (auto end = line.begin(); end != line.end(); ++end)
            out.push_back(f(Numbers(line.begin(), end + 1)));
        return out;
    };
}

Values all_in_one(const Values& x) { return {{x.shape.size()}, x.data}; }

// The rows of an operation along an axis that keeps the shape.
void add_line(OpTable& table, const char* name, Tensor (*op)(const Tensor&, std::optional<Integer>),
              const Sample& in, Accepts on, const Line& f) {
    table
        .row(
            name, "the middle axis", {in}, [op](const Inputs& t) { return op(t[0], 1); },
            [f](Many x) { return by_lines(x[0], 1, x[0].shape[1], f); })
        .on(on);
    table
        .row(
            name, "flattened", {in}, [op](const Inputs& t) { return op(t[0], {}); },
            [f](Many x) { return by_lines(all_in_one(x[0]), 0, x[0].shape.size(), f); })
        .on(on);
}

Real product_of(const Numbers& x) {
    return std::accumulate(x.begin(), x.end(), Real{1}, std::multiplies<>());
}
Real largest_of(const Numbers& x) { return *std::max_element(x.begin(), x.end()); }
Real smallest_of(const Numbers& x) { return *std::min_element(x.begin(), x.end()); }

void add_scans(OpTable& table) {
    const Sample cube = real({2, 3, 4});
    add_line(
        table, "cumsum",
        [](const Tensor& x, std::optional<Integer> axis) { return cumsum(x, axis); }, cube,
        Accepts::counts, running(sum_of));
    table
        .row(
            "cumsum", "reversed", {cube}, [](const Inputs& t) { return cumsum(t[0], -1, true); },
            [](Many x) {
                return by_lines(x[0], 2, 4, [](Numbers line) {
                    for (std::size_t i = line.size() - 1; i-- > 0;) line[i] += line[i + 1];
                    return line;
                });
            })
        .on(Accepts::counts);
    add_line(table, "cumprod", cumprod, real({2, 3, 4}, 0.5, 1.5), Accepts::counts,
             running(product_of));
    table
        .row(
            "cumprod", "through zeros", {real({5})},
            [](const Inputs& t) {
                return cumprod(where(tensor({1, 0, 1, 0, 1}, bool_), t[0], 0), 0);
            },
            [](Many x) {
                return Values{{5}, {x[0].data[0], 0, 0, 0, 0}};
            })
        .on(Accepts::counts);
    add_line(table, "cummax", cummax, cube, Accepts::anything, running(largest_of));
    add_line(table, "cummin", cummin, cube, Accepts::anything, running(smallest_of));
    add_line(table, "logcumsumexp", logcumsumexp, cube, Accepts::reals,
             running([](const Numbers& x) {
                 Real total = 0;
                 for (const Real v : x) total += std::exp(v);
                 return std::log(total);
             }));
}

// The positions of a line's numbers in order; equal ones keep theirs.
std::vector<std::size_t> order_of(const Numbers& line, bool descending) {
    std::vector<std::size_t> order(line.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return descending ? line[a] > line[b] : line[a] < line[b];
    });
    return order;
}

Line values_in_order(bool descending) {
    return [=](const Numbers& line) {
        Numbers out;
        for (const std::size_t i : order_of(line, descending)) out.push_back(line[i]);
        return out;
    };
}
Line places_in_order(bool descending) {
    return [=](const Numbers& line) {
        Numbers out;
        for (const std::size_t i : order_of(line, descending)) out.push_back(static_cast<Real>(i));
        return out;
    };
}

// The quantile of a line.
Numbers quantile_of(Numbers line, Real q, QuantileMethod method) {
    std::sort(line.begin(), line.end());
    const Real position = q * static_cast<Real>(line.size() - 1), lower = std::floor(position);
    const std::size_t low = static_cast<std::size_t>(lower), high = at(std::ceil(position));
    switch (method) {
        case QuantileMethod::linear:
            return {line[low] + (line[high] - line[low]) * (position - lower)};
        case QuantileMethod::lower:
            return {line[low]};
        case QuantileMethod::higher:
            return {line[high]};
        case QuantileMethod::midpoint:
            return {(line[low] + line[high]) / 2};
        case QuantileMethod::nearest:
            break;
    }
    return {line[static_cast<std::size_t>(std::nearbyint(position))]};
}

Values without_axis(Values x, int axis) {
    Shape::Sizes sizes;
    for (int i = 0; i < x.shape.rank(); ++i) {
        if (i != axis) sizes.push_back(x.shape[i]);
    }
    x.shape = Shape(sizes);
    return x;
}

void add_orders(OpTable& table) {
    const Sample matrix = real({3, 5});
    for (const bool descending : {false, true}) {
        const char* const label = descending ? "descending" : "rising";
        table
            .row(
                "sort", label, {matrix},
                [=](const Inputs& t) { return sort(t[0], -1, descending); },
                [=](Many x) { return by_lines(x[0], 1, 5, values_in_order(descending)); })
            .on(Accepts::anything);
        table
            .row(
                "argsort", label, {matrix},
                [=](const Inputs& t) { return argsort(t[0], 0, descending); },
                [=](Many x) { return by_lines(x[0], 0, 3, places_in_order(descending)); })
            .on(Accepts::anything)
            .gives(i64);
        table
            .row(
                "topk", descending ? "values" : "smallest values", {matrix},
                [=](const Inputs& t) { return topk(t[0], 2, 1, descending).values; },
                [=](Many x) { return by_lines(x[0], 1, 2, values_in_order(descending)); })
            .on(Accepts::anything);
        table
            .row(
                "topk", descending ? "places" : "smallest places", {matrix},
                [=](const Inputs& t) { return topk(t[0], 2, 0, descending).indices; },
                [=](Many x) { return by_lines(x[0], 0, 2, places_in_order(descending)); })
            .on(Accepts::anything)
            .gives(i64);
    }
    table
        .row(
            "unique", "", {real({2, 3})}, [](const Inputs& t) { return unique(t[0]).values; },
            [](Many x) {
                Numbers all = x[0].data;
                std::sort(all.begin(), all.end());
                all.erase(std::unique(all.begin(), all.end()), all.end());
                return Values{{static_cast<Index>(all.size())}, all};
            })
        .on(Accepts::anything)
        .looking_at_values();
    table.row(
        "median", "", {matrix}, [](const Inputs& t) { return median(t[0], 1, true); },
        [](Many x) {
            return by_lines(x[0], 1, 1, [](auto& line) { return quantile_of(line, 0.5L, {}); });
        });
    table.row(
        "median", "of an even number, over two axes", {real({2, 3, 2})},
        [](const Inputs& t) {
            return median(t[0], {0, 2});
        },
        [](Many x) {
            return generate({3}, [&](const Position& p) {
                Numbers line;
                for (const Index i : {0, 1})
                    for (const Index j : {0, 1}) line.push_back(x[0].at({i, p[0], j}));
                return quantile_of(line, 0.5L, {})[0];
            });
        });
    for (const auto& [label, method] : {std::pair{"linear", QuantileMethod::linear},
                                        {"lower", QuantileMethod::lower},
                                        {"higher", QuantileMethod::higher},
                                        {"midpoint", QuantileMethod::midpoint},
                                        {"nearest", QuantileMethod::nearest}}) {
        const QuantileMethod own = method;
        table.row(
            "quantile", label, {matrix},
            [own](const Inputs& t) { return quantile(t[0], 0.35, -1, own); },
            [own](Many x) {
                return without_axis(
                    by_lines(x[0], 1, 1,
                             [own](auto& line) { return quantile_of(line, 0.35L, own); }),
                    1);
            });
        table.row(
            "nanquantile", label, {matrix},
            [own](const Inputs& t) {
                const Tensor gap = is_floating(t[0].dtype())
                                       ? where(tensor({1, 0, 0, 0, 0}, bool_), NAN, t[0])
                                       : t[0];
                return nanquantile(gap, 0.35, -1, own);
            },
            [own](Many x) {
                return without_axis(by_lines(x[0], 1, 1,
                                             [own](Numbers line) {
                                                 line.erase(line.begin());
                                                 return quantile_of(line, 0.35L, own);
                                             }),
                                    1);
            });
    }
    table.row(
        "quantile", "several", {matrix},
        [](const Inputs& t) {
            return quantile(t[0], std::vector<double>{0.25, 1}, 1);
        },
        [](Many x) {
            return generate({2, 3}, [&](const Position& p) {
                Numbers line;
                for (Index i = 0; i < 5; ++i) line.push_back(x[0].at({p[1], i}));
                return quantile_of(line, p[0] == 0 ? 0.25L : 1, {})[0];
            });
        });
    table.row(
        "nanmedian", "", {matrix}, [](const Inputs& t) { return nanmedian(t[0], 0); },
        [](Many x) {
            return without_axis(
                by_lines(x[0], 0, 1, [](auto& line) { return quantile_of(line, 0.5L, {}); }), 0);
        });
}

void add_counts(OpTable& table) {
    table
        .row(
            "bincount", "", {index({2, 3}, 0, 3)},
            [](const Inputs& t) { return bincount(t[0], 6); },
            [](Many x) {
                return generate({6}, [&](const Position& p) -> Real {
                    return static_cast<Real>(
                        std::count(x[0].data.begin(), x[0].data.end(), static_cast<Real>(p[0])));
                });
            })
        .gives(i64)
        .looking_at_values();
    table
        .row(
            "bincount", "weighted", {index({4}, 0, 3), real({4})},
            [](const Inputs& t) { return bincount(t[0], t[1], 5); },
            [](Many x) {
                return generate({5}, [&](const Position& p) {
                    Real total = 0;
                    for (std::size_t i = 0; i < 4; ++i)
                        total += x[0].data[i] == static_cast<Real>(p[0]) ? x[1].data[i] : 0;
                    return total;
                });
            })
        .looking_at_values();
    table
        .row(
            "sum_at", "", {real({2, 3}), index({2, 3}, -2, 3)},
            [](const Inputs& t) { return detail::sum_at("sum_at", t[0], t[1], 4); },
            [](Many x) {
                return generate({4}, [&](const Position& p) {
                    Real total = 0;
                    for (std::size_t i = 0; i < 6; ++i) {
                        const auto to = static_cast<Index>(x[1].data[i]);
                        total += (to < 0 ? to + 4 : to) == p[0] ? x[0].data[i] : 0;
                    }
                    return total;
                });
            })
        .on(Accepts::numbers);
    for (const bool right : {false, true}) {
        table
            .row(
                "digitize", right ? "right" : "left", {real({2, 3}), real({1})},
                [=](const Inputs& t) { return digitize(t[0], t[1], right); },
                [=](Many x) {
                    return generate({2, 3}, [&](const Position& p) -> Real {
                        const Real edge = x[1].data[0], own = x[0].at(p);
                        return right ? own > edge : own >= edge;
                    });
                })
            .on(Accepts::numbers)
            .gives(i64);
    }
    const auto counted = [](const Numbers& x, Numbers edges) {
        std::sort(edges.begin(), edges.end());
        return generate({static_cast<Index>(edges.size()) - 1}, [&](const Position& p) -> Real {
            const Real low = edges[at(p[0])], high = edges[at(p[0]) + 1];
            const bool last = at(p[0]) + 2 == edges.size();
            return static_cast<Real>(std::count_if(x.begin(), x.end(), [&](Real v) {
                return last ? v >= low && v <= high : v >= low && v < high && v < edges.back();
            }));
        });
    };
    table
        .row(
            "histogram", "between edges", {real({20}), real({4})},
            [](const Inputs& t) { return histogram(t[0], sort(t[1])).counts; },
            [=](Many x) { return counted(x[0].data, x[1].data); })
        .on(Accepts::numbers)
        .gives(i64);
    table
        .row(
            "histogram", "equal bins", {real({20})},
            [](const Inputs& t) { return histogram(t[0], 4, -1, 1).counts; },
            [=](Many x) {
                return counted(x[0].data, {-1, -0.5L, 0, 0.5L, 1});
            })
        .gives(i64);
    table
        .row(
            "nonzero", "", {real({3, 4})},
            [](const Inputs& t) {
                return nonzero(is_floating(t[0].dtype()) ? t[0] * (t[0] > 0).cast(t[0].dtype())
                                                         : t[0])[1];
            },
            [](Many x) {
                const bool real = std::any_of(x[0].data.begin(), x[0].data.end(),
                                              [](Real v) { return v != std::floor(v); });
                Numbers out;
                for (std::size_t i = 0; i < 12; ++i) {
                    if (real ? x[0].data[i] > 0 : x[0].data[i] != 0)
                        out.push_back(static_cast<Real>(i % 4));
                }
                return Values{{static_cast<Index>(out.size())}, out};
            })
        .on(Accepts::anything)
        .gives(i64)
        .looking_at_values();
}

using Fold = std::function<Real(const Numbers&)>;
using Reduction = std::function<Tensor(const Tensor&, const Axes&, bool)>;

Real variance_of(const Numbers& x, Real ddof) {
    Real total = 0;
    for (const Real v : x) total += (v - mean_of(x)) * (v - mean_of(x));
    return total / (static_cast<Real>(x.size()) - ddof);
}

// A reduction of (2, 3, 4), over everything and over the middle axis.
void add_reduction(OpTable& table, const char* name, const char* label, const Sample& in,
                   const Reduction& op, const Fold& f, Accepts on = Accepts::reals) {
    const std::string prefix = *label ? std::string(label) + ", " : std::string();
    table
        .row(
            name, (prefix + "all").c_str(), {in},
            [op](const Inputs& t) { return op(t[0], {}, false); },
            [f](Many x) {
                return Values{{}, {f(x[0].data)}};
            })
        .on(on);
    table
        .row(
            name, (prefix + "the middle axis, kept").c_str(), {in},
            [op](const Inputs& t) { return op(t[0], 1, true); },
            [f](Many x) {
                return by_lines(x[0], 1, 1, [f](auto& line) { return Numbers{f(line)}; });
            })
        .on(on);
}

// x with NaN in the middle of each line of the middle axis.
Tensor with_gaps(const Tensor& x) {
    if (!is_floating(x.dtype())) return x;
    return where(tensor({{0}, {1}, {0}}, bool_), NAN, x);
}

// f of the numbers left in a cube of 2 · 3 · 4, or in a line of three, by `with_gaps`.
Fold of_the_rest(const Fold& f) {
    return [f](const Numbers& x) {
        Numbers rest;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const bool gap = x.size() == 3 ? i == 1 : i / 4 % 3 == 1;
            if (!gap) rest.push_back(x[i]);
        }
        return f(rest);
    };
}

void add_nan_reductions(OpTable& table) {
    const Sample cube = real({2, 3, 4});
    const auto add = [&](const char* name, auto op, const Fold& f) {
        add_reduction(
            table, name, "", cube,
            [op](const Tensor& x, const Axes& axes, bool keep) {
                return op(with_gaps(x), axes, keep);
            },
            of_the_rest(f));
    };
    add("nansum", nansum, sum_of);
    add("nanprod", nanprod, product_of);
    add("nanmean", nanmean, mean_of);
    add("nanmax", nanmax, largest_of);
    add("nanmin", nanmin, smallest_of);
    add(
        "nanvar",
        [](const Tensor& x, const Axes& axes, bool keep) { return nanvar(x, axes, keep, 1); },
        [](const Numbers& x) { return variance_of(x, 1); });
    add(
        "nanstd",
        [](const Tensor& x, const Axes& axes, bool keep) { return nanstd(x, axes, keep); },
        [](const Numbers& x) { return std::sqrt(variance_of(x, 0)); });
    for (const bool largest : {true, false}) {
        table
            .row(
                largest ? "nanargmax" : "nanargmin", "", {cube},
                [=](const Inputs& t) {
                    const Tensor x = with_gaps(t[0]);
                    return largest ? nanargmax(x, 1) : nanargmin(x, 1);
                },
                [=](Many x) {
                    return without_axis(
                        by_lines(x[0], 1, 1,
                                 [=](const Numbers& line) -> Numbers {
                                     return {(largest ? line[2] > line[0] : line[2] < line[0])
                                                 ? Real{2}
                                                 : Real{0}};
                                 }),
                        1);
                })
            .gives(i64);
    }
}

void add_statistics(OpTable& table) {
    const Sample cube = real({2, 3, 4});
    add_reduction(
        table, "ptp", "", cube,
        [](const Tensor& x, const Axes& axes, bool keep) { return ptp(x, axes, keep); },
        [](const Numbers& x) { return largest_of(x) - smallest_of(x); }, Accepts::numbers);
    const auto weighted = [](const Numbers& x, const Numbers& w) {
        Real total = 0;
        for (std::size_t i = 0; i < x.size(); ++i) total += w[i] * x[i];
        return total / sum_of(w);
    };
    table.row(
        "average", "all", {real({2, 3}), real({2, 3}, 0.5, 1.5)},
        [](const Inputs& t) { return average(t[0], t[1]); },
        [=](Many x) {
            return Values{{}, {weighted(x[0].data, x[1].data)}};
        });
    table.row(
        "average", "an axis", {real({2, 3}), real({3}, 0.5, 1.5)},
        [](const Inputs& t) { return average(t[0], t[1], 1, true); },
        [=](Many x) {
            return by_lines(x[0], 1, 1,
                            [&](auto& line) { return Numbers{weighted(line, x[1].data)}; });
        });
    const auto covariance = [](const Values& x, Index a, Index b, Real n) {
        Real mean_a = 0, mean_b = 0, total = 0;
        const Index count = x.shape[1];
        for (Index i = 0; i < count; ++i) {
            mean_a += x.at({a, i}) / static_cast<Real>(count);
            mean_b += x.at({b, i}) / static_cast<Real>(count);
        }
        for (Index i = 0; i < count; ++i)
            total += (x.at({a, i}) - mean_a) * (x.at({b, i}) - mean_b) / n;
        return total;
    };
    table.row(
        "cov", "", {real({2, 5})}, [](const Inputs& t) { return cov(t[0]); },
        [=](Many x) {
            return generate({2, 2}, [&](auto& p) { return covariance(x[0], p[0], p[1], 4); });
        });
    table.row(
        "corrcoef", "", {real({2, 5})}, [](const Inputs& t) { return corrcoef(t[0]); },
        [=](Many x) {
            return generate({2, 2}, [&](auto& p) {
                return covariance(x[0], p[0], p[1], 1) /
                       std::sqrt(covariance(x[0], p[0], p[0], 1) * covariance(x[0], p[1], p[1], 1));
            });
        });
    table.row(
        "trapezoid", "equal widths", {real({2, 4})},
        [](const Inputs& t) { return trapezoid(t[0], 0.25); },
        [](Many x) {
            return without_axis(
                by_lines(x[0], 1, 1,
                         [](auto& y) { return Numbers{(y[0] / 2 + y[1] + y[2] + y[3] / 2) / 4}; }),
                1);
        });
    table.row(
        "trapezoid", "places", {real({3, 2}), real({3})},
        [](const Inputs& t) { return trapezoid(t[0], t[1], 0); },
        [](Many x) {
            return without_axis(by_lines(x[0], 0, 1,
                                         [&](auto& y) {
                                             const Numbers& at = x[1].data;
                                             return Numbers{(y[0] + y[1]) / 2 * (at[1] - at[0]) +
                                                            (y[1] + y[2]) / 2 * (at[2] - at[1])};
                                         }),
                                0);
        });
    table.row(
        "interp", "", {real({2, 3}), real({3}), real({3})},
        [](const Inputs& t) { return interp(t[0], sort(t[1]), t[2]); },
        [](Many x) {
            Numbers place = x[1].data;
            std::sort(place.begin(), place.end());
            const Numbers& value = x[2].data;
            return generate({2, 3}, [&](const Position& p) {
                const Real v = x[0].at(p);
                if (v <= place[0]) return value[0];
                if (v >= place[2]) return value[2];
                const std::size_t i = v < place[1] ? 0 : 1;
                const Real share = (v - place[i]) / (place[i + 1] - place[i]);
                return value[i] * (1 - share) + value[i + 1] * share;
            });
        });

    // Powers below 1 are steep near 0, where differences tell little.
    const auto norm_row = [&](const char* label, double order, const Fold& f) -> void {
        const bool steep = order < 1 && order != 0 && std::isfinite(order);
        add_reduction(
            table, "vector_norm", label, real({2, 3, 4}, -2, steep ? -0.5 : 2, {0}),
            [order](const Tensor& x, const Axes& axes, bool keep) {
                return vector_norm(x, order, axes, keep);
            },
            f);
    };
    const auto powers = [](Real p) {
        return [p](const Numbers& x) {
            Real total = 0;
            for (const Real v : x) total += std::pow(std::abs(v), p);
            return std::pow(total, 1 / p);
        };
    };
    norm_row("order 1", 1, powers(1));
    norm_row("order 2", 2, powers(2));
    norm_row("order 3", 3, powers(3));
    norm_row("order 1/2", 0.5, powers(0.5L));
    norm_row("order -1", -1, powers(-1));
    norm_row("the largest", INFINITY, [](Numbers x) {
        for (Real& v : x) v = std::abs(v);
        return largest_of(x);
    });
    norm_row("the smallest", -INFINITY, [](Numbers x) {
        for (Real& v : x) v = std::abs(v);
        return smallest_of(x);
    });
    norm_row("order 0", 0, [](const Numbers& x) { return static_cast<Real>(x.size()); });
}

}  // namespace

void add_order_rows(Rows& rows) {
    OpTable table(rows);
    add_scans(table);
    add_orders(table);
    add_counts(table);
    add_nan_reductions(table);
    add_statistics(table);
}

}  // namespace shikumi_test
