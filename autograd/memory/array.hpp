// Array: values without a graph. Contiguous, row-major.
#pragma once

#include <algorithm>
#include <span>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/shape.hpp>
#include <shikumi/autograd/memory/buffer.hpp>

namespace shikumi {

namespace detail {
/// Memory for values of `spec`. Throws MemoryError, naming it.
Buffer allocate_for(const Spec& spec);
}  // namespace detail

/// Shape, dtype and a shared buffer; copying shares the values.
class Array {
public:
    Array() = default;
    /// Uninitialised values of `spec`. Throws MemoryError.
    explicit Array(const Spec& spec) : spec_(spec), buffer_(detail::allocate_for(spec)) {}
    /// Values of `spec` that lie in `buffer` already.
    Array(const Spec& spec, Buffer buffer) : spec_(spec), buffer_(std::move(buffer)) {}
    /// A copy of `values`, row-major. Throws ShapeError where they don't fill `shape`.
    template <Element T>
    static Array of(std::span<const T> values, const Shape& shape) {
        if (shape.size() != static_cast<Index>(values.size()))
            fail<ShapeError>("array", values.size(), " values don't fill the shape ", shape);
        Array a({shape, dtype_of<T>});
        std::copy(values.begin(), values.end(), static_cast<T*>(a.raw()));
        return a;
    }

    /// Shape and dtype.
    const Spec& spec() const noexcept { return spec_; }
    /// Sizes of the axes.
    const Shape& shape() const noexcept { return spec_.shape; }
    /// Type of the elements.
    DType dtype() const noexcept { return spec_.dtype; }
    /// Number of elements.
    Index size() const noexcept { return spec_.size(); }
    /// Where the values lie.
    const Buffer& buffer() const noexcept { return buffer_; }
    /// Address of the first element.
    void* raw() const noexcept { return buffer_.data(); }

    /// The values, row-major. Throws DTypeError where T is not the array's type.
    template <Element T>
    std::span<const T> data() const {
        return {static_cast<const T*>(checked(dtype_of<T>)), static_cast<std::size_t>(size())};
    }
    /// The values for writing, before the array is shared. Throws DTypeError where T is not the
    /// array's type.
    template <Element T>
    std::span<T> mutable_data() {
        return {static_cast<T*>(checked(dtype_of<T>)), static_cast<std::size_t>(size())};
    }
    /// The same values under another shape. Throws ShapeError where it has another number of
    /// elements.
    Array reshaped(const Shape& shape) const {
        if (shape.size() != size())
            fail<ShapeError>("reshape", spec_.shape, " has ", size(), " elements, ", shape,
                             " wants ", shape.size());
        return Array({shape, spec_.dtype}, buffer_);
    }

private:
    void* checked(DType wanted) const {
        if (wanted != spec_.dtype)
            fail<DTypeError>("data", "the array holds ", spec_.dtype, ", asked for ", wanted);
        return raw();
    }

    Spec spec_;
    Buffer buffer_;
};

}  // namespace shikumi
