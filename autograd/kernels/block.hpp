// Block kernels: pointwise arithmetic on a short run of elements, so that a chain of operations can
// pass through the cache block by block.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <type_traits>

#include <shikumi/autograd/core/dtype.hpp>
#include <shikumi/autograd/kernels/multiversioning.hpp>

namespace shikumi::kernels {

/// Computes out[i] = f(a[i], b[i], c[i]) for 0 <= i < n; inputs that f does not take are null.
/// `out` may be one of the inputs, but must not overlap one in any other way.
using BlockFunction = void (*)(Index n, void* out, const void* a, const void* b, const void* c);

/// Computes y[i] = f(x[i]) and slope[i] = f'(x[i]) for 0 <= i < n. One of both may be x, but they
/// must not overlap it in any other way.
using SlopeFunction = void (*)(Index n, void* y, void* slope, const void* x);

/// The loops of f(x) and of f'(x) g, where f and f' have much work in common.
struct SlopeLoops {
    SlopeFunction both;   ///< f(x) and f'(x)
    BlockFunction times;  ///< f'(x) times g
};

/// The loop of one operation. Some have further loops for an input that is a single number, which
/// then need not be written out n times: either one of two inputs, or the last of three.
struct BlockKernel {
    BlockFunction full = nullptr;           ///< every input has n elements; empty: no such dtype
    BlockFunction first_single = nullptr;   ///< the first of two inputs is one number
    BlockFunction second_single = nullptr;  ///< the second of two inputs is one number
    BlockFunction third_single = nullptr;   ///< the last of three inputs is one number
    /// Where the operation is f(x) or f'(x) g: what does both in less work, the same for either.
    const SlopeLoops* slope = nullptr;

