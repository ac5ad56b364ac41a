#include <shikumi/nn/functions/detail/paired_targets.hpp>

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

}  // namespace

bool differ_by_a_column(const Shape& a, const Shape& b) {
    const Shape &longer = a.rank() > b.rank() ? a : b, &shorter = a.rank() > b.rank() ? b : a;
    if (shorter.rank() == 0 || longer.rank() != shorter.rank() + 1) return false;
    const Shape::Sizes sizes = longer.sizes();
    return longer.back() == 1 && Shape(std::span(sizes.begin(), sizes.end() - 1)) == shorter;
}

Tensor paired_targets(const Function& f, const Tensor& targets, const Tensor& predictions) {
    if (!differ_by_a_column(targets.shape(), predictions.shape())) return targets;
    const Shape::Sizes sizes = predictions.shape().sizes();
    // As no other axis, and not 1, which would broadcast.
    const Index some = *std::max_element(sizes.begin(), sizes.end()) + 2;
    const bool pairs = takes(f, targets, some, predictions, some) &&
                       !takes(f, targets, some + 1, predictions, some);
    return pairs ? targets : reshape(targets, predictions.shape());
}

}  // namespace shikumi::nn::detail
