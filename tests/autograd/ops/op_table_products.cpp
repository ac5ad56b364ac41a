// Rows of matrix products, softmax, losses.
#include <algorithm>
#include <cmath>

#include <shikumi/autograd/ops/detail/logits.hpp>

#include "op_table.hpp"

namespace shikumi_test {

namespace {

using namespace shikumi;

using Many = const std::vector<Values>&;

Position with(Position p, std::size_t axis, Index i) {
    p[axis] = i;
    return p;
}

// Multiplies the last two axes; each other axis has equal sizes or size 1.
Values product(const Values& a, const Values& b, const Shape& out) {
    const auto inner = static_cast<std::size_t>(out.rank() - 1);
    const auto clamp = [](const Shape& s, Position p) {
        for (std::size_t i = 0; i < p.size(); ++i)
            if (s[static_cast<int>(i)] == 1) p[i] = 0;
        return p;
    };
    return generate(out, [&](const Position& p) {
        Real total = 0;
        for (Index k = 0; k < a.shape.back(); ++k)
            total += a.at(clamp(a.shape, with(p, inner, k))) *
                     b.at(clamp(b.shape, with(p, inner - 1, k)));
        return total;
    });
}

// -log Σₖ exp(xₖ - x) along `axis`
Values log_softmax_of(const Values& x, std::size_t axis) {
    return generate(x.shape, [&](const Position& p) {
        Real total = 0;
        for (Index k = 0; k < x.shape[static_cast<int>(axis)]; ++k)
            total += std::exp(x.at(with(p, axis, k)) - x.at(p));
        return -std::log(total);
    });
}

Values exp_of(Values x) {
    for (Real& v : x.data) v = std::exp(v);
    return x;
}

// max(x - τ, 0), τ by halving the interval in which the sum passes 1
Values sparsemax_of(const Values& x, std::size_t axis) {
    return generate(x.shape, [&](const Position& p) {
        Real low = -100, high = 100;
        for (int i = 0; i < 100; ++i) {
            const Real tau = (low + high) / 2;
            Real total = 0;
            for (Index k = 0; k < x.shape[static_cast<int>(axis)]; ++k)
                total += std::max<Real>(x.at(with(p, axis, k)) - tau, 0);
            (total > 1 ? low : high) = tau;
        }
        return std::max<Real>(x.at(p) - low, 0);
    });
}

Values mean_value(const Values& x) {
    Real total = 0;
    for (const Real v : x.data) total += v;
    return {{}, {total / static_cast<Real>(x.data.size())}};
}

Values by_index(const Values& logits, const Values& labels) {
    const Values logs = log_softmax_of(logits, static_cast<std::size_t>(logits.shape.rank() - 1));
    return generate(labels.shape, [&](Position p) {
        const auto label = static_cast<Index>(labels.at(p));
        p.push_back(label);
        return -logs.at(p);
    });
}

Values by_distribution(const Values& logits, const Values& labels) {
    const Values logs = log_softmax_of(logits, static_cast<std::size_t>(logits.shape.rank() - 1));
    const Shape::Sizes all = logits.shape.sizes();
    const std::vector<Index> sizes(all.begin(), all.end() - 1);
    return generate(Shape(sizes), [&](Position p) {
        Real total = 0;
        p.push_back(0);
        for (; p.back() < logits.shape.back(); ++p.back()) total -= labels.at(p) * logs.at(p);
        return total;
    });
}

class ProductTable : public OpTable {
public:
    using OpTable::OpTable;

