#include <shikumi/nn/losses/detail/steps.hpp>

#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/logits.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/detail/weights.hpp>

namespace shikumi::nn::detail {

namespace {

using shikumi::detail::logits_of_sigmoid;
using shikumi::detail::logits_of_softmax;

Shape first_axes(const Shape& shape, int axes) {
    const Shape::Sizes sizes = shape.sizes();
    return Shape(std::span<const Index>(sizes.begin(), sizes.begin() + axes));
}

bool starts_with(const Shape& shape, const Shape& start) {
    return shape.rank() >= start.rank() && first_axes(shape, start.rank()) == start;
}

// The first `axes` axes of x as one. A softmax or sigmoid is still the last thing done: losses look
// for it.
Tensor each_step(const Tensor& x, int axes) {
    if (const Tensor logits = logits_of_softmax(x); logits.defined())
        return softmax(each_step(logits, axes), -1);
    if (const Tensor logits = logits_of_sigmoid(x); logits.defined())
        return sigmoid(each_step(logits, axes));
    const Shape::Sizes sizes = x.shape().sizes();
    std::vector<Index> merged(sizes.begin() + axes, sizes.end());
    merged.insert(merged.begin(), first_axes(x.shape(), axes).size());
    return reshape(x, Shape(std::span<const Index>(merged)));
}

}  // namespace

Tensor values_by_step(std::string_view name,
                      const std::function<Tensor(const Tensor& t, const Tensor& p)>& f,
                      const Tensor& targets, const Tensor& predictions, int axes) {
    const Shape& shape = predictions.shape();
    const auto checked = [&](const Tensor& values, const Shape& wanted) {
        if (!starts_with(wanted, values.shape()) || values.rank() == 0)
            fail<ShapeError>(name, "gave ", values.shape(), ", wanted one number for each of ",
                             wanted.front(), " samples");
        return values;
    };
    const Tensor values = checked(f(targets, predictions), shape);
    if (values.rank() >= axes) return values;
    if (shape.rank() <= axes || !starts_with(targets.shape(), first_axes(shape, axes))) {
        return with_rank(values, axes);
    }
    const Shape steps = first_axes(shape, axes);
    const Tensor each = f(each_step(targets, axes), each_step(predictions, axes));
    return reshape(checked(each, Shape{steps.size()}), steps);
}

}  // namespace shikumi::nn::detail
