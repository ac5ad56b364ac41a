// Hooks on a tensor's gradient.
#pragma once

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi {

namespace detail {
/// `x` with a hook that gives another cotangent, or an empty Tensor for the same one.
Tensor hooked(const Tensor& x, std::function<Tensor(const Tensor&)> hook);
}  // namespace detail

/// `x`, f32 or f64, as a new node whose cotangent passes through `hook` in reverse mode: what the
/// hook returns takes its place, and where it returns nothing it goes on as it is. The cotangent
/// comes as a tensor of the graph: a hook that looks at its value evaluates it. Forward mode
/// doesn't call hooks. Throws GradientError where x is of integers, and, when differentiated, where
/// the hook gives another shape or dtype.
template <std::invocable<const Tensor&> Hook>
Tensor on_gradient(const Tensor& x, Hook hook) {
    if constexpr (std::is_void_v<std::invoke_result_t<Hook&, const Tensor&>>) {
        return detail::hooked(x, [hook = std::move(hook)](const Tensor& g) mutable {
            hook(g);
            return Tensor();
        });
    } else {
        return detail::hooked(x, std::move(hook));
    }
}

}  // namespace shikumi