    // The reference computes `lifted_out` from a and b of shapes `lifted_a` and `lifted_b`.
    void matmul_row(const char* label, const Shape& a, const Shape& b, const Shape& lifted_a,
                    const Shape& lifted_b, const Shape& lifted_out, const Shape& out) {
        row(
            "matmul", label, {{a}, {b}}, [](const Inputs& t) { return matmul(t[0], t[1]); },
            [=](Many x) {
                return Values{
                    out, product({lifted_a, x[0].data}, {lifted_b, x[1].data}, lifted_out).data};
            })
            .on(Accepts::numbers);
    }
};

}  // namespace

void add_product_rows(Rows& rows) {
    ProductTable table(rows);
    table.matmul_row("matrices", {3, 4}, {4, 2}, {3, 4}, {4, 2}, {3, 2}, {3, 2});
    table.matmul_row("row, matrix", {4}, {4, 3}, {1, 4}, {4, 3}, {1, 3}, {3});
    table.matmul_row("matrix, column", {3, 4}, {4}, {3, 4}, {4, 1}, {3, 1}, {3});
    table.matmul_row("row, column", {4}, {4}, {1, 4}, {4, 1}, {1, 1}, {});
    table.matmul_row("batch, matrix", {2, 3, 4}, {4, 5}, {2, 3, 4}, {1, 4, 5}, {2, 3, 5},
                     {2, 3, 5});
    table.matmul_row("matrix, batch", {3, 4}, {2, 4, 5}, {1, 3, 4}, {2, 4, 5}, {2, 3, 5},
                     {2, 3, 5});
    table.matmul_row("batches that broadcast", {2, 1, 3, 4}, {5, 4, 2}, {2, 1, 3, 4}, {1, 5, 4, 2},
                     {2, 5, 3, 2}, {2, 5, 3, 2});
    table.matmul_row("batch, column", {2, 3, 4}, {4}, {2, 3, 4}, {1, 4, 1}, {2, 3, 1}, {2, 3});
    table.matmul_row("row, batch", {3}, {2, 3, 4}, {1, 1, 3}, {2, 3, 4}, {2, 1, 4}, {2, 4});
    const auto transposed = [](Many x) {
        return generate({3, 2}, [&](const Position& p) {
            Real total = 0;
            for (Index k = 0; k < 4; ++k) total += x[0].at({k, p[0]}) * x[1].at({p[1], k});
            return total;
        });
    };
    table
        .row(
            "matmul", "transposed on both sides", {{{4, 3}}, {{2, 4}}},
            [](const Inputs& t) { return matmul(transpose(t[0]), transpose(t[1])); }, transposed)
        .on(Accepts::numbers);

    table
        .row(
            "einsum", "a product of matrices in a batch", {{{2, 3, 4}}, {{5, 2, 4}}},
            [](const Inputs& t) {
                return einsum("bik,jbk->ijb", {t[0], t[1]});
            },
            [](Many x) {
                return generate({3, 5, 2}, [&](const Position& p) {
                    Real total = 0;
                    for (Index k = 0; k < 4; ++k)
                        total += x[0].at({p[2], p[0], k}) * x[1].at({p[1], p[2], k});
                    return total;
                });
            })
        .on(Accepts::numbers);
    table
        .row(
            "einsum", "an ellipsis, an axis that only one has", {{{2, 1, 3}}, {{3, 2, 4}}},
            [](const Inputs& t) {
                return einsum("...x,x...y->...", {t[0], t[1]});
            },
            [](Many x) {
                return generate({2, 2}, [&](const Position& p) {
                    Real total = 0;
                    for (Index k = 0; k < 3; ++k) {
                        for (Index y = 0; y < 4; ++y)
                            total += x[0].at({p[0], 0, k}) * x[1].at({k, p[1], y});
                    }
                    return total;
                });
            })
        .on(Accepts::numbers);
    const std::vector<Sample> cube{{{2, 3, 4}}};
    table.row(
        "softmax", "the last axis", cube, [](const Inputs& t) { return softmax(t[0]); },
        [](Many x) { return exp_of(log_softmax_of(x[0], 2)); });
    table.row(
        "softmax", "the middle axis", cube, [](const Inputs& t) { return softmax(t[0], 1); },
        [](Many x) { return exp_of(log_softmax_of(x[0], 1)); });
    table.row(
        "log_softmax", "the last axis", cube, [](const Inputs& t) { return log_softmax(t[0]); },
        [](Many x) { return log_softmax_of(x[0], 2); });
    table.row(
        "log_softmax", "the first axis", cube, [](const Inputs& t) { return log_softmax(t[0], 0); },
        [](Many x) { return log_softmax_of(x[0], 0); });
    table.row(
        "sparsemax", "the last axis", cube, [](const Inputs& t) { return sparsemax(t[0]); },
        [](Many x) { return sparsemax_of(x[0], 2); });
    table.row(
        "sparsemax", "the first axis", cube, [](const Inputs& t) { return sparsemax(t[0], 0); },
        [](Many x) { return sparsemax_of(x[0], 0); });

    const std::vector<Sample> labelled{{{3, 4}}, {{3}, 0, 3, i64}};
    const std::vector<Sample> labelled_sequences{{{2, 3, 4}}, {{2, 3}, 0, 3, i64}};
    const std::vector<Sample> distributed{{{3, 4}}, {{3, 4}, 0.1, 0.9}};
    table.row(
        "cross_entropy", "class indices", labelled,
        [](const Inputs& t) { return cross_entropy(t[0], t[1]); },
        [](Many x) { return mean_value(by_index(x[0], x[1])); });
    table.row(
        "cross_entropy", "class indices of sequences", labelled_sequences,
        [](const Inputs& t) { return cross_entropy(t[0], t[1]); },
        [](Many x) { return mean_value(by_index(x[0], x[1])); });
    table.row(
        "cross_entropy", "distributions", distributed,
        [](const Inputs& t) { return cross_entropy(t[0], t[1]); },
        [](Many x) { return mean_value(by_distribution(x[0], x[1])); });
    table.row(
        "cross_entropy_each", "class indices", labelled_sequences,
        [](const Inputs& t) { return cross_entropy_each(t[0], t[1]); },
        [](Many x) { return by_index(x[0], x[1]); });
    table.row(
        "cross_entropy_each", "distributions", distributed,
        [](const Inputs& t) { return cross_entropy_each(t[0], t[1]); },
        [](Many x) { return by_distribution(x[0], x[1]); });
    table.row(
        "binary_cross_entropy_each", "", {{{2, 3}, -4, 4}, {{2, 3}, 0.1, 0.9}},
        [](const Inputs& t) { return binary_cross_entropy_each(t[0], t[1]); },
        [](Many x) {
            return generate(x[0].shape, [&](const Position& p) {
                const Real sigma = 1 / (1 + std::exp(-x[0].at(p)));
                return -x[1].at(p) * std::log(sigma) - (1 - x[1].at(p)) * std::log(1 - sigma);
            });
        });
    table.row(
        "logits_of_softmax", "", {{{2, 3}}},
        [](const Inputs& t) { return detail::logits_of_softmax(softmax(t[0])); },
        [](Many x) { return x[0]; });
    table.row(
        "logits_of_sigmoid", "", {{{2, 3}}},
        [](const Inputs& t) { return detail::logits_of_sigmoid(sigmoid(t[0])); },
        [](Many x) { return x[0]; });
}

}  // namespace shikumi_test
