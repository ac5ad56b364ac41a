// linearize: a function's best linear approximation at a point, to be applied again and again.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/transform/derivatives.hpp>

namespace shikumi {

/// The linear function tangents ↦ Σ dy/dx · tangent for given y and x. What it needs of the values
/// below y is computed once.
class LinearMap {
public:
    /// Throws what `jvp` throws.
    LinearMap(const std::vector<Tensor>& y, const std::vector<Tensor>& x);
    /// The tangent of each y. Throws GradientError where there isn't one tangent for each x, of its
    /// shape and dtype.
    std::vector<Tensor> operator()(const std::vector<Tensor>& tangents) const;

private:
    std::vector<Tensor> x_, placeholders_, outputs_;
    std::vector<Tensor> kept_;  // held, so that an evaluation leaves their values
};

/// The linear function of tangents of each tensor of `x`: the graph-level form.
LinearMap linearize(const std::vector<Tensor>& y, const std::vector<Tensor>& x);

/// A linear function from trees like x to trees like y.
template <class X, class Y>
class LinearFunction {
public:
    /// Takes the shape of results from `y`.
    LinearFunction(LinearMap map, const Y& y)
        : map_(std::move(map)), like_(detail::without_tensors(y)) {}
    /// df/dx · tangent. Throws GradientError where `tangent` hasn't the shapes and dtypes of x.
    Y operator()(const X& tangent) const {
        return detail::tree_of(like_, map_(flatten_tree(tangent)));
    }

private:
    LinearMap map_;
    Y like_;
};

/// The pair of f(x) and of the function tangent ↦ df/dx · tangent: as `jvp`, but f runs once for
/// any number of tangents. x is the argument, or a std::tuple of several; tangents have its
/// structure, shapes and dtypes.
template <TransformedFunction F, class X>
auto linearize(F&& f, const X& x) {
    auto at = detail::applied<F, detail::TreeOf<X>>("linearize", f, x);
    using Linear = LinearFunction<decltype(at.x), decltype(at.y)>;
    Linear linear(LinearMap(at.values, at.variables), at.y);
    return std::pair(std::move(at.y), std::move(linear));
}
/// Of a function of a std::vector<Tensor>, whose elements may be written in braces.
template <OtherFunction F>
auto linearize(F&& f, const std::vector<Tensor>& x) {
    return linearize<F&, std::vector<Tensor>>(f, x);
}

}  // namespace shikumi
