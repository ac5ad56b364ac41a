// What operations take besides tensors and numbers.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/autograd/core/dtype.hpp>
#include <shikumi/autograd/core/scalar.hpp>
#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi {

/// An integer type; bool counts as none here.
template <class T>
concept IntegerType = std::integral<T> && !std::same_as<T, bool>;

/// A whole number that is an axis, a size or a count. Every integer type becomes one; bool, which
/// would be another argument in the wrong place, and real numbers, which would be cut off, do not
/// compile.
class Integer {
public:
    /// Any integer. Throws ValueError for one above 2⁶³ - 1.
    template <IntegerType T>
    constexpr Integer(T value) : value_(static_cast<Index>(value)) {
        if (value > T{0} && value_ < 0) refuse(static_cast<std::uint64_t>(value));
    }
    /// The number.
    constexpr operator Index() const noexcept { return value_; }

private:
    [[noreturn]] static void refuse(std::uint64_t value);

    Index value_;
};

/// A truth value. Nothing but bool becomes one: a number would be another argument in the wrong
/// place and does not compile.
class Boolean {
public:
    /// Nothing but a bool.
    template <std::same_as<bool> T>
    constexpr Boolean(T value) noexcept : value_(value) {}
    /// The value.
    constexpr operator bool() const noexcept { return value_; }

private:
    bool value_;
};

/// A list of axes; negative ones count from the end. All axes where it is default-constructed.
class Axes {
public:
    /// All axes.
    Axes() = default;
    /// One axis.
    template <IntegerType T>
    Axes(T axis) : all_(false), axes_{Integer(axis)} {}
    /// These axes, in any order.
    Axes(std::initializer_list<Integer> axes) : all_(false), axes_(axes.begin(), axes.end()) {}
    /// These axes, in any order.
    template <IntegerType T>
    explicit Axes(const std::vector<T>& axes) : all_(false), axes_(axes.begin(), axes.end()) {}
    /// Whether it means all axes.
    bool all() const noexcept { return all_; }
    /// The axes as they were given; empty where it means all.
    const std::vector<Index>& list() const noexcept { return axes_; }
    /// Whether both were given the same axes in the same order.
    friend bool operator==(const Axes&, const Axes&) = default;

private:
    bool all_ = true;
    std::vector<Index> axes_;
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
/// moved to its border. `Slice{}` is the whole axis, `Slice{1, 4}` is 1:4, `Slice{2}` begins at 2
/// and is 2:, and `Slice{.stop = 4}` is :4.
struct Slice {
    std::optional<Integer> start = {};  ///< absent: the first position in the step's direction
    std::optional<Integer> stop = {};   ///< not included; absent: up to the axis's other end
    Integer step = 1;                   ///< may be negative; not 0
};
/// A slice.
using Range = Slice;

/// Stands among subscripts for all axes that they leave out.
struct Ellipsis {};
/// The ellipsis: `x[{ellipsis, 0}]` is the first element along the last axis.
inline constexpr Ellipsis ellipsis{};
/// Stands among subscripts for a new axis of size 1.
struct NewAxis {};
/// The new axis: `x[{Slice{}, newaxis}]`.
inline constexpr NewAxis newaxis{};

/// What stands in brackets behind a tensor, by NumPy's rules: a position, a slice, a tensor of
/// indices or a mask for each of its first axes, and perhaps new axes and an ellipsis.
class Subscripts {
public:
    /// One subscript.
    class One {
    public:
        /// What it is.
        enum class Kind : std::uint8_t {
            position,  ///< a number, which removes its axis
            slice,     ///< a slice, which keeps it
            tensor,    ///< indices for one axis, or a mask for as many axes as it has
            others,    ///< all axes that the others leave out
            new_axis,  ///< a new axis
        };

        /// A position; negative ones count from the end.
        template <IntegerType T>
        One(T position) : slice_{.start = position}, kind_(Kind::position) {}
        /// A slice.
        One(const Slice& slice) : slice_(slice) {}
        /// Indices (integers), or a mask (bool).
        One(const Tensor& tensor) : tensor_(tensor), kind_(Kind::tensor) {}
        /// The axes that the others leave out.
        One(Ellipsis) : kind_(Kind::others) {}
        /// A new axis.
        One(NewAxis) : kind_(Kind::new_axis) {}
        /// What it is.
        Kind kind() const noexcept { return kind_; }
        /// The slice; of a position, its start is that.
        const Slice& slice() const noexcept { return slice_; }
        /// The indices or the mask; else undefined.
        const Tensor& tensor() const noexcept { return tensor_; }

