#include <shikumi/autograd/kernels/detail/jets.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>

#include <shikumi/autograd/kernels/gemm.hpp>

namespace shikumi::kernels::detail {

namespace {

// c += a·b for the coefficients of one set each.
void add_product(const Jets& a, unsigned of_a, const Jets& b, unsigned of_b, Jets& c,
                 unsigned of_c) {
    multiply({.dtype = f64,
              .m = a.rows(),
              .n = b.columns(),
              .k = a.columns(),
              .accumulate = true,
              .whole = true},
             a[of_a].data(), b[of_b].data(), c[of_c].data());
}

// The adjugate of a square matrix, and its determinant, 1 x 1.
struct Adjugate {
    Jets adjugate, determinant;
};

Jets number(double value, int variables) {
    Jets x(1, 1, variables);
    x[0][0] = value;
    return x;
}

// exp x of a polynomial without a constant term: Σ xᵐ / m!, which ends.
Jets exp_of_nilpotent(const Jets& x) {
    Jets sum = number(1, x.variables()), term = sum;
    for (int m = 1; m <= x.variables(); ++m) {
        term = product(term, x);
        scale(term, 1.0 / m);
        add(sum, 1, term);
    }
    return sum;
}

// det(D + N) of a diagonal D with N without constant terms: det D · exp tr log(1 + D⁻¹N).
Jets determinant(const Jets& a) {
    const Index n = a.rows();
    double base = 1;
    Jets w = a;
    for (Index i = 0; i < n; ++i) {
        const double pivot = a[0][static_cast<std::size_t>(i * n + i)];
        base *= pivot;
        for (unsigned set = 0; set < a.sets(); ++set) {
            for (double& x :
                 w[set].subspan(static_cast<std::size_t>(i * n), static_cast<std::size_t>(n)))
                x = set == 0 ? 0 : x / pivot;
        }
    }
    Jets log(1, 1, a.variables()), power = w;
    for (int m = 1; m <= a.variables(); ++m) {
        if (m > 1) power = product(power, w);
        add(log, (m % 2 == 1 ? 1.0 : -1.0) / m, trace(power));
    }
    Jets all = exp_of_nilpotent(log);
    scale(all, base);
    return all;
}

// The determinant of some rows and columns, by expansion along the first row.
Jets minor_of(const Jets& a, std::span<const Index> rows, std::span<const Index> columns) {
    if (rows.empty()) return number(1, a.variables());
    Jets sum(1, 1, a.variables());
    for (std::size_t c = 0; c < columns.size(); ++c) {
        std::vector<Index> others(columns.begin(), columns.end());
        others.erase(others.begin() + static_cast<std::ptrdiff_t>(c));
        add(sum, c % 2 == 0 ? 1 : -1,
            product(block(a, rows[0], 1, columns[c], 1), minor_of(a, rows.subspan(1), others)));
    }
    return sum;
}

// By minors, without any division: for small matrices.
Adjugate adjugate_by_minors(const Jets& a) {
    const Index n = a.rows();
    std::vector<Index> all(static_cast<std::size_t>(n));
    std::iota(all.begin(), all.end(), Index{0});
    Adjugate found{Jets(n, n, a.variables()), minor_of(a, all, all)};
    const auto without = [&](Index i) {
        std::vector<Index> others = all;
        others.erase(others.begin() + i);
        return others;
    };
    for (Index i = 0; i < n; ++i) {
        for (Index j = 0; j < n; ++j) {
            Jets cofactor = minor_of(a, without(i), without(j));
            scale(cofactor, (i + j) % 2 == 0 ? 1 : -1);
            put_block(found.adjugate, j, i, cofactor);
        }
    }
    return found;
}

// A polynomial times each of a matrix.
Jets times(const Jets& scalar, const Jets& matrix) {
    Jets out(matrix.rows(), matrix.columns(), matrix.variables());
    for (unsigned set = 0; set < out.sets(); ++set) {
        for (unsigned part = set;; part = (part - 1) & set) {
            const double factor = scalar[part][0];
            const std::span<const double> from = matrix[set ^ part];
            const std::span<double> sum = out[set];
            for (std::size_t i = 0; i < from.size(); ++i) sum[i] += factor * from[i];
            if (part == 0) break;
        }
    }
    return out;
}

// The inverse of the diagonal.
std::vector<double> reciprocals(const Jets& a) {
    const Index n = a.rows();
    std::vector<double> base(static_cast<std::size_t>(n * n), 0.0);
    for (Index i = 0; i < n; ++i) {
        const auto at = static_cast<std::size_t>(i * n + i);
        base[at] = 1 / a[0][at];
    }
    return base;
}

}  // namespace

Jets::Jets(Index rows, Index columns, int variables)
    : rows_(rows),
      columns_(columns),
      variables_(variables),
      size_(static_cast<std::size_t>(rows * columns)),
      data_(static_cast<Index>(size_) << variables) {
    std::fill_n(data_.data(), size_ << variables, 0.0);
}

Jets::Jets(const Jets& x) : Jets(x.rows_, x.columns_, x.variables_) {
    std::copy_n(x.data_.data(), size_ << variables_, data_.data());
}

Jets product(const Jets& a, const Jets& b) {
    Jets c(a.rows(), b.columns(), a.variables());
    for (unsigned set = 0; set < c.sets(); ++set) {
        for (unsigned part = set;; part = (part - 1) & set) {
            add_product(a, part, b, set ^ part, c, set);
            if (part == 0) break;
        }
    }
    return c;
}

void scale(Jets& x, double scale) {
    for (unsigned set = 0; set < x.sets(); ++set) {
        for (double& value : x[set]) value *= scale;
    }
}

void add(Jets& to, double scale, const Jets& x) {
    for (unsigned set = 0; set < x.sets(); ++set) {
        const std::span<const double> from = x[set];
        const std::span<double> sum = to[set];
        for (std::size_t i = 0; i < from.size(); ++i) sum[i] += scale * from[i];
    }
}

void add_to_diagonal(Jets& to, double number) {
    for (Index i = 0; i < to.rows(); ++i)
        to[0][static_cast<std::size_t>(i * to.columns() + i)] += number;
}

Jets block(const Jets& x, Index row, Index rows, Index column, Index columns) {
    Jets out(rows, columns, x.variables());
    for (unsigned set = 0; set < x.sets(); ++set) {
        for (Index i = 0; i < rows; ++i)
            std::copy_n(x[set].data() + (row + i) * x.columns() + column, columns,
                        out[set].data() + i * columns);
    }
    return out;
}

void put_block(Jets& to, Index row, Index column, const Jets& block) {
    for (unsigned set = 0; set < to.sets(); ++set) {
        for (Index i = 0; i < block.rows(); ++i)
            std::copy_n(block[set].data() + i * block.columns(), block.columns(),
                        to[set].data() + (row + i) * to.columns() + column);
    }
}

// x for a set is -base·Σ a[part]·x[the others] over its parts that aren't empty.
Jets inverse(const Jets& a, std::span<const double> base) {
    Jets x(a.rows(), a.rows(), a.variables()), constant(a.rows(), a.rows(), 0);
    std::ranges::copy(base, constant[0].begin());
    std::ranges::copy(base, x[0].begin());
    for (unsigned set = 1; set < a.sets(); ++set) {
        Jets sum(a.rows(), a.rows(), 0);
        for (unsigned part = set; part != 0; part = (part - 1) & set)
            add_product(a, part, x, set ^ part, sum, 0);
        scale(sum, -1);
        add_product(constant, 0, sum, 0, x, set);
    }
    return x;
}

Jets trace(const Jets& a) {
    Jets t(1, 1, a.variables());
    for (unsigned set = 0; set < a.sets(); ++set) {
        for (Index i = 0; i < a.rows(); ++i)
            t[set][0] += a[set][static_cast<std::size_t>(i * a.columns() + i)];
    }
    return t;
}

// By blocks. With P all but the k + 1 last rows and columns, and S = a₂₂ - a₂₁·P⁻¹·a₁₂ what is left
// of the others:
//   det a = det P · det S
//   adj a = det P · [ det S·P⁻¹ + x·adj S·y   -x·adj S ]     x = P⁻¹·a₁₂
//                   [ -adj S·y                  adj S  ]     y = a₂₁·P⁻¹
// A term with k variables lacks k + 1 numbers of the diagonal, and the largest term the smallest
// ones. So what was divided by, up to k + 1 times by one number of P, spoils nothing that is as
// large as the result.
Jets adjugate(const Jets& a, double null) {
    const Index n = a.rows(), r = n - (a.variables() + 1);
    if (r <= 0) return adjugate_by_minors(a).adjugate;
    // Each term has one of these as a factor.
    if (a[0][static_cast<std::size_t>((r - 1) * n + r - 1)] <= null)
        return Jets(n, n, a.variables());
    const Jets p = block(a, 0, r, 0, r), a12 = block(a, 0, r, r, n - r),
               a21 = block(a, r, n - r, 0, r);
    const Jets inverse_p = inverse(p, reciprocals(p));
    const Jets x = product(inverse_p, a12), y = product(a21, inverse_p);
    Jets rest = block(a, r, n - r, r, n - r);
    add(rest, -1, product(a21, x));
    const Adjugate of_rest = adjugate_by_minors(rest);

    Jets corner = times(of_rest.determinant, inverse_p), right = product(x, of_rest.adjugate),
         below = product(of_rest.adjugate, y);
    add(corner, 1, product(right, y));
    scale(right, -1);
    scale(below, -1);
    Jets all(n, n, a.variables());
    put_block(all, 0, 0, corner);
    put_block(all, 0, r, right);
    put_block(all, r, 0, below);
    put_block(all, r, r, of_rest.adjugate);
    return times(determinant(p), all);
}

}  // namespace shikumi::kernels::detail
