// What operations take besides tensors and numbers.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/dtype.hpp>
#include <shikumi/autograd/core/scalar.hpp>

namespace shikumi {

/// A list of axes; negative ones count from the end. All axes where it is default-constructed.
class Axes {
public:
    /// All axes.
    Axes() = default;
    /// One axis.
    Axes(int axis) : all_(false), axes_{axis} {}
    /// These axes, in any order.
    Axes(std::initializer_list<int> axes) : all_(false), axes_(axes) {}
    /// These axes, in any order.
    explicit Axes(std::vector<int> axes) : all_(false), axes_(std::move(axes)) {}
    /// Whether it means all axes.
    bool all() const noexcept { return all_; }
    /// The axes as they were given; empty where it means all.
    const std::vector<int>& list() const noexcept { return axes_; }

private:
    bool all_ = true;
    std::vector<int> axes_;
};

/// Nested braces of numbers: the argument of `tensor`.
class Nested {
public:
    /// An integer or a truth value.
    Nested(std::integral auto value) : value_(value) {}
    /// A real number.
    Nested(std::floating_point auto value) : value_(value) {}
    /// A list of numbers or of further lists.
    Nested(std::initializer_list<Nested> list) : leaf_(false), list_(list) {}
    /// Whether it is a number rather than a list.
    bool leaf() const noexcept { return leaf_; }
    /// The number; 0 for a list.
    Scalar value() const noexcept { return value_; }
    /// The list; empty for a number.
    const std::vector<Nested>& list() const noexcept { return list_; }

private:
    bool leaf_ = true;
    Scalar value_ = 0;
    std::vector<Nested> list_;
};

/// Positions start, start + step, … before stop along one axis, with the meaning of Python's
/// start:stop:step: negative positions count from the end, and positions outside the axis are
/// moved to its border.
struct Range {
    std::optional<Index> start = {};  ///< absent: the first position in the step's direction
    std::optional<Index> stop = {};   ///< not included; absent: up to the axis's other end
    Index step = 1;                   ///< may be negative; not 0
};

/// One number for each axis of a window, or one number for all of them.
class PerAxis {
public:
    /// The same number for every axis.
    PerAxis(Index all) : numbers_{all} {}
    /// One number for each axis.
    PerAxis(std::initializer_list<Index> numbers) : numbers_(numbers) {}
    /// One number for each axis.
    explicit PerAxis(std::vector<Index> numbers) : numbers_(std::move(numbers)) {}
    /// The numbers as they were given: a single one stands for every axis.
    const std::vector<Index>& list() const noexcept { return numbers_; }

private:
    std::vector<Index> numbers_;
};

/// Rules for how many elements a convolution or pooling adds at the ends of an axis of n elements.
enum class Padding : std::uint8_t {
    valid,   ///< none
    same,    ///< as many as give the output size ⌈n/stride⌉; an odd one is added at the end
    causal,  ///< all before the first element, so that no output depends on later elements
};

/// Padding by a rule, or by explicit widths.
class Pads {
public:
    /// By a rule.
    Pads(Padding rule = Padding::valid) : rule_(rule) {}
    /// {before, after} for each axis of the window.
    Pads(std::vector<std::pair<Index, Index>> widths) : widths_(std::move(widths)) {}
    /// The rule; `valid` where there are explicit widths.
    Padding rule() const noexcept { return rule_; }
    /// {before, after} for each axis; empty where the rule decides.
    const std::vector<std::pair<Index, Index>>& widths() const noexcept { return widths_; }

private:
    Padding rule_ = Padding::valid;
    std::vector<std::pair<Index, Index>> widths_;
};

/// How a convolution's window moves, and which channels it joins.
struct ConvolutionOptions {
    PerAxis strides = 1;   ///< elements from one position of the window to the next
    PerAxis dilation = 1;  ///< elements from one tap to the next; above 1 only with strides of 1
    Pads padding = {};     ///< zeros that are added at the ends of the axes
    Index groups = 1;      ///< parts into which the channels are cut; each has a kernel of its own
};

/// How a pooling window moves.
struct PoolOptions {
    std::optional<PerAxis> strides = {};  ///< elements between positions; absent: the window's size
    Pads padding = {};  ///< elements added at the ends of the axes, which are not looked at
};

/// How `resize` reads between the pixels of its input.
enum class Interpolation : std::uint8_t {
    nearest,   ///< the pixel whose area holds the centre of the new one
    bilinear,  ///< the weighted mean of the nearest pixels, two along each axis
};

}  // namespace shikumi