    private:
        Slice slice_;
        Tensor tensor_;
        Kind kind_ = Kind::slice;
    };

    /// A position on the first axis.
    template <IntegerType T>
    Subscripts(T position) : list_{One(position)} {}
    /// A slice of the first axis.
    Subscripts(const Slice& slice) : list_{One(slice)} {}
    /// Indices along the first axis, or a mask over the first axes.
    Subscripts(const Tensor& tensor) : list_{One(tensor)} {}
    /// An ellipsis alone: everything.
    Subscripts(Ellipsis all) : list_{One(all)} {}
    /// A new axis in front.
    Subscripts(NewAxis axis) : list_{One(axis)} {}
    /// One for each of the first axes.
    Subscripts(std::initializer_list<One> list) : list_(list) {}
    /// One for each of the first axes.
    explicit Subscripts(std::vector<One> list) : list_(std::move(list)) {}
    /// The subscripts as they were given.
    const std::vector<One>& list() const noexcept { return list_; }

private:
    std::vector<One> list_;
};

/// One number for each axis of a window, or one number for all of them.
class PerAxis {
public:
    /// No numbers: where they may be absent.
    PerAxis() = default;
    /// No numbers: where they may be absent.
    PerAxis(std::nullopt_t) {}
    /// The same number for every axis.
    template <IntegerType T>
    PerAxis(T all) : numbers_{Integer(all)} {}
    /// One number for each axis.
    PerAxis(std::initializer_list<Integer> numbers) : numbers_(numbers.begin(), numbers.end()) {}
    /// One number for each axis.
    explicit PerAxis(std::vector<Index> numbers) : numbers_(std::move(numbers)) {}
    /// False where there are no numbers.
    bool given() const noexcept { return !numbers_.empty(); }
    /// The numbers as they were given: a single one stands for every axis.
    const std::vector<Index>& list() const noexcept { return numbers_; }
    /// Whether both were given the same numbers.
    friend bool operator==(const PerAxis&, const PerAxis&) = default;

private:
    std::vector<Index> numbers_;
};

/// What `pad` adds beside an axis.
enum class PadMode : std::uint8_t {
    constant,   ///< zeros
    edge,       ///< the outermost element, again and again
    reflect,    ///< the elements in reverse order, without the outermost one
    symmetric,  ///< the elements in reverse order, with the outermost one
    wrap,       ///< the elements from the other end on
};

/// Which axes belong to the first two tensors of `meshgrid`.
enum class Indexing : std::uint8_t {
    xy,  ///< the second axis to the first one, the first axis to the second one: x runs along rows
    ij,  ///< their own
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
    /// {before, after} for each axis of the window.
    Pads(std::initializer_list<std::pair<Index, Index>> widths) : widths_(widths) {}
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
    PerAxis dilation = 1;  ///< elements from one tap to the next
    Pads padding = {};     ///< zeros that are added at the ends of the axes
    Index groups = 1;      ///< parts into which the channels are cut; each has a kernel of its own
};

/// How a pooling window moves.
struct PoolOptions {
    PerAxis strides = {};  ///< elements between positions; absent: the window's size
    Pads padding = {};     ///< elements added at the ends of the axes, which are not looked at
};

/// How `resize` reads between the pixels of its input.
enum class Interpolation : std::uint8_t {
    nearest,   ///< the pixel whose area holds the centre of the new one
    bilinear,  ///< the weighted mean of the nearest pixels, two along each axis
    bicubic,   ///< the same of four along each axis, by Keys's cubic with a = -1/2
    lanczos3,  ///< the same of six, by a sinc in a window of radius 3
    lanczos5,  ///< the same of ten, by a sinc in a window of radius 5
    area,      ///< the mean of the area that the new pixel covers
};

/// A single axis as a number, several as a list, all as nothing.
Config to_config(const Axes& axes);
/// Reads one axis, a list of them, or nothing for all.
void from_config(const Config& config, Axes& axes, std::string_view reading);
/// A single number by itself, several as a list, none as nothing.
Config to_config(const PerAxis& numbers);
/// Reads a number, a list of them, or nothing.
void from_config(const Config& config, PerAxis& numbers, std::string_view reading);
/// "valid", "same" or "causal".
Config to_config(Padding padding);
/// Reads such a name.
void from_config(const Config& config, Padding& padding, std::string_view reading);
/// "nearest", "bilinear", …
Config to_config(Interpolation interpolation);
/// Reads such a name.
void from_config(const Config& config, Interpolation& interpolation, std::string_view reading);

}  // namespace shikumi
