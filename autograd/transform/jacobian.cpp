#include <shikumi/autograd/transform/jacobian.hpp>

#include <array>
#include <numeric>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/trace.hpp>
#include <shikumi/autograd/ops/detail/axes.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/detail/batched_graph.hpp>
#include <shikumi/autograd/transform/detail/checks.hpp>

namespace shikumi {

using namespace detail;

namespace {

// All unit vectors of the shape and dtype of x, one after another.
Tensor units(const Tensor& x) {
    const Index n = x.size();
    const Tensor numbers = arange(n);
    return reshape(cast(equal(expand_dims(numbers, 1), numbers), x.dtype()),
                   with_front_axis(n, x.shape()));
}

Shape joined(const Shape& a, const Shape& b) {
    Shape::Sizes sizes = a.sizes();
    for (const Index s : b.sizes()) sizes.push_back(s);
    return Shape(sizes);
}

// What `pass` gives for each unit vector in the place of a tensor like `like`.
template <class Pass>
std::vector<Tensor> for_all_units(std::string_view op, const Tensor& like, Pass&& pass) {
    const Tensor placeholder = pending_leaf(like.spec());
    std::vector<Tensor> results;
    {
        const Trace trace(op);
        results = pass(placeholder);
    }
    const Replacement replacement{placeholder, units(like)};
    return batched(like.size(), results, {&replacement, 1});
}

// By reverse mode: a row for each element of y.
std::vector<Tensor> by_rows(std::string_view op, const Tensor& y, const std::vector<Tensor>& x,
                            const DerivativeOptions& options) {
    std::vector<Tensor> rows = for_all_units(op, y, [&](const Tensor& cotangent) {
        return pulled_back(op, {y}, x, {cotangent}, options);
    });
    for (std::size_t k = 0; k < x.size(); ++k)
        rows[k] = reshape(rows[k], joined(y.shape(), x[k].shape()));
    return rows;
}

// By forward mode: a column for each element of x.
Tensor by_columns(std::string_view op, const Tensor& y, const Tensor& x) {
    const Tensor columns = for_all_units(
        op, x, [&](const Tensor& tangent) { return pushed_forward(op, {y}, {x}, {tangent}); })[0];
    std::vector<int> order(static_cast<std::size_t>(columns.rank()));
    std::iota(order.begin(), order.end() - 1, 1);
    order.back() = 0;
    return reshape(transpose(columns, order), joined(y.shape(), x.shape()));
}

}  // namespace

std::vector<Tensor> detail::jacobians(std::string_view op, const Tensor& y,
                                      const std::vector<Tensor>& x,
                                      const JacobianOptions& options) {
    if (!is_floating(y.dtype()))
        fail<GradientError>(op, "can't differentiate a function that gives ", y.spec(),
                            ": wanted f32 or f64");
    Index inputs = 0;
    for (const Tensor& by : x) {
        check_floating(op, by);
        inputs += by.size();
    }
    const bool reverse = options.mode == DerivativeMode::reverse ||
                         (options.mode == DerivativeMode::by_shape && y.size() <= inputs);
    if (reverse || options.strict) {
        std::vector<Tensor> rows = by_rows(op, y, x, {options.strict});
        if (reverse) return rows;
    }
    std::vector<Tensor> blocks;
    for (const Tensor& by : x) blocks.push_back(by_columns(op, y, by));
    return blocks;
}

std::vector<Tensor> detail::hessian_products(std::string_view op, const Tensor& y,
                                             const std::vector<Tensor>& x,
                                             const std::vector<Tensor>& v) {
    return pushed_forward(op, gradients(op, y, x), x, v);
}

std::vector<Tensor> jacobian(const Tensor& y, const std::vector<Tensor>& wrt,
                             const JacobianOptions& options) {
    want_defined("jacobian", {y});
    return jacobians("jacobian", y, wrt, options);
}

std::vector<std::vector<Tensor>> hessian(const Tensor& y, const std::vector<Tensor>& wrt,
                                         const JacobianOptions& options) {
    std::vector<std::vector<Tensor>> blocks;
    for (const Tensor& slope : gradients("hessian", y, wrt))
        blocks.push_back(jacobians("hessian", slope, wrt, options));
    return blocks;
}

std::vector<Tensor> hvp(const Tensor& y, const std::vector<Tensor>& wrt,
                        const std::vector<Tensor>& v) {
    return hessian_products("hvp", y, wrt, v);
}

}  // namespace shikumi
