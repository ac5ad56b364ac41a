#include <shikumi/nn/losses/targets.hpp>

#include <numeric>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/detail/paired_targets.hpp>

namespace shikumi::nn {

Tensor mean_per_sample(const Tensor& x) {
    if (x.rank() <= 1) return x;
    std::vector<int> axes(static_cast<std::size_t>(x.rank() - 1));
    std::iota(axes.begin(), axes.end(), 1);
    return mean(x, Axes(std::move(axes)));
}

Tensor mean_of_last(const Tensor& x) { return x.rank() <= 1 ? x : mean(x, -1); }

Tensor match_targets(std::string_view loss, const Tensor& targets, const Tensor& predictions) {
    const Tensor t =
        targets.dtype() == predictions.dtype() ? targets : targets.cast(predictions.dtype());
    const Shape& wanted = predictions.shape();
    if (t.shape() == wanted) return t;
    if (!detail::differ_by_a_column(t.shape(), wanted))
        fail<ShapeError>(loss, "targets ", targets.shape(), " don't fit predictions ", wanted,
                         t.rank() + 1 == wanted.rank() && wanted.back() > 1
                             ? ": class indices want a sparse_… loss, or to_categorical"
                             : "");
    return reshape(t, wanted);
}

void want_classes(std::string_view loss, const Tensor& predictions) {
    if (predictions.rank() == 0)
        fail<ShapeError>(loss, "predictions want a class axis, got a scalar");
    if (predictions.shape().back() < 2)
        fail<ShapeError>(loss, "predictions want a column for each of two classes or more, got ",
                         predictions.shape(), ": a single output is for binary losses and metrics");
}

Tensor match_labels(std::string_view loss, const Tensor& labels, const Tensor& predictions) {
    if (!is_integer(labels.dtype()))
        fail<DTypeError>(
            loss, "class indices are integers, got ", labels.spec(),
            ": cast them to i64, or use categorical_crossentropy for rows of probabilities");
    want_classes(loss, predictions);
    const Shape::Sizes all = predictions.shape().sizes();
    const Shape wanted(std::span<const Index>(all.begin(), all.end() - 1));
    if (labels.shape() != wanted && labels.shape() != predictions.shape().with_back(1))
        fail<ShapeError>(loss, "class indices ", labels.shape(), " don't fit predictions ",
                         predictions.shape(), ": wanted ", wanted);
    const Tensor l = labels.dtype() == i64 ? labels : labels.cast(i64);
    return l.shape() == wanted ? l : reshape(l, wanted);
}

}  // namespace shikumi::nn
