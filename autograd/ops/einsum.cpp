// Sums of products by Einstein's convention: axes are put in order and joined, then the matrix
// product does the work. So the derivatives are those of moving axes and of matmul.
#include <algorithm>
#include <span>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/ops/detail/equation.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi {

namespace {

constexpr std::string_view op = "einsum";

// An axis: its letter, or, within an ellipsis, minus its place counted from the right.
using Labels = std::vector<int>;

struct Operand {
    Tensor x;
    Labels labels;

    Index size(int label) const {
        return x.shape()[static_cast<int>(std::ranges::find(labels, label) - labels.begin())];
    }
};

bool holds(const Labels& labels, int label) {
    return std::ranges::find(labels, label) != labels.end();
}

Labels labels_of(const std::string& term, int ellipsis) {
    Labels labels;
    for (const char axis : term) {
        if (axis != '.')
            labels.push_back(axis);
        else
            for (int i = ellipsis; i > 0; --i) labels.push_back(-i);
    }
    return labels;
}

// Two axes of one label become their diagonal: side by side as one axis of n · n elements, it has
// every (n + 1)-th of them.
Operand diagonal(const Operand& a, std::size_t first, std::size_t second,
                 std::string_view equation) {
    const auto i = static_cast<int>(first), j = static_cast<int>(second);
    const Index n = a.x.shape()[i];
    if (a.x.shape()[j] != n)
        fail<ShapeError>(op, "'", equation, "' wants one size for both axes ",
                         std::string(1, static_cast<char>(a.labels[first])), ", got ", a.x.shape());
    Labels labels;
    std::vector<int> order;
    Shape::Sizes sizes;
    for (int axis = 0; axis < a.x.rank(); ++axis) {
        if (axis == i || axis == j) continue;
        order.push_back(axis);
        labels.push_back(a.labels[static_cast<std::size_t>(axis)]);
        sizes.push_back(a.x.shape()[axis]);
    }
    labels.push_back(a.labels[first]);
    order.insert(order.end(), {i, j});
    sizes.push_back(n * n);
    return {slice(reshape(transpose(a.x, order), Shape(sizes)), -1, {.step = n + 1}), labels};
}

Operand without_repeated_labels(Operand a, std::string_view equation) {
    for (std::size_t i = 0; i < a.labels.size(); ++i) {
        for (std::size_t j = i + 1; j < a.labels.size(); ++j) {
            if (a.labels[i] == a.labels[j])
                return without_repeated_labels(diagonal(a, i, j, equation), equation);
        }
    }
    return a;
}

Operand operand(const Tensor& x, const std::string& term, std::string_view equation) {
    const bool open = term.find('.') != term.npos;
    const int named = static_cast<int>(term.size()) - open;
    if (x.rank() < named || (!open && x.rank() != named))
        fail<ShapeError>(op, "a term of '", equation, "' wants ", named,
                         open ? " axes or more" : "", open ? "" : " axes", ", got ", x.shape());
    return without_repeated_labels({x, labels_of(term, x.rank() - named)}, equation);
}

// x with its axes in the order of `labels`, which are all of its own.
Tensor in_order(const Operand& a, const Labels& labels) {
    std::vector<int> axes;
    for (const int label : labels)
        axes.push_back(static_cast<int>(std::ranges::find(a.labels, label) - a.labels.begin()));
    return std::ranges::is_sorted(axes) ? a.x : transpose(a.x, axes);
}

// Without the axes that nobody needs: their elements are added up, in the dtype that products have.
Operand summed(const Operand& a, const Labels& needed) {
    std::vector<int> gone;
    Labels left;
    for (std::size_t i = 0; i < a.labels.size(); ++i) {
        if (holds(needed, a.labels[i]))
            left.push_back(a.labels[i]);
        else
            gone.push_back(static_cast<int>(i));
    }
    return gone.empty() ? a : Operand{sum(a.x, Axes(gone)).cast(a.x.dtype()), left};
}

// Axes of an ellipsis broadcast; letters have one size.
void match_sizes(Operand& a, Operand& b, std::string_view equation) {
    Shape::Sizes of_a = a.x.shape().sizes(), of_b = b.x.shape().sizes();
    for (std::size_t i = 0; i < a.labels.size(); ++i) {
        const auto found = std::ranges::find(b.labels, a.labels[i]);
        if (found == b.labels.end()) continue;
        Index &m = of_a[static_cast<int>(i)], &n = of_b[static_cast<int>(found - b.labels.begin())];
        if (m == n) continue;
        if (a.labels[i] > 0 || (m != 1 && n != 1))
            fail<ShapeError>(op, "'", equation, "' wants one size for each axis, got ", a.x.shape(),
                             " and ", b.x.shape());
        m = n = m == 1 ? n : m;
    }
    a.x = Shape(of_a) == a.x.shape() ? a.x : broadcast_to(a.x, Shape(of_a));
    b.x = Shape(of_b) == b.x.shape() ? b.x : broadcast_to(b.x, Shape(of_b));
}

Labels joined(Labels a, const Labels& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

Index product(const Operand& a, const Labels& labels) {
    Index all = 1;
    for (const int label : labels) all *= a.size(label);
    return all;
}

// The product of two operands with the axes that are needed, the others being summed over.
Operand contract(Operand a, Operand b, const Labels& needed, std::string_view equation) {
    match_sizes(a, b, equation);
    a = summed(a, joined(needed, b.labels));
    b = summed(b, joined(needed, a.labels));
    Labels batch, rows, columns, inner;
    for (const int label : a.labels)
        (!holds(b.labels, label) ? rows : holds(needed, label) ? batch : inner).push_back(label);
    for (const int label : b.labels) {
        if (!holds(a.labels, label)) columns.push_back(label);
    }
    const Index count = product(a, batch), m = product(a, rows), k = product(a, inner),
                n = product(b, columns);
    const auto matrices = [&](const Tensor& x, Index r, Index c) {
        return batch.empty() ? reshape(x, Shape{r, c}) : reshape(x, Shape{count, r, c});
    };
    const Tensor y = matmul(matrices(in_order(a, joined(joined(batch, rows), inner)), m, k),
                            matrices(in_order(b, joined(joined(batch, inner), columns)), k, n));
    const Labels labels = joined(joined(batch, rows), columns);
    Shape::Sizes sizes;
    for (const int label : labels)
        sizes.push_back(holds(a.labels, label) ? a.size(label) : b.size(label));
    return {reshape(y, Shape(sizes)), labels};
}

}  // namespace

Tensor einsum(std::string_view equation, const std::vector<Tensor>& operands) {
    const detail::Equation parsed = detail::parse_equation(op, equation);
    if (operands.size() != parsed.inputs.size())
        fail<ShapeError>(op, "'", equation, "' is for ", parsed.inputs.size(), " tensors, got ",
                         operands.size());
    std::vector<const Spec*> specs;
    for (const Tensor& x : operands) specs.push_back(&x.spec());
    const DType dtype = common_dtype(op, specs);
    if (dtype == bool_ || dtype == u8)
        fail<DTypeError>(op, "can't multiply ", dtype, ": convert it with .cast(f32)");
    std::vector<Operand> all;
    int ellipsis = 0;
    for (std::size_t i = 0; i < operands.size(); ++i) {
        all.push_back(operand(operands[i], parsed.inputs[i], equation));
        for (const int label : all.back().labels) ellipsis = std::max(ellipsis, -label);
    }
    const Labels output = labels_of(parsed.output, ellipsis);
    Operand y = all.front();
    for (std::size_t i = 1; i < all.size(); ++i) {
        Labels needed = output;
        for (std::size_t later = i + 1; later < all.size(); ++later)
            needed = joined(needed, all[later].labels);
        y = contract(y, all[i], needed, equation);
    }
    return in_order(summed(y, output), output);
}

}  // namespace shikumi
