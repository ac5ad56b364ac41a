#include <shikumi/nn/layers/attention/detail/attended_axes.hpp>

#include <functional>
#include <numeric>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/axes.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/call_context.hpp>
#include <shikumi/nn/detail/masks.hpp>

namespace shikumi::nn::detail {

namespace {

Index product(const std::vector<Index>& sizes) {
    return std::accumulate(sizes.begin(), sizes.end(), Index{1}, std::multiplies<>());
}

}  // namespace

AttendedAxes::AttendedAxes(std::string_view layer, const std::vector<int>& chosen, int rank) {
    if (rank < 3) fail<ShapeError>(layer, "takes (batch, steps, features), got rank ", rank);
    std::vector<int> inner;
    for (int i = 1; i < rank - 1; ++i) inner.push_back(i);
    const Axes over(chosen.empty() ? inner : chosen);
    const auto set = shikumi::detail::axis_set(layer, over, rank);
    if (shikumi::detail::holds(set, 0) || shikumi::detail::holds(set, rank - 1))
        fail<ShapeError>(layer, "attends over axes between batch and features only");
    axes_.push_back(0);
    for (const bool is_attended : {false, true}) {
        for (const int i : inner) {
            if (shikumi::detail::holds(set, i) == is_attended) axes_.push_back(i);
        }
    }
    attended_ = static_cast<int>(over.list().size());
    axes_.push_back(rank - 1);
}

std::vector<Index> AttendedAxes::sizes(const Shape& x, int first, int end) const {
    std::vector<Index> list;
    for (int i = first; i < end; ++i) list.push_back(x[axes_[static_cast<std::size_t>(i)]]);
    return list;
}

std::vector<Index> AttendedAxes::steps(const Shape& x) const {
    return sizes(x, 1 + others(), static_cast<int>(axes_.size()) - 1);
}

Tensor AttendedAxes::fold(const Tensor& x) const {
    if (plain()) return x;
    const Shape& shape = x.shape();
    return reshape(transpose(x, axes_),
                   {product(batch(shape)), product(steps(shape)), shape.back()});
}

Tensor AttendedAxes::unfold(const Tensor& y, const Shape& x) const {
    if (plain()) return y;
    std::vector<Index> unfolded = sizes(x, 0, x.rank() - 1);
    unfolded.push_back(y.shape().back());
    std::vector<int> back(axes_.size());
    for (std::size_t i = 0; i < back.size(); ++i)
        back[static_cast<std::size_t>(axes_[i])] = static_cast<int>(i);
    return transpose(reshape(y, Shape(unfolded)), back);
}

Tensor AttendedAxes::fold_steps(const Tensor& mask, const Tensor& x) const {
    const Shape one = x.shape().with_back(1);
    return squeeze(fold(broadcast_to(detail::beside(mask, x.rank()), one)), -1);
}

Tensor AttendedAxes::fold_mask(const Tensor& mask, const Shape& query) const {
    const Index repeats = product(sizes(query, 1, 1 + others()));
    if (repeats == 1 || mask.rank() != 3) return mask;
    const Shape& m = mask.shape();
    return reshape(broadcast_to(expand_dims(mask, 1), {m[0], repeats, m[1], m[2]}),
                   {m[0] * repeats, m[1], m[2]});
}

std::vector<Tensor> AttendedAxes::fold_all(std::string_view layer,
                                           const std::vector<Tensor>& inputs) const {
    const Shape& query = inputs.front().shape();
    std::vector<Tensor> folded;
    for (const Tensor& x : inputs) {
        if (x.dtype() == bool_) {
            folded.push_back(fold_mask(x, query));
            continue;
        }
        if (x.rank() != query.rank() || batch(x.shape()) != batch(query))
            fail<ShapeError>(layer, "query ", query, " and ", x.shape(),
                             " differ in axes that aren't attended over");
        folded.push_back(fold(x));
        if (const Tensor steps = mask_of(x); steps.defined() && folded.back().node() != x.node())
            CallContext::current()->set_mask(folded.back(), fold_steps(steps, x));
    }
    return folded;
}

}  // namespace shikumi::nn::detail
