#include <shikumi/nn/losses/detail/paired_targets.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn::detail {

namespace {

using Function = std::function<Tensor(const Tensor&, const Tensor&)>;

// Whether f takes so many targets beside so many predictions.
bool takes(const Function& f, const Tensor& targets, Index some, const Tensor& predictions,
           Index others) {
    const auto of = [](const Tensor& t, Index count) {
        return zeros(t.shape().with_front(count), t.dtype());
    };
    try {
        f(of(targets, some), of(predictions, others));
        return true;
    } catch (const Error&) {
        return false;
    }
}

// Whether f takes as many targets as predictions, and no other number.
bool pairs(const Function& f, const Tensor& targets, const Tensor& predictions) {
    const Shape::Sizes sizes = predictions.shape().sizes();
    // As no other axis, and not 1, which would broadcast.
    const Index some = *std::max_element(sizes.begin(), sizes.end()) + 2;
    return takes(f, targets, some, predictions, some) &&
           !takes(f, targets, some + 1, predictions, some);
}

bool ends_in_a_column(const Shape& shape) { return shape.rank() > 1 && shape.back() == 1; }

}  // namespace

bool differ_by_a_column(const Shape& a, const Shape& b) {
    const Shape &longer = a.rank() > b.rank() ? a : b, &shorter = a.rank() > b.rank() ? b : a;
    if (shorter.rank() == 0 || longer.rank() != shorter.rank() + 1) return false;
    const Shape::Sizes sizes = longer.sizes();
    return longer.back() == 1 && Shape(std::span(sizes.begin(), sizes.end() - 1)) == shorter;
}

Tensor paired_targets(const Function& f, const Tensor& targets, const Tensor& predictions) {
    const Shape &t = targets.shape(), &p = predictions.shape();
    if (!differ_by_a_column(t, p) && (t != p || !ends_in_a_column(p))) return targets;
    if (pairs(f, targets, predictions)) return targets;
    const Tensor other =
        t != p ? reshape(targets, p) : squeeze(targets, -1);  // f drops the predictions' column
    return pairs(f, other, predictions) ? other : targets;
}

}  // namespace shikumi::nn::detail
