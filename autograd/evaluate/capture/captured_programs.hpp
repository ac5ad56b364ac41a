// CapturedPrograms: the recordings of a function of tensors, to be replayed.
#pragma once

#include <any>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/graph/tensor_tree.hpp>

namespace shikumi {

namespace detail {

template <class T>
concept ConvertsToTensor = std::convertible_to<const T&, const Tensor&> && !std::same_as<T, Tensor>;

/// How a captured function gets an argument: a Parameter as the Tensor that it holds.
template <class T>
using CapturedArgument = std::conditional_t<ConvertsToTensor<T>, Tensor, const T&>;

}  // namespace detail

/// The recordings of a function that is kept elsewhere: a program for each combination of its
/// arguments' structures, shapes and dtypes. For a caller that knows when the function begins to do
/// something else, and calls `clear` then; all others use `capture`.
///
///     CapturedPrograms programs;
///     const StepResult result = programs.call([&](const Batch& batch) { … }, batch);
class CapturedPrograms {
public:
    /// `options` hold for everything that the function evaluates.
    explicit CapturedPrograms(const EvaluationOptions& options = {});
    ~CapturedPrograms();
    /// Takes over the recordings.
    CapturedPrograms(CapturedPrograms&&) noexcept;
    /// Replaces its own recordings by the other ones.
    CapturedPrograms& operator=(CapturedPrograms&&) noexcept;

    /// The result of `function(arguments...)`, recorded at the first call with such arguments and
    /// replayed from then on. `capture` says what arguments and results may be. All calls must pass
    /// the same function: recordings are told apart by the arguments and their types alone.
    template <class F, class... T>
    auto call(F&& function, const T&... arguments) {
        const std::tuple<detail::CapturedArgument<T>...> in(arguments...);
        if constexpr (std::is_void_v<decltype(std::apply(function, in))>) {
            const auto giving_nothing = [&](const auto&... x) {
                function(x...);
                return std::tuple<>();
            };
            apply(giving_nothing, in);
        } else {
            return apply(function, in);
        }
    }
    /// Forgets all recordings.
    void clear() noexcept;

private:
    // The arguments of a call, taken apart, and what it is a call of.
    struct Call {
        const std::type_info* type = nullptr;  // Result(Arguments...)
        std::vector<const Node*> leaves;       // null: an undefined Tensor
        std::vector<std::size_t> sizes;        // of the vectors in the arguments
    };
    struct Entry;
    // From the leaves of the arguments to those of the result. Leaves the result without them.
    using Recorded = std::function<std::vector<Tensor>(std::span<const Tensor>, std::any&)>;

    template <class F, class... T>
    auto apply(F&& function, const std::tuple<T...>& in);

    /// True where nothing is to be captured: under Eager, or inside another captured function.
    static bool bypassed() noexcept;
    /// Makes the recording for this call the current one; false where there is none yet.
    bool find() noexcept;
    void record(const Recorded& function);
    /// The result of the current recording with its constants, without its Tensors.
    const std::any& constants() const noexcept;
    /// The result's Tensors, to be moved from.
    std::span<Tensor> replay();

    EvaluationOptions options_;
    std::vector<std::unique_ptr<Entry>> entries_;
    Entry* current_ = nullptr;
    Call call_;  // the one under way
};

template <class F, class... T>
auto CapturedPrograms::apply(F&& function, const std::tuple<T...>& in) {
    using Arguments = std::tuple<std::remove_cvref_t<T>...>;
    using Result = std::remove_cvref_t<decltype(std::apply(function, in))>;
    static_assert((TensorOnlyTree<std::remove_cvref_t<T>> && ...),
                  "a captured function takes Tensors, and containers and aggregates of them alone");
    static_assert(TensorTree<Result>,
                  "a captured function returns Tensors, constants, or containers and aggregates");
    if (bypassed()) return Result(std::apply(function, in));
    call_.type = &typeid(Result(Arguments));
    call_.leaves.clear();
    call_.sizes.clear();
    visit_tree(
        in, [&](const Tensor& t) { call_.leaves.push_back(t.node()); },
        [&](std::size_t size) { call_.sizes.push_back(size); });
    if (!find()) {
        record([&](std::span<const Tensor> leaves, std::any& constants) {
            const Arguments traced = rebuild_tree(Arguments(in), leaves);
            Result result = std::apply(function, traced);
            std::vector<Tensor> tensors = flatten_tree(result);
            for_each_tensor(result, [](Tensor& t) { t = Tensor(); });
            constants = std::move(result);
            return tensors;
        });
    }
    Result result = *std::any_cast<Result>(&constants());
    auto next = replay().begin();
    for_each_tensor(result, [&](Tensor& t) { t = std::move(*next++); });
    return result;
}

}  // namespace shikumi
