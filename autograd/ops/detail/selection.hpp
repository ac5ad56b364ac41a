// What subscripts choose, for reading and for updates.
#pragma once

#include <vector>

#include <shikumi/autograd/core/named_function.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/ops/arguments.hpp>

namespace shikumi::detail {

/// The elements of an array that subscripts choose.
struct Selection {
    /// What one subscript does.
    struct Choice {
        /// What it is.
        enum class Kind : std::uint8_t {
            slice,    ///< a range of one axis
            indices,  ///< positions along axes that count as one, or one position where undefined
            newaxis,  ///< an axis that the array lacks
            nothing,  ///< an ellipsis without axes
        } kind;
        int axis = 0;      ///< the first axis that it stands for
        int axes = 0;      ///< how many
        Slice range = {};  ///< of a slice or of one position
        Tensor at = {};    ///< i64, from 0 to size - 1
        Index size = 1;    ///< of a slice: what it leaves; of indices: the axes' sizes multiplied
    };

    std::vector<Choice> parts;
    Shape chosen;          ///< of all indices together
    bool in_place = true;  ///< the axes of the indices stay in their place, else they go in front
    bool distinct = true;  ///< no element can be chosen twice
    Shape shape;           ///< of the result
};

/// What the subscripts choose from an array of `shape`, by NumPy's rules. Masks are evaluated.
/// Throws ValueError, ShapeError and DTypeError, naming `op`.
Selection selection(StaticName op, const Shape& shape, const Subscripts& subscripts);
/// The chosen elements of x.
Tensor selected(const Tensor& x, const Selection& selection);
/// Where the chosen elements lie in an array of `shape`, counted row by row: i64 of the
/// selection's shape.
Tensor positions(const Shape& shape, const Selection& selection);
/// Where the elements of a tensor of bool are true, counted row by row, in rising order: i64 (n).
/// Evaluates it.
Tensor true_positions(const Tensor& mask);

}  // namespace shikumi::detail
