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
#include <shikumi/autograd/graph/sole_recorder.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/graph/tensor_tree.hpp>
#include <shikumi/autograd/memory/thread_cache.hpp>

namespace shikumi {

namespace detail {

template <class T>
concept ConvertsToTensor = std::convertible_to<const T&, const Tensor&> && !std::same_as<T, Tensor>;

/// How a captured function gets an argument: a Parameter as the Tensor that it holds.
template <class T>
using CapturedArgument = std::conditional_t<ConvertsToTensor<T>, Tensor, const T&>;

struct CapturedRun;

/// The arguments of a call, taken apart, and what it is a call of.
struct CapturedCall {
    const std::type_info* type = nullptr;  ///< Result(Arguments...)
    std::vector<const Node*> leaves;       ///< null: an undefined Tensor
    std::vector<std::size_t> sizes;        ///< of the vectors in the arguments

    void clear() noexcept {
        leaves.clear();
        sizes.clear();
    }
    bool worth_keeping() const noexcept { return true; }
};

}  // namespace detail

/// The recordings of a function that is kept elsewhere: a program for each combination of its
/// arguments' structures, shapes and dtypes. For a caller that knows when the function begins to do
/// something else, and calls `clear` then; all others use `capture`.
///
/// Several threads may call it: replays that neither assign parameters nor draw random numbers run
/// side by side, all others one after another. Where functions work on the same parameters, their
/// recordings share a lock.
///
///     CapturedPrograms programs;
///     const StepResult result = programs.call([&](const Batch& batch) { … }, batch);
class CapturedPrograms {
public:
    /// `options` hold for everything that the function evaluates.
    explicit CapturedPrograms(const EvaluationOptions& options = {});
    /// Shares the lock of `other`.
    CapturedPrograms(CapturedPrograms& other, const EvaluationOptions& options);
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
    using Call = detail::CapturedCall;
    struct Lock;
    struct Entry;
    struct State;
    // From the leaves of the arguments to those of the result. Leaves the result without them.
    using Recorded = std::function<std::vector<Tensor>(std::span<const Tensor>, std::any&)>;

    // The recording for a call, which stays while this lives.
    class Use {
    public:
        Use(State& state, const Call& call);
        ~Use();
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;
        // Whether there is one; else `find_or_record` makes it.
        bool found() const noexcept { return entry_ != nullptr; }
        void find_or_record(const Recorded& function);
        // The result with its constants, without its Tensors.
        const std::any& constants() const noexcept;
        // The result's Tensors, to be moved from.
        std::span<Tensor> replay();

    private:
        bool find(bool alone);
        void record(const Recorded& function);
        detail::CapturedRun& take_run();
        void give_back(detail::CapturedRun& run) noexcept;
        void unlock() noexcept;

        State& state_;
        const Call& call_;
        Entry* entry_ = nullptr;
        detail::CapturedRun* run_ = nullptr;  // taken by `replay`
        bool alone_ = false;                  // no other replay runs under this lock
    };

    template <class F, class... T>
    auto apply(F&& function, const std::tuple<T...>& in);

    /// True where nothing is to be captured: under Eager, or inside another captured function.
    static bool bypassed() noexcept;
    State& state();

    std::unique_ptr<State> state_;  // null once it is moved from
};

template <class F, class... T>
auto CapturedPrograms::apply(F&& function, const std::tuple<T...>& in) {
    using Arguments = std::tuple<std::remove_cvref_t<T>...>;
    using Result = std::remove_cvref_t<decltype(std::apply(function, in))>;
    static_assert((TensorOnlyTree<std::remove_cvref_t<T>> && ...),
                  "a captured function takes Tensors, and containers and aggregates of them alone");
    static_assert(TensorTree<Result>,
                  "a captured function returns Tensors, constants, or containers and aggregates");
    if (bypassed()) {
        const detail::SoleRecorder sole;
        return Result(std::apply(function, in));
    }
    const detail::ThreadCache<Call> call;
    call->type = &typeid(Result(Arguments));
    visit_tree(
        in, [&](const Tensor& t) { call->leaves.push_back(t.node()); },
        [&](std::size_t size) { call->sizes.push_back(size); });
    Use use(state(), *call);
    if (!use.found()) {
        use.find_or_record([&](std::span<const Tensor> leaves, std::any& constants) {
            const Arguments traced = rebuild_tree(Arguments(in), leaves);
            Result result = std::apply(function, traced);
            std::vector<Tensor> tensors = flatten_tree(result);
            for_each_tensor(result, [](Tensor& t) { t = Tensor(); });
            constants = std::move(result);
            return tensors;
        });
    }
    Result result = *std::any_cast<Result>(&use.constants());
    auto next = use.replay().begin();
    for_each_tensor(result, [&](Tensor& t) { t = std::move(*next++); });
    return result;
}

}  // namespace shikumi
