// custom_op: an operation with a kernel of the user's own.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/dtype.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/graph/tensor_tree.hpp>

namespace shikumi {

/// What a custom operation is beside its kernel and its derivative.
struct CustomOpOptions {
    /// The shape of the result, given those of the inputs. Without it the operation is elementwise:
    /// all inputs and the result have one shape, and `vmap` calls the kernel once for all examples.
    std::function<Shape(const std::vector<Shape>& in)> shape = {};
};

namespace detail {

/// A custom operation. Each node of it shares this.
struct CustomOpDefinition {
    using Rule = std::function<std::vector<Tensor>(const std::vector<Tensor>& x, const Tensor& y,
                                                   const Tensor& cotangent)>;
    std::string name;
    std::size_t inputs;
    std::function<bool(DType)> takes;
    std::function<void(std::span<const ConstView> in, View out)> kernel;
    Rule vjp;
    CustomOpOptions options;
};

/// Records a definition on its inputs.
Tensor record_custom(const std::shared_ptr<const CustomOpDefinition>& definition,
                     const std::vector<Tensor>& in);

/// A kernel for any type, which no one is asked to compile for integers.
template <class Kernel>
concept GenericKernel = std::is_class_v<Kernel> && !requires {
    &Kernel::operator();
};

/// Whether a kernel takes so many spans of T, then one to write to.
template <class Kernel, class T, std::size_t... i>
consteval bool takes_spans(std::index_sequence<i...>) {
    if constexpr (GenericKernel<Kernel> && !std::is_floating_point_v<T>)
        return false;
    else
        return std::invocable<
            const Kernel&, decltype(static_cast<void>(i), std::span<const T>())..., std::span<T>>;
}

template <class T, class Kernel, std::size_t... i>
void call_kernel(const Kernel& kernel, std::span<const ConstView> in, const View& out,
                 std::index_sequence<i...>) {
    const auto span = [](const ConstView& x) {
        return std::span<const T>(x.as<T>(), static_cast<std::size_t>(x.size()));
    };
    kernel(span(in[i])..., std::span<T>(out.as<T>(), static_cast<std::size_t>(out.size())));
}

template <std::size_t... i, class Vjp>
CustomOpDefinition::Rule custom_vjp(Vjp vjp, std::index_sequence<i...>) {
    return [vjp](const std::vector<Tensor>& x, const Tensor& y, const Tensor& g) {
        return flatten_tree(vjp(x[i]..., y, g));
    };
}

}  // namespace detail

/// An operation whose result a kernel computes: as `custom_op` returns it, called with its inputs.
template <std::size_t inputs>
class CustomOp {
public:
    /// Takes a definition of so many inputs.
    explicit CustomOp(std::shared_ptr<const detail::CustomOpDefinition> definition)
        : definition_(std::move(definition)) {}
    /// The result, a node of the graph. Throws DTypeError for inputs that the kernel doesn't take,
    /// ShapeError where their shapes don't fit.
    template <std::convertible_to<const Tensor&>... T>
    requires(sizeof...(T) == inputs) Tensor operator()(const T&... in) const {
        return detail::record_custom(definition_, {static_cast<const Tensor&>(in)...});
    }

private:
    std::shared_ptr<const detail::CustomOpDefinition> definition_;
};

/// An operation of `inputs` tensors whose values `kernel` computes: a function of a
/// `std::span<const T>` for each input, row-major, and a `std::span<T>` for the result, with T
/// float or double, or one of the integer types; a generic one takes float and double. `vjp(x…, y,
/// g)`, written in operations, gives the cotangents of the inputs x, given the result y and its
/// cotangent g: a Tensor for one input, a std::tuple for several, with empty Tensors for zeros.
/// With it the operation works in every transform; without it, it has no derivative. Values are
/// computed later, maybe twice, on any thread: the kernel depends on nothing but its inputs.
///
///     const auto cube = custom_op("cube",
///         [](std::span<const double> x, std::span<double> y) {
///             for (std::size_t i = 0; i < x.size(); ++i) y[i] = x[i] * x[i] * x[i];
///         },
///         [](const Tensor& x, const Tensor&, const Tensor& g) { return g * 3 * x * x; });
template <std::size_t inputs = 1, class Kernel, class Vjp = std::nullptr_t>
CustomOp<inputs> custom_op(std::string name, Kernel kernel, Vjp vjp = nullptr,
                           CustomOpOptions options = {}) {
    constexpr auto numbers = std::make_index_sequence<inputs>();
    const auto takes = [](DType dtype) {
        return dispatch(dtype, [&]<class T>() {
            return detail::takes_spans<Kernel, T>(std::make_index_sequence<inputs>());
        });
    };
    const auto run = [kernel = std::move(kernel)](std::span<const ConstView> in, const View& out) {
        dispatch(out.spec.dtype, [&]<class T>() {
            if constexpr (detail::takes_spans<Kernel, T>(std::make_index_sequence<inputs>()))
                detail::call_kernel<T>(kernel, in, out, std::make_index_sequence<inputs>());
        });
    };
    detail::CustomOpDefinition::Rule rule;
    if constexpr (!std::same_as<Vjp, std::nullptr_t>)
        rule = detail::custom_vjp(std::move(vjp), numbers);
    return CustomOp<inputs>(
        std::make_shared<const detail::CustomOpDefinition>(detail::CustomOpDefinition{
            std::move(name), inputs, takes, run, std::move(rule), std::move(options)}));
}

}  // namespace shikumi
