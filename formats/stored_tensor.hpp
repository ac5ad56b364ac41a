// StoredTensor: the elements of a tensor as a file has them.
#pragma once

#include <cstddef>
#include <span>

#include <shikumi/autograd/core/shape.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/memory/buffer.hpp>
#include <shikumi/formats/stored_type.hpp>

namespace shikumi::formats {

/// A tensor in a type that files know, which may be one that tensors don't have, such as f16.
/// Row-major, in the machine's byte order; copies share the elements.
class StoredTensor {
public:
    /// The elements of a tensor as they are. Evaluates them.
    StoredTensor(const Tensor& tensor);
    /// Elements that aren't set yet.
    StoredTensor(StoredType type, const Shape& shape);

    /// Type of the elements.
    StoredType type() const noexcept { return type_; }
    /// Sizes of the axes.
    const Shape& shape() const noexcept { return shape_; }
    /// The elements.
    std::span<const std::byte> bytes() const noexcept;
    /// The elements for writing, before the tensor is shared.
    std::span<std::byte> mutable_bytes() noexcept;

    /// The same values as a tensor, of the dtype that holds them (`held_as`). Throws ValueError,
    /// naming the element, for a u64 above 2⁶³ − 1.
    Tensor tensor() const;
    /// The same values in another type: floats are rounded to the nearest, to even where two are as
    /// near, and overflow to infinity (or NaN, where the type has none). Throws ValueError, naming
    /// the element, for an integer that the type can't hold; DTypeError where one type is a float
    /// and the other isn't.
    StoredTensor as(StoredType type) const;

private:
    StoredType type_;
    Shape shape_;
    Buffer buffer_;
};

}  // namespace shikumi::formats
