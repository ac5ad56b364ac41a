// Tensor: a handle on a node of the expression graph.
#pragma once

#include <iosfwd>
#include <span>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/conversion.hpp>
#include <shikumi/autograd/core/shape.hpp>
#include <shikumi/autograd/memory/array.hpp>

namespace shikumi {

struct Node;
class Subscripts;

/// A value that may not be computed yet. Copying shares the node; operations on tensors record new
/// nodes and compute nothing; looking at a value (item, to_vector, data, printing) evaluates
/// whatever it needs.
///
/// Threads: any number of them may read a tensor, whether its value is known or pending, record
/// operations on it and differentiate it. One that needs a pending value that another thread has
/// recorded computes it, while others that need it wait; then all read the same value. As with any
/// object, a thread that assigns to this handle wants it for itself, and one that assigns a
/// Parameter wants that.
class Tensor {
public:
    /// An empty Tensor, which refers to nothing: using it in an operation throws StateError.
    Tensor() noexcept = default;
    /// A leaf that shares the values of `array`. Throws StateError for an empty Array.
    explicit Tensor(const Array& array);

    /// Another handle on the same node.
    inline Tensor(const Tensor& other) noexcept;
    /// Takes the handle of `other`, which is empty then.
    Tensor(Tensor&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
    /// Becomes another handle on the node of `other`. Only a variable can be assigned to: `x[0] =
    /// y` does not compile, since `x[0]` is a value of its own.
    Tensor& operator=(const Tensor& other) & noexcept {
        Tensor copy(other);
        std::swap(node_, copy.node_);
        return *this;
    }
    /// Takes the handle of `other`, which is empty then.
    Tensor& operator=(Tensor&& other) & noexcept {
        Tensor taken(std::move(other));
        std::swap(node_, taken.node_);
        return *this;
    }
    inline ~Tensor();

    /// False where it refers to nothing.
    bool defined() const noexcept { return node_ != nullptr; }
    /// Shape and dtype, known without an evaluation. Throws StateError for an empty Tensor.
    inline const Spec& spec() const;
    /// Sizes of the axes.
    const Shape& shape() const { return spec().shape; }
    /// Type of the elements.
    DType dtype() const { return spec().dtype; }
    /// Number of axes.
    int rank() const { return shape().rank(); }
    /// Number of elements.
    Index size() const { return shape().size(); }

    /// The same values as another dtype: see `shikumi::cast`.
    Tensor cast(DType dtype) const;
    /// The same values under another shape; one size may be -1 and is worked out. Throws ShapeError
    /// where the number of elements differs.
    Tensor reshape(std::initializer_list<Index> sizes) const;
    /// The elements that subscripts choose, by NumPy's rules: `x[0]`, `x[Slice{1, 4}]`, `x[{0, 2}]`,
    /// `x[{ellipsis, -1}]`, `x[{Slice{}, newaxis}]`, `x[indices]`, `x[x > 0]`. A position removes
    /// its axis, a slice keeps it, and the remaining axes stay whole. Tensors of indices broadcast;
    /// their axes stand in the place of those that they index where these lie side by side, else in
    /// front. A mask of bool stands for the indices of its true elements; it is evaluated at once,
    /// since the result's shape depends on it. Throws ValueError for a position outside its axis
    /// and for two ellipses, ShapeError for more subscripts than axes, for a mask of other sizes,
    /// and for indices that don't broadcast, DTypeError for other tensors. An index outside its
    /// axis throws ValueError when the result is evaluated.
    Tensor operator[](const Subscripts& subscripts) const;

    /// The only element, converted to T by the rule of `cast`. Throws ShapeError where there is not
    /// exactly one.
    template <Element T>
    T item() const {
        const void* value = one_element();
        return dispatch(dtype(), [&]<class U>() {
            return detail::converted<T>(*static_cast<const U*>(value));
        });
    }
    /// A copy of the elements, row-major, converted to T by the rule of `cast`. Evaluates them.
    template <Element T>
    std::vector<T> to_vector() const {
        const Array a = array();
        return dispatch(a.dtype(), [&]<class U>() {
            const auto values = a.data<U>();
            std::vector<T> out(values.size());
            for (std::size_t i = 0; i < out.size(); ++i) out[i] = detail::converted<T>(values[i]);
            return out;
        });
    }
    /// The elements themselves, row-major, valid while this tensor lives. Evaluates them. Throws
    /// DTypeError where T is not the tensor's type.
    template <Element T>
    std::span<const T> data() const {
        return {static_cast<const T*>(raw(dtype_of<T>)), static_cast<std::size_t>(size())};
    }
    /// The values without the graph. Evaluates them.
    Array array() const;
    /// True once the value is known.
    bool evaluated() const;

    /// Adds d(this)/dp to `p.grad()` of every trainable parameter p that this scalar depends on.
    /// Throws GradientError where it is not a floating scalar or reaches no parameter.
    void backward() const;

    /// The node, for walking over the graph; null where the tensor refers to nothing.
    const Node* node() const noexcept { return node_; }
    /// A handle on `node`, which must be alive.
    static inline Tensor of(const Node* node) noexcept;

    /// Gives the handle away: the caller owns one count of the node.
    const Node* release() noexcept { return std::exchange(node_, nullptr); }
    /// Takes over one count of `node`.
    static Tensor adopt(const Node* node) noexcept {
        Tensor t;
        t.node_ = node;
        return t;
    }

private:
    [[noreturn]] static void refuse_empty();
    const void* raw(DType wanted) const;
    const void* one_element() const;

    const Node* node_ = nullptr;
};

/// Prints the values as NumPy prints arrays.
std::ostream& operator<<(std::ostream& out, const Tensor& t);

}  // namespace shikumi

// A handle is counted in its node, which holds handles itself: neither is whole without the other.
#include <shikumi/autograd/graph/node.hpp>