    /// No loop.
    constexpr BlockKernel() = default;
    /// A loop over whole inputs only.
    constexpr BlockKernel(BlockFunction f) : full(f) {}
    /// A loop over whole inputs, and loops for a single number where they aren't null.
    constexpr BlockKernel(BlockFunction f, BlockFunction first, BlockFunction second,
                          BlockFunction third = nullptr)
        : full(f), first_single(first), second_single(second), third_single(third) {}
};

namespace detail {

// The element type of the result of f on elements of T: bool where f returns bool, else T.
template <class T, class Result>
using Out = std::conditional_t<std::is_same_v<Result, bool>, bool, T>;

// f(i) for 0 <= i < n; `simple`: f is an operation or two, worth its larger code.
template <bool simple, class F>
void each(Index n, F f) {
    if constexpr (simple)
        unrolled_for(n, f);
    else
        vectorized_for(n, f);
}

template <class F, class T, bool simple = false>
struct Block {
    static void run(Index n, void* out, const void* a, const void* b, const void* c) {
        const T* x = static_cast<const T*>(a);
        if constexpr (std::invocable<F, T>) {
            using R = Out<T, std::invoke_result_t<F, T>>;
            R* y = static_cast<R*>(out);
            each<simple>(n, [=](Index i) { y[i] = static_cast<R>(F{}(x[i])); });
        } else if constexpr (std::invocable<F, T, T>) {
            using R = Out<T, std::invoke_result_t<F, T, T>>;
            R* y = static_cast<R*>(out);
            const T* u = static_cast<const T*>(b);
            each<simple>(n, [=](Index i) { y[i] = static_cast<R>(F{}(x[i], u[i])); });
        } else {
            T* y = static_cast<T*>(out);
            const T* u = static_cast<const T*>(b);
            const T* v = static_cast<const T*>(c);
            each<simple>(n, [=](Index i) { y[i] = static_cast<T>(F{}(x[i], u[i], v[i])); });
        }
    }
};

// f(a, b[i]) or f(a[i], b).
template <class F, class T, bool first, bool simple>
struct SingleBlock {
    static void run(Index n, void* out, const void* a, const void* b, const void*) {
        using R = Out<T, std::invoke_result_t<F, T, T>>;
        R* y = static_cast<R*>(out);
        const T single = *static_cast<const T*>(first ? a : b);
        const T* x = static_cast<const T*>(first ? b : a);
        each<simple>(n, [=](Index i) {
            y[i] = static_cast<R>(first ? F{}(single, x[i]) : F{}(x[i], single));
        });
    }
};

// f(a[i], b[i], c).
template <class F, class T>
struct LastSingleBlock {
    static void run(Index n, void* out, const void* a, const void* b, const void* c) {
        T* y = static_cast<T*>(out);
        const T* x = static_cast<const T*>(a);
        const T* u = static_cast<const T*>(b);
        const T single = *static_cast<const T*>(c);
        vectorized_for(n, [=](Index i) { y[i] = static_cast<T>(F{}(x[i], u[i], single)); });
    }
};

template <class F, class T, bool simple = false>
BlockKernel block_kernel() {
    if constexpr (std::invocable<F, T>)
        return multiversioned<Block<F, T, simple>>();
    else if constexpr (std::invocable<F, T, T>)
        return {multiversioned<Block<F, T, simple>>(),
                multiversioned<SingleBlock<F, T, true, simple>>(),
                multiversioned<SingleBlock<F, T, false, simple>>()};
    else
        return {multiversioned<Block<F, T>>(), nullptr, nullptr,
                multiversioned<LastSingleBlock<F, T>>()};
}

// y[i] and slope[i] of the WithSlope f(x[i]).
template <class F, class T>
struct SlopeBlock {
    static void run(Index n, void* y, void* slope, const void* x) {
        T* const value = static_cast<T*>(y);
        T* const derivative = static_cast<T*>(slope);
        const T* const in = static_cast<const T*>(x);
        vectorized_for(n, [=](Index i) {
            const auto [v, d] = F{}(in[i]);
            value[i] = v;
            derivative[i] = d;
        });
    }
};

template <class F, class T>
const SlopeLoops& slope_loops() {
    static const SlopeLoops loops{multiversioned<SlopeBlock<F, T>>(),
                                  multiversioned<Block<std::multiplies<T>, T, true>>()};
    return loops;
}

// `Fast` where `Takes` the inputs, `Slow` for the rest.
template <class Takes, class Fast, class Slow, class T>
struct Guarded {
    struct Either {
        template <std::same_as<T>... Inputs>
        requires std::invocable<Fast, Inputs...> T operator()(Inputs... x) const {
            return Takes{}(x...) ? Fast{}(x...) : Slow{}(x...);
        }
    };
    static void run(Index n, void* out, const void* a, const void* b, const void* c) {
        const T* x = static_cast<const T*>(a);
        std::uint32_t refused = 0;
        if constexpr (std::invocable<Fast, T>) {
            for (Index i = 0; i < n; ++i) refused |= Takes{}(x[i]) ? 0U : 1U;
        } else {
            const T* u = static_cast<const T*>(b);
            for (Index i = 0; i < n; ++i) refused |= Takes{}(x[i], u[i]) ? 0U : 1U;
        }
        if (refused == 0)
            Block<Fast, T>::run(n, out, a, b, c);
        else
            Block<Either, T>::run(n, out, a, b, c);
    }
};

}  // namespace detail

/// The kernel of a captureless generic lambda of one to three arguments for f32 and f64; an empty
/// one for other dtypes. The result has the arguments' dtype, or bool where `f` returns bool.
template <class F>
BlockKernel floating(DType t, F) {
    switch (t) {
        case f32:
            return detail::block_kernel<F, float>();
        case f64:
            return detail::block_kernel<F, double>();
        default:
            return {};
    }
}

/// As `floating`, without loops for a single number: for functions of two arguments that hardly
/// ever meet one, such as derivatives.
template <class F>
BlockKernel floating_arrays(DType t, F) {
    switch (t) {
        case f32:
            return multiversioned<detail::Block<F, float>>();
        case f64:
            return multiversioned<detail::Block<F, double>>();
        default:
            return {};
    }
}

/// Adds to the kernel of f(x) or of f'(x) g, where it isn't empty, the loops that do both; `F` is a
/// captureless generic lambda from x to both values.
template <class F>
BlockKernel with_slope(BlockKernel kernel, DType t, F) {
    if (kernel.full)
        kernel.slope =
            t == f32 ? &detail::slope_loops<F, float>() : &detail::slope_loops<F, double>();
    return kernel;
}

/// The kernel of one function for f32 and another for f64; an empty one for other dtypes.
template <class Single, class Double>
BlockKernel floating(DType t, Single, Double) {
    return t == f32 ? detail::block_kernel<Single, float>() : floating(t, Double{});
}

/// The kernel of `fast`, which has no branches, for those f32 for which `takes` holds, and of
/// `slow` for all other numbers of f32 and f64; an empty one for other dtypes.
template <class Takes, class Fast, class Slow>
BlockKernel floating(DType t, Takes, Fast, Slow slow) {
    return t == f32 ? BlockKernel(multiversioned<detail::Guarded<Takes, Fast, Slow, float>>())
                    : floating(t, slow);
}

/// The kernel of a captureless generic lambda for every dtype but bool, for which it is empty: one
/// of the few operations that processors have for all of them.
template <class F>
BlockKernel numeric(DType t, F) {
    switch (t) {
        case u8:
            return detail::Block<F, std::uint8_t>::run;
        case i32:
            return detail::Block<F, std::int32_t>::run;
        case i64:
            return detail::Block<F, std::int64_t>::run;
        case f32:
            return detail::block_kernel<F, float, true>();
        case f64:
            return detail::block_kernel<F, double>();
        default:
            return {};
    }
}

/// The kernel of a captureless generic lambda for every dtype.
template <class F>
BlockKernel any(DType t, F f) {
    return t == bool_ ? BlockKernel(detail::Block<F, bool>::run) : numeric(t, f);
}

}  // namespace shikumi::kernels
