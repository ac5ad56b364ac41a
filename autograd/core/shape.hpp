// Shape: the sizes of an array's axes, as a 16-byte value.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

#include <shikumi/autograd/core/dtype.hpp>

namespace shikumi {

/// The sizes of an array's axes; rank 0 is a scalar.
///
/// Two words, compared as two words: up to four axes below 2^31 are packed inline, anything else
/// points at an interned list that is never freed (equal lists share one address).
class Shape {
public:
    static constexpr int max_rank = 8;  ///< axes at most

    constexpr Shape() noexcept = default;
    /// Throws ShapeError for a negative size, more than eight axes, or more than 2^60 elements.
    Shape(std::initializer_list<Index> sizes);
    /// Throws ShapeError for a negative size, more than eight axes, or more than 2^60 elements.
    explicit Shape(std::span<const Index> sizes);

    /// Number of axes.
    int rank() const noexcept {
        const int r = packed_rank();
        return r != interned ? r : interned_list().rank;
    }
    /// Number of elements; 1 for a scalar.
    Index size() const noexcept {
        if (high_ != 0) return product();
        switch (low_ >> 62) {
            case 0:
                return 1;
            case 1:
                return static_cast<Index>(low_ & size_mask);
            case 2:
                return static_cast<Index>((low_ & size_mask) * (low_ >> 31 & size_mask));
            default:
                return product();
        }
    }
    /// Size of axis `axis`, which must lie in [0, rank).
    Index operator[](int axis) const noexcept {
        if (packed_rank() == interned) return interned_list().sizes[static_cast<unsigned>(axis)];
        const std::uint64_t word = axis < 2 ? low_ : high_;
        return static_cast<Index>((axis & 1 ? word >> 31 : word) & size_mask);
    }
    /// Size of the last axis. Throws ShapeError for a scalar.
    Index back() const {
        if (rank() == 0) refuse_scalar("last");
        return (*this)[rank() - 1];
    }
    /// Size of the first axis. Throws ShapeError for a scalar.
    Index front() const;
    /// True for a scalar, which has no axes.
    bool empty() const noexcept { return (low_ | high_) == 0; }

    /// Equal where rank and all sizes are.
    friend bool operator==(const Shape&, const Shape&) noexcept = default;
    /// Of rank and sizes; equal for equal shapes within one process only.
    std::size_t hash() const noexcept { return low_ * 0x9E3779B97F4A7C15U ^ high_; }

    /// All sizes, as a small fixed list that can be iterated over and changed.
    class Sizes {
    public:
        Sizes() noexcept {}
        /// First and last axis, and one size.
        /// @{
        Index* begin() noexcept { return sizes_.data(); }
        Index* end() noexcept { return sizes_.data() + rank_; }
        const Index* begin() const noexcept { return sizes_.data(); }
        const Index* end() const noexcept { return sizes_.data() + rank_; }
        Index& operator[](int i) noexcept { return sizes_[static_cast<unsigned>(i)]; }
        Index operator[](int i) const noexcept { return sizes_[static_cast<unsigned>(i)]; }
        /// @}
        /// Number of axes.
        int rank() const noexcept { return rank_; }
        /// Appends an axis. Throws ShapeError past eight.
        void push_back(Index size) {
            if (rank_ == max_rank) refuse_another_axis();
            sizes_[static_cast<unsigned>(rank_++)] = size;
        }
        /// All sizes, valid while this list lives.
        operator std::span<const Index>() const noexcept { return {begin(), end()}; }

    private:
        [[noreturn]] static void refuse_another_axis();
        std::array<Index, max_rank> sizes_;  // of which `rank_` are set
        int rank_ = 0;
    };
    /// All sizes as a list.
    Sizes sizes() const noexcept;

    /// This shape with another size of the last axis. Throws ShapeError for a scalar.
    Shape with_back(Index size) const;
    /// This shape with another size of the first axis. Throws ShapeError for a scalar.
    Shape with_front(Index size) const;

private:
    static constexpr int interned = 15;
    static constexpr std::uint64_t size_mask = (std::uint64_t{1} << 31) - 1;
    struct List {
        std::array<Index, max_rank> sizes;
        int rank;
    };

    // low_: axes 0 and 1 (31 bits each) and the rank's low 2 bits; high_: axes 2, 3, high 2 bits.
    [[noreturn]] static void refuse_scalar(std::string_view axis);
    int packed_rank() const noexcept {
        return static_cast<int>((low_ >> 62) | ((high_ >> 62) << 2));
    }
    const List& interned_list() const noexcept;
    Index product() const noexcept;

    std::uint64_t low_ = 0;
    std::uint64_t high_ = 0;
};

/// "(2, 3)", "(3,)", "()": as NumPy prints it.
std::string to_string(const Shape& shape);
/// Writes `to_string(shape)`.
std::ostream& operator<<(std::ostream& out, const Shape& shape);

/// What is known of an array before its values are: shape and element type.
struct Spec {
    Shape shape;        ///< sizes of the axes
    DType dtype = f32;  ///< type of the elements

    /// Number of elements.
    Index size() const noexcept { return shape.size(); }
    /// Size of all elements together, in bytes.
    std::size_t bytes() const noexcept {
        return static_cast<std::size_t>(shape.size()) * size_of(dtype);
    }
    /// Equal where shape and dtype are.
    friend bool operator==(const Spec&, const Spec&) noexcept = default;
};

/// "f32 (2, 3)".
std::string to_string(const Spec& spec);
/// Writes `to_string(spec)`.
std::ostream& operator<<(std::ostream& out, const Spec& spec);

/// NumPy's broadcasting of two shapes. Throws ShapeError naming `op` where they don't fit.
Shape broadcast(std::string_view op, const Shape& a, const Shape& b);

/// `axis` counted from the end where negative. Throws ShapeError naming `op` outside the rank.
int normalize_axis(std::string_view op, Index axis, int rank);

}  // namespace shikumi

/// Shapes as keys of unordered containers.
template <>
struct std::hash<shikumi::Shape> {
    /// `shape.hash()`.
    std::size_t operator()(const shikumi::Shape& shape) const noexcept { return shape.hash(); }
};
