// Attention over axes that the user chooses.
#pragma once

#include <string_view>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::nn::detail {

/// How (batch, axes…, features) is rearranged: the batch, the axes that aren't attended over, those
/// that are, the features.
class AttendedAxes {
public:
    /// All axes between batch and features where `chosen` is empty. Throws ShapeError that begins
    /// with `layer` for other axes, and below rank 3.
    AttendedAxes(std::string_view layer, const std::vector<int>& chosen, int rank);

    /// The sizes of the batch and of the axes that aren't attended over.
    std::vector<Index> batch(const Shape& x) const { return sizes(x, 0, 1 + others()); }
    /// The sizes of the axes that are attended over.
    std::vector<Index> steps(const Shape& x) const;

    /// x as (batch · others, attended, features).
    Tensor fold(const Tensor& x) const;
    /// The inverse for a y with features of its own, where a tensor of shape `x` was folded.
    Tensor unfold(const Tensor& y, const Shape& x) const;
    /// The mask of the steps of x, under the shape (batch · others, attended).
    Tensor fold_steps(const Tensor& mask, const Tensor& x) const;
    /// All tensors that a layer was called with, masks among them, whose own masks go with them.
    /// Throws ShapeError that begins with `layer` where they differ in axes that aren't attended
    /// over.
    std::vector<Tensor> fold_all(std::string_view layer, const std::vector<Tensor>& inputs) const;
    /// A mask (batch, queries, keys), repeated for each of the others.
    Tensor fold_mask(const Tensor& mask, const Shape& query) const;

private:
    int others() const { return static_cast<int>(axes_.size()) - 2 - attended_; }
    bool plain() const { return axes_.size() == 3; }
    // The sizes of x in the new order, from place `first` to `end`.
    std::vector<Index> sizes(const Shape& x, int first, int end) const;

    std::vector<int> axes_;
    int attended_ = 0;
};

}  // namespace shikumi::nn::detail
