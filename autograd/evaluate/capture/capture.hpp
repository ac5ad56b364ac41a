// capture: a function of tensors, recorded once and replayed from then on.
#pragma once

#include <array>
#include <concepts>
#include <memory>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/shape.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi {

/// What has been recorded of one function: a plan for each combination of the arguments' shapes and
/// dtypes. `capture` keeps it together with the function; others who know better when a recording
/// ends hold one themselves.
class CapturedPrograms {
public:
    explicit CapturedPrograms(const EvaluationOptions& options = {});
    ~CapturedPrograms();
    CapturedPrograms(CapturedPrograms&&) noexcept;
    CapturedPrograms& operator=(CapturedPrograms&&) noexcept;

    /// True where nothing is to be captured now: under Eager, or inside another captured function.
    static bool bypassed() noexcept;
    /// Makes the recording for arguments like these the one that `replay` runs; false where there
    /// is none yet.
    bool find(std::span<const Tensor> in);
    /// Records `function(arguments) → std::vector<Tensor>`.
    template <class F>
    void record(std::span<const Tensor> in, F&& function) {
        const Start start(*this, in);
        start.finish(function(start.arguments()));
    }
    std::size_t results() const noexcept;
    void replay(std::span<const Tensor> in, std::span<Tensor> out);
    /// All of these: what `function(in)` gives, a std::vector<Tensor>.
    template <class F>
    std::vector<Tensor> call(const std::vector<Tensor>& in, F&& function) {
        if (bypassed()) return function(in);
        if (!find(in)) record(in, function);
        std::vector<Tensor> out(results());
        replay(in, out);
        return out;
    }
    /// Forgets them all.
    void clear() noexcept;

private:
    class CapturedProgram;
    // A recording under way.
    class Start {
    public:
        Start(CapturedPrograms& recordings, std::span<const Tensor> in);
        ~Start();
        Start(const Start&) = delete;
        Start& operator=(const Start&) = delete;
        const std::vector<Tensor>& arguments() const noexcept;
        void finish(const std::vector<Tensor>& results) const;

    private:
        struct Open;
        CapturedPrograms& recordings_;
        std::unique_ptr<Open> open_;
    };

    EvaluationOptions options_;
    std::vector<std::unique_ptr<CapturedProgram>> recordings_;
    CapturedProgram* current_ = nullptr;
};

namespace detail {

template <class>
using AsTensor = const Tensor&;
template <class F>
concept TakesList = std::invocable < F&,
        const std::vector<Tensor>
& > ;

template <class Results>
std::vector<Tensor> listed(Results&& results) {
    using R = std::remove_cvref_t<Results>;
    if constexpr (std::same_as<R, std::vector<Tensor>>) {
        return std::forward<Results>(results);
    } else if constexpr (std::same_as<R, Tensor>) {
        return {std::forward<Results>(results)};
    } else {
        return std::apply([](const auto&... r) { return std::vector<Tensor>{r...}; }, results);
    }
}

}  // namespace detail

/// What `capture` gives: called like the function.
template <class F>
class Captured {
public:
    explicit Captured(F function, const EvaluationOptions& options = {})
        : function_(std::move(function)), recordings_(options) {}

    /// For a function of so many tensors.
    template <std::convertible_to<const Tensor&>... T>
    auto operator()(const T&... in) {
        const std::array<Tensor, sizeof...(T)> list{static_cast<const Tensor&>(in)...};
        using Result = std::invoke_result_t<F&, detail::AsTensor<T>...>;
        return call<Result>(list, [&](const auto& x) -> Result {
            return spread(x, std::index_sequence_for<T...>{});
        });
    }
    /// For a function of a list of tensors.
    template <detail::TakesList G = F>
    auto operator()(const std::vector<Tensor>& in) {
        using Result = std::invoke_result_t<G&, const std::vector<Tensor>&>;
        return call<Result>(in, [&](const auto& x) -> Result {
            return function_(std::vector<Tensor>(x.begin(), x.end()));
        });
    }

private:
    template <class List, std::size_t... I>
    decltype(auto) spread(const List& x, std::index_sequence<I...>) {
        return function_(std::as_const(x[I])...);
    }

    template <class Result, class List, class Apply>
    Result call(const List& in, Apply&& apply) {
        if (CapturedPrograms::bypassed()) return apply(in);
        if (!recordings_.find(in)) {
            recordings_.record(in, [&](const std::vector<Tensor>& x) {
                if constexpr (std::is_void_v<Result>) {
                    apply(x);
                    return std::vector<Tensor>{};
                } else {
                    return detail::listed(apply(x));
                }
            });
        }
        if constexpr (std::is_void_v<Result>) {
            recordings_.replay(in, {});
        } else if constexpr (std::same_as<Result, std::vector<Tensor>>) {
            std::vector<Tensor> out(recordings_.results());
            recordings_.replay(in, out);
            return out;
        } else if constexpr (std::same_as<Result, Tensor>) {
            Tensor out;
            recordings_.replay(in, {&out, 1});
            return out;
        } else {
            std::array<Tensor, std::tuple_size_v<Result>> out;
            recordings_.replay(in, out);
            return std::apply([](auto&... t) { return Result{std::move(t)...}; }, out);
        }
    }

    F function_;
    CapturedPrograms recordings_;
};

/// A function that records `f` at its first call and from then on only computes: no operation is
/// recorded, checked or planned again. As Keras compiles its training step; TensorFlow calls it
/// `tf.function`.
///
///     auto step = capture([&](const Tensor& x, const Tensor& y) {
///         const Tensor loss = mean(nn::mean_squared_error(y, model(x, nn::Mode::train)));
///         loss.backward();
///         optimizer.step(model.parameters());
///         return loss;
///     });
///
/// `f` takes Tensors (or one `const std::vector<Tensor>&`) and returns a Tensor, a pair, tuple or
/// array of them, a std::vector<Tensor>, or nothing. It is recorded once for each combination of
/// its arguments' shapes and dtypes. Parameters are read and assigned at each call, and random
/// numbers drawn anew from their generators (which outlive `f`); every other value is frozen as it
/// was at the recording, and so is whatever C++ code in `f` decided or printed. Looking at a value
/// in `f` that depends on arguments, parameters or random numbers throws StateError.
///
/// The results are values without a graph: differentiate inside `f`. Under `Eager`, and inside
/// another captured function, `f` is simply called. One call at a time: two threads want a
/// captured function each. CapturedPrograms beyond 32 replace the oldest. `options` hold for all of
/// what `f` evaluates.
template <class F>
Captured<F> capture(F f, const EvaluationOptions& options = {}) {
    return Captured<F>(std::move(f), options);
}

}  // namespace shikumi
