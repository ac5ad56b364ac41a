// Rows of creation, reductions, shape, indexing.
#include <algorithm>
#include <array>
#include <cmath>

#include <shikumi/autograd/ops/detail/gradients.hpp>
#include <shikumi/autograd/ops/detail/required.hpp>
#include <shikumi/autograd/ops/detail/rows.hpp>

#include "op_table.hpp"
#include "samples.hpp"

namespace shikumi_test {

namespace {

using namespace shikumi;

using Many = const std::vector<Values>&;

class StructureTable : public OpTable {
public:
    using OpTable::OpTable;

    Row& creation(const char* name, const char* label, std::function<Tensor(DType)> call,
                  Values expected) {
        return OpTable::creation(name, label, std::move(call),
                                 [expected](Many) { return expected; });
    }
    // Without a reference: only shape and dtype are checked.
    Row& random(const char* name, std::function<Tensor(DType, Generator&)> call) {
        const auto drawn = [call](DType t) {
            Generator rng(7);
            return call(t, rng);
        };
        return OpTable::creation(name, "", drawn, {});
    }
};

// ---- creation -----------------------------------------------------------------------------------

void add_creation(StructureTable& table) {
    table.creation("tensor", "nested braces",
                   [](DType t) {
                       return tensor({{1, 2.5, -3}, {4, 5, 6}}, t);
                   },
                   {{2, 3}, {1, 2.5, -3, 4, 5, 6}});
    table.creation("tensor", "three levels",
                   [](DType t) {
                       return tensor({{{1}, {2}}}, t);
                   },
                   {{1, 2, 1}, {1, 2}});
    table.creation("tensor", "one element in two braces", [](DType t) { return tensor({{0}}, t); },
                   {{1, 1}, {0}});
    table
        .creation("tensor", "a range",
                  [](DType) {
                      return tensor(std::vector<float>{1, 2, 3});
                  },
                  {{3}, {1, 2, 3}})
        .gives(f32);
    table
        .creation("tensor", "a range under a shape",
                  [](DType) {
                      return tensor(std::array<std::int32_t, 6>{1, 2, 3, 4, 5, 6}, {3, 2});
                  },
                  {{3, 2}, {1, 2, 3, 4, 5, 6}})
        .gives(i32);
    table.creation("scalar", "", [](DType t) { return scalar(2.5, t); }, {{}, {2.5}});
    table.creation("zeros", "",
                   [](DType t) {
                       return zeros({2, 3}, t);
                   },
                   {{2, 3}, {0, 0, 0, 0, 0, 0}});
    table.creation("ones", "", [](DType t) { return ones({3, 1}, t); }, {{3, 1}, {1, 1, 1}});
    table.creation("full", "", [](DType t) { return full({2}, 2.5, t); }, {{2}, {2.5, 2.5}});
    table
        .row(
            "zeros_like", "", {real({2, 3})}, [](const Inputs& t) { return zeros_like(t[0]); },
            [](Many x) { return generate(x[0].shape, [](auto&) { return 0; }); })
        .on(Accepts::anything)
        .differentiable(0);
    table
        .row(
            "ones_like", "", {real({2, 3})}, [](const Inputs& t) { return ones_like(t[0]); },
            [](Many x) { return generate(x[0].shape, [](auto&) { return 1; }); })
        .on(Accepts::anything)
        .differentiable(0);
    table.creation("eye", "square", [](DType t) { return eye(2, {}, t); }, {{2, 2}, {1, 0, 0, 1}});
    table.creation("eye", "wide", [](DType t) { return eye(2, 3, t); },
                   {{2, 3}, {1, 0, 0, 0, 1, 0}});
    table.creation("arange", "stop", [](DType) { return arange(4); }, {{4}, {0, 1, 2, 3}})
        .gives(i64);
    table
        .creation("arange", "start, stop, step", [](DType) { return arange(5, 0, -2); },
                  {{3}, {5, 3, 1}})
        .gives(i64);
    table
        .creation("arange", "reals", [](DType) { return arange(0, 1, 0.25); },
                  {{4}, {0, 0.25, 0.5, 0.75}})
        .gives(f32);
    table.creation("arange", "of a dtype", [](DType t) { return arange(1, 2, 0.5, t); },
                   {{2}, {1, 1.5}});
    table.creation("linspace", "", [](DType t) { return linspace(-1, 1, 5, t); },
                   {{5}, {-1, -0.5, 0, 0.5, 1}});
    table.creation("linspace", "one number", [](DType t) { return linspace(3, 4, 1, t); },
                   {{1}, {3}});

    table.random("random_normal", [](DType t, auto& rng) {
        return random_normal({50, 60}, rng, 1, 2, t);
    });
    table.random("random_uniform", [](DType t, auto& rng) {
        return random_uniform({50, 60}, rng, -1, 3, t);
    });
    table.random("random_truncated_normal", [](DType t, auto& rng) {
        return random_truncated_normal({50, 60}, rng, 1, 2, t);
    });
    table
        .random("random_permutation",
                [](DType, auto& rng) { return random_permutation(3000, rng); })
        .gives(i64);
    table
        .random("random_integers",
                [](DType, auto& rng) {
                    return random_integers({50, 60}, rng, -1, 5);  // up to 4
                })
        .gives(i64);
    table.random("random_gumbel", [](DType t, auto& rng) {
        return random_gumbel({50, 60}, rng, t);
    });
    table
        .random("random_categorical",
                [](DType t, auto& rng) {
                    const Tensor probabilities = tensor({0.2, 0.5, 0.3}, t);
                    return random_categorical(broadcast_to(log(probabilities), {3000, 3}), rng);
                })
        .gives(i64);
    table
        .random("random_shuffle",
                [](DType, auto& rng) { return random_shuffle(arange(3000), rng); })
        .gives(i64);
    table.random("random_bernoulli", [](DType t, auto& rng) {
        return random_bernoulli({50, 60}, rng, 0.3, t);
    });
}

// ---- reductions ---------------------------------------------------------------------------------

using Fold = std::function<Real(const std::vector<Real>&)>;

// Reduces the elements along `axes` (empty: all) by `fold`, for each position of the other axes.
Values reduce(const Values& x, std::vector<int> axes, bool keepdims, const Fold& fold) {
    const int rank = x.shape.rank();
    std::vector<bool> reduced(at(rank), axes.empty());
    for (const int a : axes) reduced[at(a < 0 ? a + rank : a)] = true;
    Shape::Sizes kept, inner, out;
    for (int a = 0; a < rank; ++a) {
        kept.push_back(reduced[at(a)] ? 1 : x.shape[a]);
        inner.push_back(reduced[at(a)] ? x.shape[a] : 1);
        if (keepdims || !reduced[at(a)]) out.push_back(kept[a]);
    }
    Values y = generate(Shape(kept), [&](const Position& p) {
        return fold(generate(Shape(inner), [&](Position q) {
                        for (std::size_t a = 0; a < q.size(); ++a) q[a] += p[a];
                        return x.at(q);
                    }).data);
    });
    y.shape = Shape(out);
    return y;
}

Real variance_of(const std::vector<Real>& x, int ddof) {
    Real total = 0;
    for (const Real v : x) total += (v - mean_of(x)) * (v - mean_of(x));
    return total / static_cast<Real>(static_cast<int>(x.size()) - ddof);
}
Real position_of(const std::vector<Real>& x, Real wanted) {
    return static_cast<Real>(std::find(x.begin(), x.end(), wanted) - x.begin());
}

void add_reductions(StructureTable& table) {
    const Shape cube{2, 3, 4};
    using Reduction = Tensor (*)(const Tensor&, const Axes&, Boolean);
    const auto reduction = [&](const char* name, Reduction op, const Sample& in, const Fold& fold,
                               Accepts on = Accepts::reals) {
        table
            .row(
                name, "all axes", {in}, [op](const Inputs& t) { return op(t[0], {}, false); },
                [fold](Many x) { return reduce(x[0], {}, false, fold); })
            .on(on);
        table
            .row(
                name, "the last axis", {in}, [op](const Inputs& t) { return op(t[0], -1, false); },
                [fold](Many x) { return reduce(x[0], {-1}, false, fold); })
            .on(on);
        table
            .row(
                name, "the middle axis, kept", {in},
                [op](const Inputs& t) { return op(t[0], 1, true); },
                [fold](Many x) { return reduce(x[0], {1}, true, fold); })
            .on(on);
        table
            .row(
                name, "two axes", {in},
                [op](const Inputs& t) {
                    return op(t[0], {2, 0}, false);
                },
                [fold](Many x) {
                    return reduce(x[0], {0, 2}, false, fold);
                })
            .on(on);
        table
            .row(
                name, "all axes, kept", {in}, [op](const Inputs& t) { return op(t[0], {}, true); },
                [fold](Many x) { return reduce(x[0], {}, true, fold); })
            .on(on);
    };
    reduction("sum", sum, real(cube), sum_of, Accepts::counts);
    reduction("mean", mean, real(cube), mean_of);
    reduction(
        "prod", prod, real(cube, 0.5, 1.5),
        [](const auto& x) {
            Real total = 1;
            for (const Real v : x) total *= v;
            return total;
        },
        Accepts::counts);
    table
        .row(
            "prod", "through a zero", {real({3})},
            [](const Inputs& t) {
                return prod(where(tensor({1, 0, 1}, bool_), t[0], 0));
            },
            [](Many) {
                return Values{{}, {0}};
            })
        .on(Accepts::counts);
    table
        .row(
            "prod", "through two zeros", {real({2, 3})},
            [](const Inputs& t) {
                return prod(where(tensor({1, 0, 0}, bool_), t[0], 0), 1);
            },
            [](Many) {
                return Values{{2}, {0, 0}};
            })
        .on(Accepts::counts);
    reduction(
        "max", max, real(cube), [](const auto& x) { return *std::max_element(x.begin(), x.end()); },
        Accepts::anything);
    reduction(
        "min", min, real(cube), [](const auto& x) { return *std::min_element(x.begin(), x.end()); },
        Accepts::anything);

    const auto position = [&](const char* name,
                              Tensor (*op)(const Tensor&, std::optional<Integer>, Boolean),
                              const Fold& fold) {
        table
            .row(
                name, "flattened", {real(cube)},
                [op](const Inputs& t) { return op(t[0], {}, false); },
                [fold](Many x) { return reduce(x[0], {}, false, fold); })
            .on(Accepts::anything)
            .gives(i64);
        table
            .row(
                name, "an axis", {real(cube)}, [op](const Inputs& t) { return op(t[0], 1, false); },
                [fold](Many x) { return reduce(x[0], {1}, false, fold); })
            .on(Accepts::anything)
            .gives(i64);
        table
            .row(
                name, "an axis, kept", {real(cube)},
                [op](const Inputs& t) { return op(t[0], -1, true); },
                [fold](Many x) { return reduce(x[0], {-1}, true, fold); })
            .on(Accepts::anything)
            .gives(i64);
    };
    position("argmax", argmax,
             [](const auto& x) { return position_of(x, *std::max_element(x.begin(), x.end())); });
    position("argmin", argmin,
             [](const auto& x) { return position_of(x, *std::min_element(x.begin(), x.end())); });

    for (const int ddof : {0, 1}) {
        const char* label = ddof == 0 ? "biased" : "unbiased";
        table.row(
            "var", label, {real(cube)},
            [ddof](const Inputs& t) {
                return var(t[0], {0, 2}, true, ddof);
            },
            [ddof](Many x) {
                return reduce(x[0], {0, 2}, true,
                              [=](const auto& v) { return variance_of(v, ddof); });
            });
        table.row(
            "std", label, {real(cube)},
            [ddof](const Inputs& t) { return shikumi::std(t[0], 1, false, ddof); },
            [ddof](Many x) {
                return reduce(x[0], {1}, false,
                              [=](const auto& v) { return std::sqrt(variance_of(v, ddof)); });
            });
    }
    reduction("logsumexp", logsumexp, real(cube), [](const auto& x) {
        Real total = 0;
        for (const Real v : x) total += std::exp(v);
        return std::log(total);
    });
    reduction("norm", norm, real(cube), [](const auto& x) {
        Real total = 0;
        for (const Real v : x) total += v * v;
        return std::sqrt(total);
    });

    const Sample truth{{2, 3}, 0, 1, bool_};
    const auto quantifier = [&](const char* name, Reduction op, const Fold& fold) {
        table
            .row(
                name, "all axes", {truth}, [op](const Inputs& t) { return op(t[0], {}, false); },
                [fold](Many x) { return reduce(x[0], {}, false, fold); })
            .gives(bool_);
        table
            .row(
                name, "an axis, kept", {truth},
                [op](const Inputs& t) { return op(t[0], -1, true); },
                [fold](Many x) { return reduce(x[0], {-1}, true, fold); })
            .gives(bool_);
    };
    quantifier("any", any, [](const auto& x) { return *std::max_element(x.begin(), x.end()); });
    quantifier("all", all, [](const auto& x) { return *std::min_element(x.begin(), x.end()); });

    table
        .row(
            "sum_to", "", {real(cube)},
            [](const Inputs& t) {
                return detail::sum_to(t[0], {3, 1});
            },
            [](Many x) {
                Values y = reduce(x[0], {0, 2}, false, sum_of);
                y.shape = {3, 1};
                return y;
            })
        .on(Accepts::counts);
}

// ---- shape --------------------------------------------------------------------------------------

Row::Reference same_order(const Shape& shape) {
    return [shape](Many x) { return Values{shape, x[0].data}; };
}

void add_shapes(StructureTable& table) {
    const std::vector<Sample> matrix{real({2, 3})}, cube{real({2, 3, 4})};
    const auto move = [&](const char* name, const char* label, const std::vector<Sample>& in,
                          std::function<Tensor(const Tensor&)> call, Row::Reference reference) {
        table
            .row(
                name, label, in, [call](const Inputs& t) { return call(t[0]); },
                std::move(reference))
            .on(Accepts::anything);
    };

    move(
        "reshape", "a span", cube,
        [](auto& x) {
            return reshape(x, std::vector<Index>{4, -1});
        },
        same_order({4, 6}));
    move(
        "reshape", "braces", cube,
        [](auto& x) {
            return reshape(x, {6, 4});
        },
        same_order({6, 4}));
    move(
        "reshape", "a shape", cube,
        [](auto& x) {
            return reshape(x, Shape{3, 8});
        },
        same_order({3, 8}));
    move(
        "flatten", "", cube, [](auto& x) { return flatten(x); }, same_order({24}));
    const std::vector<Sample> thin{real({1, 3, 1, 2})};
    move(
        "squeeze", "all", thin, [](auto& x) { return squeeze(x); }, same_order({3, 2}));
    move(
        "squeeze", "one", thin, [](auto& x) { return squeeze(x, -2); }, same_order({1, 3, 2}));
    move(
        "expand_dims", "", matrix, [](auto& x) { return expand_dims(x, 1); },
        same_order({2, 1, 3}));
    move(
        "expand_dims", "from the end", matrix, [](auto& x) { return expand_dims(x, -1); },
        same_order({2, 3, 1}));

    const auto rotated = gathered({4, 2, 3}, [](auto& p) { return Position{p[1], p[2], p[0]}; });
    move(
        "transpose", "reversed", cube, [](auto& x) { return transpose(x); },
        gathered({4, 3, 2}, [](auto& p) {
            return Position{p[2], p[1], p[0]};
        }));
    move(
        "transpose", "a span", cube,
        [](auto& x) {
            return transpose(x, std::vector<int>{2, 0, 1});
        },
        rotated);
    move(
        "transpose", "braces", cube,
        [](auto& x) {
            return transpose(x, {-1, 0, 1});
        },
        rotated);

    move(
        "broadcast_to", "", {real({3, 1})},
        [](auto& x) {
            return broadcast_to(x, {2, 3, 4});
        },
        gathered({2, 3, 4}, [](auto& p) {
            return Position{p[1], 0};
        }));
    move(
        "broadcast_to", "a scalar", {real({})},
        [](auto& x) {
            return broadcast_to(x, {2, 3});
        },
        gathered({2, 3}, [](auto&) { return Position{}; }));

    table
        .row(
            "concatenate", "", {real({2, 1, 3}), real({2, 2, 3}), real({2, 4, 3})},
            [](const Inputs& t) { return concatenate(t, 1); },
            [](Many x) {
                return generate({2, 7, 3}, [&](Position p) {
                    const std::size_t part = p[1] < 1 ? 0 : p[1] < 3 ? 1 : 2;
                    p[1] -= part == 0 ? 0 : part == 1 ? 1 : 3;
                    return x[part].at(p);
                });
            })
        .on(Accepts::anything);
    table
        .row(
            "stack", "", {real({2, 3}), real({2, 3})}, [](const Inputs& t) { return stack(t, -1); },
            [](Many x) {
                return generate({2, 3, 2}, [&](const Position& p) {
                    return x[at(p[2])].at({p[0], p[1]});
                });
            })
        .on(Accepts::anything);
    move(
        "split", "equal parts", {real({2, 6})}, [](auto& x) { return split(x, 3, 1)[1]; },
        gathered({2, 2}, [](auto& p) {
            return Position{p[0], p[1] + 2};
        }));
    move(
        "split", "sizes", {real({6, 2})},
        [](auto& x) {
            return split(x, std::vector<Index>{1, 2, 3})[2];
        },
        gathered({3, 2}, [](auto& p) {
            return Position{p[0] + 3, p[1]};
        }));

    const std::vector<Sample> board{real({5, 6})};
    move(
        "slice", "ranges", board,
        [](auto& x) {
            return slice(x, {{1, -1}, {{}, {}, 2}});
        },
        gathered({3, 3}, [](auto& p) {
            return Position{p[0] + 1, p[1] * 2};
        }));
    move(
        "slice", "backwards", board,
        [](auto& x) {
            return slice(x, {{{}, {}, -2}, {4, 1, -1}});
        },
        gathered({3, 3}, [](auto& p) {
            return Position{4 - 2 * p[0], 4 - p[1]};
        }));
    move(
        "slice", "one axis", board,
        [](auto& x) {
            return slice(x, -1, {-2, {}});
        },
        gathered({5, 2}, [](auto& p) {
            return Position{p[0], p[1] + 4};
        }));
    move(
        "flip", "all", matrix, [](auto& x) { return flip(x); }, gathered({2, 3}, [](auto& p) {
            return Position{1 - p[0], 2 - p[1]};
        }));
    move(
        "flip", "an axis", matrix, [](auto& x) { return flip(x, 1); },
        gathered({2, 3}, [](auto& p) {
            return Position{p[0], 2 - p[1]};
        }));
    table
        .row(
            "pad", "", matrix,
            [](const Inputs& t) {
                return pad(t[0], {{1, 2}, {0, 3}}, 5);
            },
            [](Many x) {
                return generate({5, 6}, [&](const Position& p) -> Real {
                    return p[0] >= 1 && p[0] < 3 && p[1] < 3 ? x[0].at({p[0] - 1, p[1]}) : 5;
                });
            })
        .on(Accepts::numbers);
    move(
        "tile", "", matrix,
        [](auto& x) {
            return tile(x, {2, 3});
        },
        gathered({4, 9}, [](auto& p) {
            return Position{p[0] % 2, p[1] % 3};
        }));
    move(
        "tile", "a new axis", matrix,
        [](auto& x) {
            return tile(x, {2, 1, 2});
        },
        gathered({2, 2, 6}, [](auto& p) {
            return Position{p[1], p[2] % 3};
        }));
    move(
        "repeat", "", matrix, [](auto& x) { return repeat(x, 2, -1); },
        gathered({2, 6}, [](auto& p) {
            return Position{p[0], p[1] / 2};
        }));
}

// ---- indexing -----------------------------------------------------------------------------------

void add_indexing(StructureTable& table) {
    table
        .row(
            "take", "rows, some twice", {real({3, 2}), index({5}, -3, 2)},
            [](const Inputs& t) { return take(t[0], t[1]); },
            [](Many x) {
                return generate({5, 2}, [&](const Position& p) {
                    const auto row = static_cast<Index>(x[1].at({p[0]}));
                    return x[0].at({row < 0 ? row + 3 : row, p[1]});
                });
            })
        .on(Accepts::anything);
    table
        .row(
            "take", "a matrix of indices in the middle", {real({2, 4, 3}), index({3, 2}, 0, 3)},
            [](const Inputs& t) { return take(t[0], t[1], 1); },
            [](Many x) {
                return generate({2, 3, 2, 3}, [&](const Position& p) {
                    return x[0].at({p[0], static_cast<Index>(x[1].at({p[1], p[2]})), p[3]});
                });
            })
        .on(Accepts::anything);
    table
        .row(
            "take", "a single index", {real({3, 4}), index({}, 0, 3)},
            [](const Inputs& t) { return take(t[0], t[1], -1); },
            [](Many x) {
                return generate({3}, [&](const Position& p) {
                    return x[0].at({p[0], static_cast<Index>(x[1].data[0])});
                });
            })
        .on(Accepts::anything);
    table
        .row(
            "take_along_axis", "", {real({2, 3, 2}), index({2, 4, 2}, -3, 2)},
            [](const Inputs& t) { return take_along_axis(t[0], t[1], 1); },
            [](Many x) {
                return generate({2, 4, 2}, [&](const Position& p) {
                    const auto i = static_cast<Index>(x[1].at(p));
                    return x[0].at({p[0], i < 0 ? i + 3 : i, p[2]});
                });
            })
        .on(Accepts::anything);
    for (const Side side : {Side::left, Side::right}) {
        table
            .row(
                "searchsorted", side == Side::left ? "left" : "right", {real({1}), real({2, 3})},
                [side](const Inputs& t) { return searchsorted(t[0], t[1], side); },
                [side](Many x) {
                    return generate({2, 3}, [&](const Position& p) -> Real {
                        const Real among = x[0].at({0}), at = x[1].at(p);
                        return among < at || (side == Side::right && among == at);
                    });
                })
            .on(Accepts::numbers)
            .gives(i64);
    }
    for (const Index classes : {2, 4}) {
        table
            .row(
                "one_hot", classes == 2 ? "two classes" : "four classes",
                {index({2, 3}, 0, classes - 1)},
                [classes](const Inputs& t) { return one_hot(t[0], classes); },
                [classes](Many x) {
                    return generate({2, 3, classes}, [&](const Position& p) -> Real {
                        return x[0].at({p[0], p[1]}) == static_cast<Real>(p[2]);
                    });
                })
            .gives(f32);
    }
    table
        .row(
            "checked_indices", "", {index({2, 3}, -3, 2)},
            [](const Inputs& t) {
                return detail::checked_indices("checked_indices", t[0], 3, true);
            },
            [](Many x) {
                return generate({2, 3}, [&](const Position& p) -> Real {
                    return x[0].at(p) < 0 ? x[0].at(p) + 3 : x[0].at(p);
                });
            })
        .gives(i64);
    table
        .row(
            "checked_indices", "whole real numbers", {index({2, 3}, 0, 2)},
            [](const Inputs& t) { return detail::checked_indices("take", t[0].cast(f64), 3); },
            [](Many x) { return x[0]; })
        .gives(i64);
    table
        .row(
            "required", "an error", {real({})},
            [](const Inputs& t) {
                return detail::required<ValueError>(t[0], ones({}, bool_), "test", "refuses");
            },
            [](Many x) { return x[0]; })
        .on(Accepts::anything);
    table
        .row(
            "required", "a function that throws", {real({})},
            [](const Inputs& t) {
                return detail::required(t[0], ones({}, bool_), "test", "refuses",
                                        [](std::string message) { throw ValueError(message); });
            },
            [](Many x) { return x[0]; })
        .on(Accepts::anything);
    table
        .row(
            "put_rows", "one twice", {real({4, 2}), index({2, 3}, -2, -1), real({2, 3, 2})},
            [](const Inputs& t) { return detail::put_rows(t[0], t[1], t[2]); },
            [](Many x) {
                Values out = x[0];
                for (std::size_t i = 0; i < 6; ++i) {
                    const std::size_t row = at(static_cast<Index>(x[1].data[i]) + 4);
                    for (std::size_t j = 0; j < 2; ++j)
                        out.data[2 * row + j] = x[2].data[2 * i + j];
                }
                return out;
            })
        .on(Accepts::anything);
    table
        .row(
            "sum_by_index", "", {real({2, 4, 3}), index({2, 4}, 0, 2)},
            [](const Inputs& t) { return detail::sum_by_index(t[0], t[1]); },
            [](Many x) {
                return generate({2, 4, 3}, [&](const Position& p) {
                    Real sum = 0;
                    for (Index i = 0; i < 2; ++i) {
                        for (Index j = 0; j < 4; ++j) {
                            if (x[1].at({i, j}) == x[1].at({p[0], p[1]}))
                                sum += x[0].at({i, j, p[2]});
                        }
                    }
                    return sum;
                });
            })
        .on(Accepts::numbers);
    table
        .row(
            "cast", "to integers", {real({2, 3}, -3, 4)},
            [](const Inputs& t) { return cast(t[0], i32); },
            [](Many x) {
                return generate({2, 3}, [&](const Position& p) { return std::trunc(x[0].at(p)); });
            })
        .on(Accepts::anything)
        .gives(i32);
    table
        .row(
            "stop_gradient", "", {real({2, 3})},
            [](const Inputs& t) { return stop_gradient(t[0]); }, same_order({2, 3}))
        .on(Accepts::anything)
        .differentiable(0);
    table
        .row(
            "identity", "", {real({2, 3})}, [](const Inputs& t) { return identity(t[0]); },
            same_order({2, 3}))
        .on(Accepts::anything);
}

}  // namespace

void add_structure_rows(Rows& rows) {
    StructureTable table(rows);
    add_creation(table);
    add_reductions(table);
    add_shapes(table);
    add_indexing(table);
}

}  // namespace shikumi_test
