// Every operation on tensors. NumPy's names and broadcasting; a literal takes the tensor's dtype;
// mixed dtypes are an error that suggests `cast`. All throw ShapeError, DTypeError or ValueError on
// the line that records them.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <ranges>
#include <span>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/scalar.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/memory/random.hpp>

namespace shikumi {

/// A list of axes, negative ones counted from the end; default-constructed: all of them.
class Axes {
public:
    Axes() = default;
    Axes(int axis) : all_(false), axes_{axis} {}
    Axes(std::initializer_list<int> axes) : all_(false), axes_(axes) {}
    explicit Axes(std::vector<int> axes) : all_(false), axes_(std::move(axes)) {}
    bool all() const noexcept { return all_; }
    const std::vector<int>& list() const noexcept { return axes_; }

private:
    bool all_ = true;
    std::vector<int> axes_;
};

// ---- creation ---------------------------------------------------------------------------------

/// Nested braces of numbers: what `tensor` reads.
class Nested {
public:
    template <class T>
    requires std::is_arithmetic_v<T> Nested(T value) : value_(value) {}
    Nested(std::initializer_list<Nested> list) : leaf_(false), list_(list) {}
    bool leaf() const noexcept { return leaf_; }
    Scalar value() const noexcept { return value_; }
    const std::vector<Nested>& list() const noexcept { return list_; }

private:
    bool leaf_ = true;
    Scalar value_ = 0;
    std::vector<Nested> list_;
};

/// The numbers in the braces: `tensor({{1, 2}, {3, 4}})` is (2, 2). Ragged braces throw ShapeError.
Tensor tensor(std::initializer_list<Nested> values, DType dtype = f32);
/// A scalar.
Tensor scalar(Scalar value, DType dtype = f32);
/// A copy of the elements of a contiguous range, which keep their type. (`std::vector<bool>` is
/// not contiguous.)
template <std::ranges::contiguous_range R>
requires Element<std::ranges::range_value_t<R>> Tensor tensor(const R& values, const Shape& shape) {
    using T = std::ranges::range_value_t<R>;
    return Tensor(
        Array::of(std::span<const T>(std::ranges::data(values), std::ranges::size(values)), shape));
}
template <std::ranges::contiguous_range R>
requires Element<std::ranges::range_value_t<R>> Tensor tensor(const R& values) {
    return tensor(values, Shape{static_cast<Index>(std::ranges::size(values))});
}
Tensor zeros(const Shape& shape, DType dtype = f32);
Tensor ones(const Shape& shape, DType dtype = f32);
Tensor full(const Shape& shape, Scalar value, DType dtype = f32);
Tensor zeros_like(const Tensor& x);
Tensor ones_like(const Tensor& x);
/// The identity matrix (n, m); m = n where it is absent.
Tensor eye(Index n, std::optional<Index> m = {}, DType dtype = f32);
/// start, start + step, … below stop. i64 from integers, f32 otherwise.
Tensor arange(Scalar stop);
Tensor arange(Scalar start, Scalar stop, Scalar step = 1);
Tensor arange(Scalar start, Scalar stop, Scalar step, DType dtype);
/// `count` evenly spaced numbers from start to stop, both included.
Tensor linspace(double start, double stop, Index count, DType dtype = f32);

/// Random tensors take the generator's next stream when they are recorded.
Tensor random_normal(const Shape& shape, Generator& rng, double mean = 0, double stddev = 1,
                     DType dtype = f32);
/// In [low, high).
Tensor random_uniform(const Shape& shape, Generator& rng, double low = 0, double high = 1,
                      DType dtype = f32);
/// A normal distribution cut off at two standard deviations.
Tensor random_truncated_normal(const Shape& shape, Generator& rng, double mean = 0,
                               double stddev = 1, DType dtype = f32);
/// 0 … n-1 in random order, i64.
Tensor random_permutation(Index n, Generator& rng);
/// 1 with probability p, else 0.
Tensor random_bernoulli(const Shape& shape, Generator& rng, double p = 0.5, DType dtype = f32);

// ---- arithmetic, comparison, logic --------------------------------------------------------------

Tensor operator+(const Tensor& a, const Tensor& b);
Tensor operator-(const Tensor& a, const Tensor& b);
Tensor operator*(const Tensor& a, const Tensor& b);
Tensor operator/(const Tensor& a, const Tensor& b);  ///< integers: refused; cast first
Tensor operator+(const Tensor& a, Scalar b);
Tensor operator-(const Tensor& a, Scalar b);
Tensor operator*(const Tensor& a, Scalar b);
Tensor operator/(const Tensor& a, Scalar b);
Tensor operator+(Scalar a, const Tensor& b);
Tensor operator-(Scalar a, const Tensor& b);
Tensor operator*(Scalar a, const Tensor& b);
Tensor operator/(Scalar a, const Tensor& b);
Tensor operator-(const Tensor& x);
Tensor operator<(const Tensor& a, const Tensor& b);
Tensor operator<(const Tensor& a, Scalar b);
Tensor operator<=(const Tensor& a, const Tensor& b);
Tensor operator<=(const Tensor& a, Scalar b);
Tensor operator>(const Tensor& a, const Tensor& b);
Tensor operator>(const Tensor& a, Scalar b);
Tensor operator>=(const Tensor& a, const Tensor& b);
Tensor operator>=(const Tensor& a, Scalar b);
Tensor equal(const Tensor& a, const Tensor& b);
Tensor equal(const Tensor& a, Scalar b);
Tensor not_equal(const Tensor& a, const Tensor& b);
Tensor not_equal(const Tensor& a, Scalar b);
Tensor logical_and(const Tensor& a, const Tensor& b);  ///< bool only
Tensor logical_or(const Tensor& a, const Tensor& b);
Tensor logical_xor(const Tensor& a, const Tensor& b);
Tensor logical_not(const Tensor& a);
Tensor isnan(const Tensor& x);
Tensor isfinite(const Tensor& x);
/// a where condition, else b.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
Tensor where(const Tensor& condition, const Tensor& a, Scalar b);
Tensor where(const Tensor& condition, Scalar a, const Tensor& b);
/// The larger; both get half the gradient where they are equal. NaN wins.
Tensor maximum(const Tensor& a, const Tensor& b);
Tensor maximum(const Tensor& a, Scalar b);
Tensor minimum(const Tensor& a, const Tensor& b);
Tensor minimum(const Tensor& a, Scalar b);
/// x held in [low, high]; the gradient is 1 inside, borders included.
Tensor clip(const Tensor& x, Scalar low, Scalar high);
/// a + (b - a) t: linear interpolation from a, where t is 0, to b, where it is 1.
Tensor lerp(const Tensor& a, const Tensor& b, const Tensor& t);
Tensor lerp(const Tensor& a, const Tensor& b, Scalar t);
Tensor pow(const Tensor& a, const Tensor& b);
Tensor pow(const Tensor& a, Scalar b);
Tensor pow(Scalar a, const Tensor& b);

// ---- functions of one number --------------------------------------------------------------------

Tensor exp(const Tensor& x);
Tensor expm1(const Tensor& x);
Tensor log(const Tensor& x);
Tensor log1p(const Tensor& x);
Tensor log2(const Tensor& x);
Tensor log10(const Tensor& x);
Tensor sqrt(const Tensor& x);
Tensor rsqrt(const Tensor& x);
Tensor square(const Tensor& x);
Tensor reciprocal(const Tensor& x);
Tensor abs(const Tensor& x);  ///< gradient 0 at 0
Tensor sign(const Tensor& x);
Tensor floor(const Tensor& x);
Tensor ceil(const Tensor& x);
Tensor round(const Tensor& x);  ///< halves to even, as NumPy
Tensor sin(const Tensor& x);
Tensor cos(const Tensor& x);
Tensor tan(const Tensor& x);
Tensor asin(const Tensor& x);
Tensor acos(const Tensor& x);
Tensor atan(const Tensor& x);
Tensor atan2(const Tensor& y, const Tensor& x);
Tensor sinh(const Tensor& x);
Tensor cosh(const Tensor& x);
Tensor tanh(const Tensor& x);
Tensor asinh(const Tensor& x);
Tensor acosh(const Tensor& x);
Tensor atanh(const Tensor& x);
Tensor erf(const Tensor& x);

// ---- activations --------------------------------------------------------------------------------

Tensor sigmoid(const Tensor& x);
Tensor log_sigmoid(const Tensor& x);
Tensor relu(const Tensor& x);  ///< gradient 0 at 0
Tensor relu6(const Tensor& x);
Tensor leaky_relu(const Tensor& x, double negative_slope = 0.2);
Tensor elu(const Tensor& x, double alpha = 1);
Tensor selu(const Tensor& x);
/// x Φ(x); `approximate`: by tanh.
Tensor gelu(const Tensor& x, bool approximate = false);
Tensor silu(const Tensor& x);
Tensor softplus(const Tensor& x);
Tensor softsign(const Tensor& x);
Tensor mish(const Tensor& x);
/// clip(0.2 x + 0.5, 0, 1), as Keras 2 has it.
Tensor hard_sigmoid(const Tensor& x);

/// g times the derivative of the activation whose value is y: one operation each, since every
/// backward pass has them.
Tensor sigmoid_gradient(const Tensor& y, const Tensor& g);  ///< g y (1 - y)
Tensor tanh_gradient(const Tensor& y, const Tensor& g);     ///< g (1 - y²)
Tensor relu_gradient(const Tensor& y, const Tensor& g);     ///< g where y > 0, else 0

// ---- reductions ---------------------------------------------------------------------------------

/// Integers and bool add up in i64.
Tensor sum(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
Tensor mean(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
/// Derivatives of any order are right through zeros. Integers and bool multiply in i64.
Tensor prod(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
/// Equal largest elements share the gradient. Empty axes throw ShapeError. NaN wins.
Tensor max(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
Tensor min(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
/// Index of the first largest element along `axis`, i64; over the flattened tensor without one.
Tensor argmax(const Tensor& x, std::optional<int> axis = {}, bool keepdims = false);
Tensor argmin(const Tensor& x, std::optional<int> axis = {}, bool keepdims = false);
/// Divides by n - ddof.
Tensor var(const Tensor& x, const Axes& axes = {}, bool keepdims = false, int ddof = 0);
/// Written shikumi::std after `using namespace shikumi`: the standard library has that name too.
Tensor std(const Tensor& x, const Axes& axes = {}, bool keepdims = false, int ddof = 0);
Tensor logsumexp(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
/// Euclidean; gradient 0 at 0.
Tensor norm(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
Tensor any(const Tensor& x, const Axes& axes = {}, bool keepdims = false);  ///< bool only
Tensor all(const Tensor& x, const Axes& axes = {}, bool keepdims = false);
/// Sums over the axes that broadcasting `shape` to x's shape would stretch: the adjoint of
/// `broadcast_to`.
Tensor sum_to(const Tensor& x, const Shape& shape);

// ---- shape --------------------------------------------------------------------------------------

/// The same elements in the same order; one size may be -1.
Tensor reshape(const Tensor& x, std::span<const Index> sizes);
Tensor reshape(const Tensor& x, std::initializer_list<Index> sizes);
Tensor reshape(const Tensor& x, const Shape& shape);
/// To rank 1.
Tensor flatten(const Tensor& x);
/// Drops axes of size 1 (all of them by default).
Tensor squeeze(const Tensor& x, const Axes& axes = {});
Tensor expand_dims(const Tensor& x, int axis);
/// Reverses the axes, or permutes them.
Tensor transpose(const Tensor& x);
Tensor transpose(const Tensor& x, std::span<const int> axes);
Tensor transpose(const Tensor& x, std::initializer_list<int> axes);
Tensor broadcast_to(const Tensor& x, const Shape& shape);
Tensor concatenate(const std::vector<Tensor>& parts, int axis = 0);
Tensor stack(const std::vector<Tensor>& parts, int axis = 0);
/// Equal parts; the axis must divide.
std::vector<Tensor> split(const Tensor& x, Index parts, int axis = 0);
std::vector<Tensor> split(const Tensor& x, const std::vector<Index>& sizes, int axis = 0);

/// start:stop:step along one axis, as Python's slices.
struct Range {
    std::optional<Index> start = {}, stop = {};
    Index step = 1;
};
/// One range for each of the first axes; negative positions count from the end.
Tensor slice(const Tensor& x, const std::vector<Range>& ranges);
/// Along one axis only.
Tensor slice(const Tensor& x, int axis, const Range& range);
Tensor flip(const Tensor& x, const Axes& axes = {});
/// Adds {before, after} elements of `value` along each axis.
Tensor pad(const Tensor& x, const std::vector<std::pair<Index, Index>>& widths, Scalar value = 0);
Tensor tile(const Tensor& x, const std::vector<Index>& repeats);
/// Every element (of an axis) `count` times in a row.
Tensor repeat(const Tensor& x, Index count, int axis);

// ---- indexing -----------------------------------------------------------------------------------

/// x[indices] along `axis`; negative indices count from the end. An index outside throws
/// ValueError when it is evaluated.
Tensor take(const Tensor& x, const Tensor& indices, int axis = 0);
/// As NumPy's: out[i][j] = x[i][indices[i][j]] for axis 1.
Tensor take_along_axis(const Tensor& x, const Tensor& indices, int axis);
/// A new last axis of `depth`, 1 at the index. Indices outside throw ValueError when evaluated.
Tensor one_hot(const Tensor& indices, Index depth, DType dtype = f32);
/// The indices as i64 from 0 to size - 1, negative ones counted from the end if `from_end`; one
/// outside throws ValueError when it is evaluated.
Tensor checked_indices(const Tensor& indices, Index size, bool from_end = false);
/// x with other rows: out[indices[i]] = rows[i], the last one where an index comes again.
Tensor put_rows(const Tensor& x, const Tensor& indices, const Tensor& rows);
/// Each row becomes the sum of all rows whose index is the same.
Tensor sum_by_index(const Tensor& rows, const Tensor& indices);
/// What a sparse gradient is made of: rows of a table, an index each; they add up.
struct IndexedRows {
    Tensor indices, rows;
    bool defined() const noexcept { return rows.defined(); }
};
/// The rows that `gradient` is made of, where it is the pending gradient of a table through a
/// single `take` of its rows; else undefined.
IndexedRows indexed_rows_of(const Tensor& gradient);
Tensor cast(const Tensor& x, DType dtype);
/// x, as a constant to differentiation.
Tensor stop_gradient(const Tensor& x);
/// x itself as a new node: a place to differentiate by.
Tensor identity(const Tensor& x);

// ---- linear algebra, softmax, losses ------------------------------------------------------------

/// Matrix product as NumPy's: the last two axes multiply, the others broadcast; vectors are rows on
/// the left, columns on the right.
Tensor matmul(const Tensor& a, const Tensor& b);
Tensor softmax(const Tensor& x, int axis = -1);
Tensor log_softmax(const Tensor& x, int axis = -1);
/// Mean over all but the last axis of -log softmax(logits)[label]: labels are class indices (of the
/// logits' shape without the last axis) or distributions (of the logits' shape).
Tensor cross_entropy(const Tensor& logits, const Tensor& labels);
/// The same, not averaged: of the logits' shape without the last axis.
Tensor cross_entropy_each(const Tensor& logits, const Tensor& labels);
/// -(t log σ(x) + (1-t) log(1-σ(x))) of each element, from logits.
Tensor binary_cross_entropy_each(const Tensor& logits, const Tensor& targets);
/// x where `probabilities` is a pending `softmax(x)` over its last axis; else undefined.
Tensor logits_of_softmax(const Tensor& probabilities);
/// x where `probabilities` is a pending `sigmoid(x)`; else undefined.
Tensor logits_of_sigmoid(const Tensor& probabilities);

// ---- convolution, pooling, resizing -------------------------------------------------------------
// Over the one to three axes between the batch and the channels, which come last.

/// One number for each of those axes, or one for all.
class PerAxis {
public:
    PerAxis(Index all) : numbers_{all} {}
    PerAxis(std::initializer_list<Index> numbers) : numbers_(numbers) {}
    explicit PerAxis(std::vector<Index> numbers) : numbers_(std::move(numbers)) {}
    const std::vector<Index>& list() const noexcept { return numbers_; }

private:
    std::vector<Index> numbers_;
};

/// valid: none. same: as many places as the axis has strides, the odd element coming after. causal:
/// all of it before.
enum class Padding : std::uint8_t { valid, same, causal };

/// Padding by a rule, or as {before, after} for each axis.
class Pads {
public:
    Pads(Padding rule = Padding::valid) : rule_(rule) {}
    Pads(std::vector<std::pair<Index, Index>> widths) : widths_(std::move(widths)) {}
    Padding rule() const noexcept { return rule_; }
    /// Empty where the rule decides.
    const std::vector<std::pair<Index, Index>>& widths() const noexcept { return widths_; }

private:
    Padding rule_ = Padding::valid;
    std::vector<std::pair<Index, Index>> widths_;
};

struct ConvolutionOptions {
    PerAxis strides = 1;
    PerAxis dilation = 1;  ///< together with strides it is refused
    Pads padding = {};
    Index groups = 1;  ///< parts of the channels that don't see each other
};
struct PoolOptions {
    std::optional<PerAxis> strides = {};  ///< the window's size where absent
    Pads padding = {};
};
enum class Interpolation : std::uint8_t { nearest, bilinear };

/// Each window's products with the kernel (window…, in / groups, out), summed: x (batch, axes…, in)
/// becomes (batch, places…, out). As TensorFlow's: the kernel isn't flipped.
Tensor convolution(const Tensor& x, const Tensor& kernel, const ConvolutionOptions& options = {});
/// The adjoint of a convolution whose kernel is (window…, out / groups, in): x (batch, places…, in)
/// becomes (batch, sizes…, out). The sizes are Keras's where they are absent: places · stride, and
/// with `valid` as much more as the window exceeds the stride.
Tensor convolution_transpose(const Tensor& x, const Tensor& kernel,
                             const ConvolutionOptions& options = {},
                             const std::optional<PerAxis>& sizes = {});
/// The largest element of each window and channel; the gradient goes to the first of equals.
Tensor max_pool(const Tensor& x, const PerAxis& size, const PoolOptions& options = {});
/// The mean of each window and channel, padding not counted.
Tensor average_pool(const Tensor& x, const PerAxis& size, const PoolOptions& options = {});
/// The same over as many windows along each axis as are wanted: the i-th of `places` sees an axis
/// of n elements from ⌊i n/places⌋ up to ⌈(i+1) n/places⌉.
Tensor adaptive_max_pool(const Tensor& x, const PerAxis& places);
Tensor adaptive_average_pool(const Tensor& x, const PerAxis& places);
/// What each window sees, as one row: (batch, places…, window's elements · channels).
Tensor unfold(const Tensor& x, const PerAxis& size, const ConvolutionOptions& options = {});
/// Other sizes of the axes, pixels being areas (half-pixel centres), as TensorFlow's.
Tensor resize(const Tensor& x, const PerAxis& sizes,
              Interpolation interpolation = Interpolation::nearest);

}  // namespace shikumi
