// Rows of linear algebra. The references are textbook loops in long double.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "op_table.hpp"

namespace shikumi_test {

namespace {

using namespace shikumi;

using Many = const std::vector<Values>&;

struct Matrix {
    Index m, n;
    std::vector<Real> data;

    Matrix(Index rows, Index columns)
        : m(rows), n(columns), data(static_cast<std::size_t>(rows * columns)) {}
    Real& operator()(Index i, Index j) { return data[static_cast<std::size_t>(i * n + j)]; }
    Real operator()(Index i, Index j) const { return data[static_cast<std::size_t>(i * n + j)]; }
};

Matrix unit(Index n) {
    Matrix x(n, n);
    for (Index i = 0; i < n; ++i) x(i, i) = 1;
    return x;
}
Matrix turn(const Matrix& a) {
    Matrix x(a.n, a.m);
    for (Index i = 0; i < a.m; ++i) {
        for (Index j = 0; j < a.n; ++j) x(j, i) = a(i, j);
    }
    return x;
}
Matrix operator*(const Matrix& a, const Matrix& b) {
    Matrix x(a.m, b.n);
    for (Index i = 0; i < a.m; ++i) {
        for (Index j = 0; j < b.n; ++j) {
            for (Index k = 0; k < a.n; ++k) x(i, j) += a(i, k) * b(k, j);
        }
    }
    return x;
}
Matrix operator+(Matrix a, const Matrix& b) {
    for (std::size_t i = 0; i < a.data.size(); ++i) a.data[i] += b.data[i];
    return a;
}
Matrix operator*(Real factor, Matrix a) {
    for (Real& x : a.data) x *= factor;
    return a;
}
Matrix even(const Matrix& a) { return Real{0.5} * (a + turn(a)); }
Matrix lower(Matrix a, Index offset = 0) {
    for (Index i = 0; i < a.m; ++i) {
        for (Index j = 0; j < a.n; ++j) a(i, j) = j - i <= offset ? a(i, j) : 0;
    }
    return a;
}

// By Gauss and Jordan, with the largest pivot of each column.
Matrix solved(Matrix a, Matrix b) {
    const Index n = a.m;
    for (Index k = 0; k < n; ++k) {
        Index best = k;
        for (Index i = k; i < n; ++i) best = std::abs(a(i, k)) > std::abs(a(best, k)) ? i : best;
        for (Index j = 0; j < n; ++j) std::swap(a(k, j), a(best, j));
        for (Index j = 0; j < b.n; ++j) std::swap(b(k, j), b(best, j));
        for (Index i = 0; i < n; ++i) {
            if (i == k) continue;
            const Real factor = a(i, k) / a(k, k);
            for (Index j = 0; j < n; ++j) a(i, j) -= factor * a(k, j);
            for (Index j = 0; j < b.n; ++j) b(i, j) -= factor * b(k, j);
        }
    }
    for (Index i = 0; i < n; ++i) {
        for (Index j = 0; j < b.n; ++j) b(i, j) /= a(i, i);
    }
    return b;
}

// By Laplace's expansion.
Real laplace(const Matrix& a) {
    if (a.n == 0) return 1;
    Real total = 0;
    for (Index column = 0; column < a.n; ++column) {
        Matrix minor(a.n - 1, a.n - 1);
        for (Index i = 1; i < a.n; ++i) {
            for (Index j = 0, to = 0; j < a.n; ++j) {
                if (j != column) minor(i - 1, to++) = a(i, j);
            }
        }
        total += (column % 2 == 0 ? 1 : -1) * a(0, column) * laplace(minor);
    }
    return total;
}

Matrix factor(const Matrix& a) {
    Matrix l(a.m, a.m);
    for (Index i = 0; i < a.m; ++i) {
        for (Index j = 0; j <= i; ++j) {
            Real rest = a(i, j);
            for (Index k = 0; k < j; ++k) rest -= l(i, k) * l(j, k);
            l(i, j) = i == j ? std::sqrt(rest) : rest / l(j, j);
        }
    }
    return l;
}

// q by Gram and Schmidt, twice, for the first columns of a.
Matrix orthonormal(const Matrix& a) {
    const Index k = std::min(a.m, a.n);
    Matrix q(a.m, k);
    for (Index j = 0; j < k; ++j) {
        for (Index i = 0; i < a.m; ++i) q(i, j) = a(i, j);
        for (int twice = 0; twice < 2; ++twice) {
            for (Index before = 0; before < j; ++before) {
                Real along = 0;
                for (Index i = 0; i < a.m; ++i) along += q(i, before) * q(i, j);
                for (Index i = 0; i < a.m; ++i) q(i, j) -= along * q(i, before);
            }
        }
        Real length = 0;
        for (Index i = 0; i < a.m; ++i) length += q(i, j) * q(i, j);
        for (Index i = 0; i < a.m; ++i) q(i, j) /= std::sqrt(length);
    }
    return q;
}

// Eigenvalues and vectors by Jacobi's rotations, in rising or falling order.
struct Eigen {
    std::vector<Real> values;
    Matrix vectors;
};
Eigen jacobi(Matrix a, bool falling) {
    const Index n = a.m;
    Matrix v = unit(n);
    for (int sweep = 0; sweep < 60; ++sweep) {
        for (Index p = 0; p < n; ++p) {
            for (Index q = p + 1; q < n; ++q) {
                const Real angle = std::atan2(2 * a(p, q), a(q, q) - a(p, p)) / 2;
                Matrix r = unit(n);
                r(p, p) = r(q, q) = std::cos(angle);
                r(p, q) = std::sin(angle);
                r(q, p) = -r(p, q);
                a = turn(r) * a * r;
                v = v * r;
            }
        }
    }
    std::vector<Index> order(static_cast<std::size_t>(n));
    std::iota(order.begin(), order.end(), Index{0});
    std::sort(order.begin(), order.end(),
              [&](Index i, Index j) { return falling ? a(i, i) > a(j, j) : a(i, i) < a(j, j); });
    Eigen found{{}, Matrix(n, n)};
    for (Index j = 0; j < n; ++j) {
        const Index from = order[static_cast<std::size_t>(j)];
        found.values.push_back(a(from, from));
        Real largest = 0;
        for (Index i = 0; i < n; ++i) {
            if (std::abs(v(i, from)) > std::abs(largest)) largest = v(i, from);
        }
        for (Index i = 0; i < n; ++i) found.vectors(i, j) = (largest < 0 ? -1 : 1) * v(i, from);
    }
    return found;
}

std::vector<Real> singular_values(const Matrix& a) {
    const bool wide = a.n > a.m;
    std::vector<Real> s = jacobi(wide ? a * turn(a) : turn(a) * a, true).values;
    for (Real& x : s) x = std::sqrt(std::max<Real>(x, 0));
    return s;
}

// The series, after halving the matrix ten times.
Matrix exponential(const Matrix& a) {
    const Matrix small = std::ldexp(Real{1}, -10) * a;
    Matrix sum = unit(a.n), term = sum;
    for (int k = 1; k < 25; ++k) {
        term = (Real{1} / k) * (term * small);
        sum = sum + term;
    }
    for (int i = 0; i < 10; ++i) sum = sum * sum;
    return sum;
}

std::vector<Real> entries(const Matrix& a) { return a.data; }

// Matrix number `i` of an array, which has it once where it has no batch.
Matrix matrix(const Values& x, Index i) {
    const int rank = x.shape.rank();
    Matrix a(x.shape[rank - 2], x.shape[rank - 1]);
    const auto size = a.data.size();
    const std::size_t number = x.data.size() == size ? 0 : static_cast<std::size_t>(i);
    std::copy_n(x.data.begin() + static_cast<std::ptrdiff_t>(number * size), size, a.data.begin());
    return a;
}

// f of the matrices, one after another, under `shape`, for `count` of them.
template <class F>
Row::Reference each(const Shape& shape, Index count, F f) {
    return [=](Many x) {
        Values out{shape, {}};
        for (Index i = 0; i < count; ++i) {
            std::vector<Matrix> in;
            for (const Values& v : x) in.push_back(matrix(v, i));
            const std::vector<Real> values = f(in);
            out.data.insert(out.data.end(), values.begin(), values.end());
        }
        return out;
    };
}

using Ins = const std::vector<Matrix>&;

// x + 3, far from singular and, made symmetric, positive definite. What no function takes is handed
// on as it is.
Tensor sound(const Tensor& x) {
    return is_floating(x.dtype()) ? x + 3 * eye(x.shape().back(), {}, x.dtype()) : x;
}
Matrix sound(const Matrix& a) { return a + Real{3} * unit(a.n); }
// x + diag(0, 2, 4, …), whose eigenvalues lie apart.
Tensor apart(const Tensor& x) {
    if (!is_floating(x.dtype())) return x;
    const Index n = x.shape().back();
    return x + diag(arange(0, 2 * n, 2, x.dtype()));
}
Matrix apart(Matrix a) {
    for (Index i = 0; i < a.n; ++i) a(i, i) += static_cast<Real>(2 * i);
    return a;
}

std::vector<Sample> within(std::initializer_list<Shape> shapes) {
    std::vector<Sample> all;
    for (const Shape& s : shapes) all.push_back({s, -0.9, 0.9});
    return all;
}

void add_equations(OpTable& table) {
    const auto solution = [](Ins x) { return entries(solved(sound(x[0]), x[1])); };
    table.row(
        "solve", "matrices", within({{3, 3}, {3, 2}}),
        [](const Inputs& t) { return solve(sound(t[0]), t[1]); }, each({3, 2}, 1, solution));
    table.row(
        "solve", "a batch with one right side", within({{2, 3, 3}, {3, 2}}),
        [](const Inputs& t) { return solve(sound(t[0]), t[1]); }, each({2, 3, 2}, 2, solution));
    table.row(
        "solve", "a vector", within({{3, 3}, {3}}),
        [](const Inputs& t) { return solve(sound(t[0]), t[1]); },
        [solution](Many x) {
            const Values column{{3, 1}, x[1].data};
            return Values{{3}, solution({matrix(x[0], 0), matrix(column, 0)})};
        });
    struct Form {
        const char* label;
        TriangularSolveOptions options;
    };
    for (const Form& form : {Form{"lower", {}}, Form{"upper", {.lower = false}},
                             Form{"lower, transposed", {.transpose = true}},
                             Form{"upper, unit", {.lower = false, .unit_diagonal = true}}}) {
        const TriangularSolveOptions o = form.options;
        table.row(
            "triangular_solve", form.label, within({{2, 3, 3}, {2, 3, 2}}),
            [o](const Inputs& t) { return triangular_solve(sound(t[0]), t[1], o); },
            each({2, 3, 2}, 2, [o](Ins x) {
                Matrix a = sound(x[0]);
                a = o.lower ? lower(a) : turn(lower(turn(a)));
                for (Index i = 0; o.unit_diagonal && i < 3; ++i) a(i, i) = 1;
                return entries(solved(o.transpose ? turn(a) : a, x[1]));
            }));
    }
    table.row(
        "cholesky", "lower", within({{2, 3, 3}}),
        [](const Inputs& t) { return cholesky(sound(t[0])); },
        each({2, 3, 3}, 2, [](Ins x) { return entries(factor(even(sound(x[0])))); }));
    table.row(
        "cholesky", "upper", within({{3, 3}}),
        [](const Inputs& t) { return cholesky(sound(t[0]), true); },
        each({3, 3}, 1, [](Ins x) { return entries(turn(factor(even(sound(x[0]))))); }));
    table.row(
        "cholesky_solve", "", within({{3, 3}, {3, 2}}),
        [](const Inputs& t) { return cholesky_solve(sound(t[0]), t[1]); },
        each({3, 2}, 1, [](Ins x) {
            const Matrix l = lower(sound(x[0]));
            return entries(solved(l * turn(l), x[1]));
        }));
    table.row(
        "inv", "", within({{2, 3, 3}}), [](const Inputs& t) { return inv(sound(t[0])); },
        each({2, 3, 3}, 2, [](Ins x) { return entries(solved(sound(x[0]), unit(3))); }));
    table
        .row(
            "det", "", within({{2, 4, 4}}), [](const Inputs& t) { return det(t[0]); },
            each({2}, 2, [](Ins x) { return std::vector{laplace(x[0])}; }))
        .differentiable(3);
    table
        .row(
            "slogdet", "sign", within({{2, 3, 3}}),
            [](const Inputs& t) { return slogdet(t[0]).sign; },
            each({2}, 2, [](Ins x) { return std::vector<Real>{laplace(x[0]) < 0 ? -1.0L : 1.0L}; }))
        .differentiable(1);
    table.row(
        "slogdet", "log", within({{2, 3, 3}}), [](const Inputs& t) { return slogdet(t[0]).log; },
        each({2}, 2, [](Ins x) { return std::vector{std::log(std::abs(laplace(x[0])))}; }));
}

void add_factors(OpTable& table) {
    const std::vector<Shape> shapes{{4, 3}, {3, 4}, {2, 3, 2}};
    for (const Shape& shape : shapes) {
        const int rank = shape.rank();
        const Index m = shape[rank - 2], n = shape[rank - 1], k = std::min(m, n),
                    count = shape.size() / (m * n);
        const auto batched = [&](std::initializer_list<Index> sizes) {
            std::vector<Index> all;
            if (rank == 3) all.push_back(count);
            all.insert(all.end(), sizes);
            return Shape(all);
        };
        table.row(
            "qr", "q", within({shape}), [](const Inputs& t) { return qr(t[0]).q; },
            each(batched({m, k}), count, [](Ins x) { return entries(orthonormal(x[0])); }));
        table.row(
            "qr", "r", within({shape}), [](const Inputs& t) { return qr(t[0]).r; },
            each(batched({k, n}), count,
                 [](Ins x) { return entries(turn(lower(turn(turn(orthonormal(x[0])) * x[0])))); }));
        table.row(
            "svdvals", "", within({shape}), [](const Inputs& t) { return svdvals(t[0]); },
            each(batched({k}), count, [](Ins x) { return singular_values(x[0]); }));
        table.row(
            "svd", "s", within({shape}), [](const Inputs& t) { return svd(t[0]).s; },
            each(batched({k}), count, [](Ins x) { return singular_values(x[0]); }));
        // Of left vectors their outer products: a projector, and what lies between u and v.
        table.row(
            "svd", "the first vectors' product", within({shape}),
            [](const Inputs& t) {
                const auto [u, s, vh] = svd(t[0]);
                return matmul(slice(u, -1, {.stop = 1}), slice(vh, -2, {.stop = 1}));
            },
            each(batched({m, n}), count, [](Ins x) {
                const Matrix& a = x[0];
                const Eigen of = jacobi(turn(a) * a, true);
                Matrix v(a.n, 1);
                for (Index i = 0; i < a.n; ++i) v(i, 0) = of.vectors(i, 0);
                return entries((1 / std::sqrt(of.values[0])) * (a * v * turn(v)));
            }));
        table.row(
            "pinv", "", within({shape}), [](const Inputs& t) { return pinv(t[0]); },
            each(batched({n, m}), count, [](Ins x) {
                const Matrix &a = x[0], t = turn(a);
                return entries(a.m >= a.n ? solved(t * a, t) : turn(solved(a * t, a)));
            }));
        table.row(
            "lstsq", "", within({shape, batched({m, 2})}),
            [](const Inputs& t) { return lstsq(t[0], t[1]); },
            each(batched({n, 2}), count, [](Ins x) {
                const Matrix &a = x[0], t = turn(a);
                return entries(a.m >= a.n ? solved(t * a, t * x[1]) : t * solved(a * t, x[1]));
            }));
    }
    table.row(
        "svd", "u", within({{3, 3}}), [](const Inputs& t) { return svd(apart(t[0])).u; },
        each({3, 3}, 1, [](Ins x) {
            const Matrix a = apart(x[0]);
            return entries(jacobi(a * turn(a), true).vectors);
        }));
    table.row(
        "eigvalsh", "", within({{2, 3, 3}}), [](const Inputs& t) { return eigvalsh(t[0]); },
        each({2, 3}, 2, [](Ins x) { return jacobi(even(x[0]), false).values; }));
    table
        .row(
            "eigh", "values", within({{3, 3}}),
            [](const Inputs& t) { return eigh(apart(t[0])).values; },
            each({3}, 1, [](Ins x) { return jacobi(even(apart(x[0])), false).values; }))
        .differentiable(3);
    table.row(
        "eigh", "vectors", within({{2, 3, 3}}),
        [](const Inputs& t) { return eigh(apart(t[0])).vectors; }, each({2, 3, 3}, 2, [](Ins x) {
            return entries(jacobi(even(apart(x[0])), false).vectors);
        }));
}

Real column_sum(const Matrix& a, Index j) {
    Real sum = 0;
    for (Index i = 0; i < a.m; ++i) sum += std::abs(a(i, j));
    return sum;
}

void add_functions(OpTable& table) {
    for (const Index n : {Index{0}, Index{1}, Index{5}, Index{-2}}) {
        table
            .row(
                "matrix_power", "", within({{2, 3, 3}}),
                [n](const Inputs& t) { return matrix_power(sound(t[0]), n); },
                each({2, 3, 3}, 2,
                     [n](Ins x) {
                         const Matrix a = n < 0 ? solved(sound(x[0]), unit(3)) : sound(x[0]);
                         Matrix power = unit(3);
                         for (Index i = 0; i < std::abs(n); ++i) power = power * a;
                         return entries(power);
                     }))
            .within(1e-11);
    }
    table
        .row(
            "expm", "", within({{2, 3, 3}}), [](const Inputs& t) { return expm(t[0]); },
            each({2, 3, 3}, 2, [](Ins x) { return entries(exponential(x[0])); }))
        .differentiable(3);
    table.row(
        "expm", "of a large matrix", {{{3, 3}, -4, 4}}, [](const Inputs& t) { return expm(t[0]); },
        each({3, 3}, 1, [](Ins x) { return entries(exponential(x[0])); }));

    const std::vector<Sample> one = {{{3, 4}, -0.9, 0.9, f64, {0}}};
    const auto norm_row = [&](const char* label, MatrixNorm norm, auto reference) {
        table.row(
            "matrix_norm", label, one, [norm](const Inputs& t) { return matrix_norm(t[0], norm); },
            each({}, 1, [reference](Ins x) { return std::vector<Real>{reference(x[0])}; }));
    };
    const auto columns = [](const Matrix& a) {
        std::vector<Real> sums;
        for (Index j = 0; j < a.n; ++j) sums.push_back(column_sum(a, j));
        std::sort(sums.begin(), sums.end());
        return sums;
    };
    norm_row("fro", "fro", [](const Matrix& a) {
        Real sum = 0;
        for (const Real x : a.data) sum += x * x;
        return std::sqrt(sum);
    });
    norm_row("nuc", "nuc", [](const Matrix& a) {
        Real sum = 0;
        for (const Real s : singular_values(a)) sum += s;
        return sum;
    });
    norm_row("1", 1, [columns](const Matrix& a) { return columns(a).back(); });
    norm_row("-1", -1, [columns](const Matrix& a) { return columns(a).front(); });
    norm_row("inf", INFINITY, [columns](const Matrix& a) { return columns(turn(a)).back(); });
    norm_row("-inf", -INFINITY, [columns](const Matrix& a) { return columns(turn(a)).front(); });
    norm_row("2", 2, [](const Matrix& a) { return singular_values(a).front(); });
    norm_row("-2", -2, [](const Matrix& a) { return singular_values(a).back(); });
    table.row(
        "matrix_norm", "of other axes, which stay", within({{3, 2, 4}}),
        [](const Inputs& t) {
            return matrix_norm(t[0], 2, {2, 0}, true);
        },
        [](Many x) {
            return generate({1, 2, 1}, [&](const Position& p) {
                Matrix a(4, 3);
                for (Index i = 0; i < 4; ++i) {
                    for (Index j = 0; j < 3; ++j) a(i, j) = x[0].at({j, p[1], i});
                }
                return singular_values(a).front();
            });
        });
}

void add_diagonals(OpTable& table) {
    table
        .row(
            "diagonal", "", {{{2, 3, 4}}}, [](const Inputs& t) { return diagonal(t[0], 1, 1, 2); },
            [](Many x) {
                return generate({2, 3}, [&](const Position& p) {
                    return x[0].at({p[0], p[1], p[1] + 1});
                });
            })
        .on(Accepts::anything);
    table
        .row(
            "diagonal", "below, of swapped axes", {{{4, 2, 3}}},
            [](const Inputs& t) { return diagonal(t[0], -1, 2, 0); },
            [](Many x) {
                return generate({2, 2}, [&](const Position& p) {
                    return x[0].at({p[1], p[0], p[1] + 1});
                });
            })
        .on(Accepts::anything);
    table
        .row(
            "trace", "", {{{3, 4, 2}}}, [](const Inputs& t) { return trace(t[0], 1); },
            [](Many x) {
                return generate({2}, [&](const Position& p) {
                    Real sum = 0;
                    for (Index i = 0; i < 3; ++i) sum += x[0].at({i, i + 1, p[0]});
                    return sum;
                });
            })
        .on(Accepts::counts);
    table
        .row(
            "diag", "of a vector", {{{3}}}, [](const Inputs& t) { return diag(t[0], -2); },
            [](Many x) {
                return generate({5, 5}, [&](const Position& p) {
                    return p[0] == p[1] + 2 ? x[0].at({p[1]}) : Real{0};
                });
            })
        .on(Accepts::anything);
    table
        .row(
            "diag", "of a matrix", {{{3, 5}}}, [](const Inputs& t) { return diag(t[0], 3); },
            [](Many x) {
                return generate({2}, [&](const Position& p) { return x[0].at({p[0], p[0] + 3}); });
            })
        .on(Accepts::anything);
    for (const Index offset : {Index{-1}, Index{0}, Index{2}}) {
        const auto kept = [offset](bool low) {
            return [offset, low](Many x) {
                return generate({2, 3, 4}, [&](const Position& p) {
                    const Index above = p[2] - p[1];
                    return (low ? above <= offset : above >= offset) ? x[0].at(p) : Real{0};
                });
            };
        };
        table
            .row(
                "tril", "", {{{2, 3, 4}}}, [offset](const Inputs& t) { return tril(t[0], offset); },
                kept(true))
            .on(Accepts::anything);
        table
            .row(
                "triu", "", {{{2, 3, 4}}}, [offset](const Inputs& t) { return triu(t[0], offset); },
                kept(false))
            .on(Accepts::anything);
    }
}

void add_products(OpTable& table) {
    const auto two = [&](const char* name, const char* label, const Shape& a, const Shape& b,
                         std::function<Tensor(const Inputs&)> call, const Shape& out,
                         std::function<Real(const Values&, const Values&, const Position&)> f) {
        table
            .row(name, label, {{a}, {b}}, std::move(call),
                 [=](Many x) {
                     return generate(out, [&](const Position& p) { return f(x[0], x[1], p); });
                 })
            .on(Accepts::numbers);
    };
    two(
        "outer", "", {2, 2}, {3}, [](const Inputs& t) { return outer(t[0], t[1]); }, {4, 3},
        [](const Values& a, const Values& b, const Position& p) {
            return a.at({p[0] / 2, p[0] % 2}) * b.at({p[1]});
        });
    two(
        "dot", "vectors", {4}, {4}, [](const Inputs& t) { return dot(t[0], t[1]); }, {},
        [](const Values& a, const Values& b, const Position&) {
            Real sum = 0;
            for (Index i = 0; i < 4; ++i) sum += a.at({i}) * b.at({i});
            return sum;
        });
    two(
        "dot", "a number", {}, {4}, [](const Inputs& t) { return dot(t[0], t[1]); }, {4},
        [](const Values& a, const Values& b, const Position& p) { return a.at({}) * b.at(p); });
    two(
        "dot", "more axes", {2, 3, 4}, {5, 4, 2}, [](const Inputs& t) { return dot(t[0], t[1]); },
        {2, 3, 5, 2},
        [](const Values& a, const Values& b, const Position& p) {
            Real sum = 0;
            for (Index i = 0; i < 4; ++i) sum += a.at({p[0], p[1], i}) * b.at({p[2], i, p[3]});
            return sum;
        });
    two(
        "tensordot", "two axes", {2, 3, 4}, {3, 4, 2},
        [](const Inputs& t) { return tensordot(t[0], t[1]); }, {2, 2},
        [](const Values& a, const Values& b, const Position& p) {
            Real sum = 0;
            for (Index i = 0; i < 3; ++i) {
                for (Index j = 0; j < 4; ++j) sum += a.at({p[0], i, j}) * b.at({i, j, p[1]});
            }
            return sum;
        });
    two(
        "tensordot", "each with each", {2, 3}, {4},
        [](const Inputs& t) { return tensordot(t[0], t[1], 0); }, {2, 3, 4},
        [](const Values& a, const Values& b, const Position& p) {
            return a.at({p[0], p[1]}) * b.at({p[2]});
        });
    two(
        "tensordot", "named axes", {2, 3, 4}, {4, 3, 5},
        [](const Inputs& t) {
            return tensordot(t[0], t[1], {1, 2}, {1, 0});
        },
        {2, 5},
        [](const Values& a, const Values& b, const Position& p) {
            Real sum = 0;
            for (Index i = 0; i < 3; ++i) {
                for (Index j = 0; j < 4; ++j) sum += a.at({p[0], i, j}) * b.at({j, i, p[1]});
            }
            return sum;
        });
    two(
        "kron", "", {2, 3}, {2}, [](const Inputs& t) { return kron(t[0], t[1]); }, {2, 6},
        [](const Values& a, const Values& b, const Position& p) {
            return a.at({p[0], p[1] / 2}) * b.at({p[1] % 2});
        });
    two(
        "cross", "the last axis, broadcast", {2, 1, 3}, {4, 3},
        [](const Inputs& t) { return cross(t[0], t[1]); }, {2, 4, 3},
        [](const Values& a, const Values& b, const Position& p) {
            const Index i = (p[2] + 1) % 3, j = (p[2] + 2) % 3;
            return a.at({p[0], 0, i}) * b.at({p[1], j}) - a.at({p[0], 0, j}) * b.at({p[1], i});
        });
    two(
        "cross", "the first axis", {3, 2}, {3, 2},
        [](const Inputs& t) { return cross(t[0], t[1], 0); }, {3, 2},
        [](const Values& a, const Values& b, const Position& p) {
            const Index i = (p[0] + 1) % 3, j = (p[0] + 2) % 3;
            return a.at({i, p[1]}) * b.at({j, p[1]}) - a.at({j, p[1]}) * b.at({i, p[1]});
        });
    table
        .row(
            "multi_dot", "", {{{2}}, {{2, 3}}, {{3, 2}}, {{2, 4}}},
            [](const Inputs& t) {
                return multi_dot({t[0], t[1], t[2], t[3]});
            },
            [](Many x) {
                const Values row{{1, 2}, x[0].data};
                return Values{
                    {4},
                    (matrix(row, 0) * matrix(x[1], 0) * matrix(x[2], 0) * matrix(x[3], 0)).data};
            })
        .on(Accepts::numbers);
}

}  // namespace

void add_linalg_rows(Rows& rows) {
    OpTable table(rows);
    add_equations(table);
    add_factors(table);
    add_functions(table);
    add_diagonals(table);
    add_products(table);
}

}  // namespace shikumi_test
