// What a program and the graph ask of the evaluator, which is implemented a floor higher.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <limits>
#include <memory>
#include <span>

#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/memory/random.hpp>

namespace shikumi {

/// A parameter and the value it is to have after an evaluation.
struct Assignment {
    Parameter parameter;  ///< what is assigned
    Tensor value;         ///< of the parameter's shape and dtype
};

/// How an evaluation is planned.
struct EvaluationOptions {
    /// Upper bound, in bytes, on intermediate values alive at once, such as activations that wait
    /// for their gradients. Leaves, results and what a kernel uses while it runs do not count.
    /// Where more would be needed, some values are not kept but computed again, with the same bits.
    /// An evaluation throws ValueError where that isn't enough.
    std::size_t memory_budget = (std::numeric_limits<std::size_t>::max)();
};

/// Computes the values of `roots`, and of every pending tensor below them that somebody holds. The
/// graph stays and can be differentiated. A failed evaluation leaves every tensor as it was. Throws
/// StateError for an empty Tensor, and what the operations throw.
void evaluate(std::span<const Tensor> roots);
/// Computes the values of a list of tensors.
inline void evaluate(std::initializer_list<Tensor> roots) {
    evaluate(std::span<const Tensor>(roots.begin(), roots.size()));
}
/// Computes the value of one tensor.
inline void evaluate(const Tensor& root) { evaluate(std::span<const Tensor>(&root, 1)); }

/// Computes `roots` and the assigned values as one graph, then gives the parameters their new
/// values: in place where nobody else holds the old one. Consumes the graph: what is held becomes a
/// leaf, and differentiating it afterwards is an error. Throws ShapeError for a value of another
/// shape or dtype, ValueError for a parameter that is assigned twice or a budget that is too small.
void evaluate(std::span<const Tensor> roots, std::span<const Assignment> assignments,
              const EvaluationOptions& options = {});

namespace detail {

/// Evaluates `t` for a caller that reads its value. Throws StateError inside a captured function
/// where the value depends on the call.
void require_value(const Tensor& t);

/// Computes a pending node that another thread has recorded, unless a third one has done so. Throws
/// what its operations throw.
void evaluate_foreign(const Node& node);

/// Evaluates a value that is made once, such as a weight's first one: inside a captured function
/// its random numbers are not drawn again by replays.
void evaluate_once(const Tensor& t);

/// Evaluates the parts of `root`'s pending graph that nobody can differentiate any more, because
/// nothing that they depend on is held, and drops their inputs. Called for a freshly recorded node
/// whose pending graph has outgrown a bound.
void fold_pending(const Tensor& root);

/// True while this thread records a function for `capture`. Its arguments have no values then, what
/// depends on them stays pending, and assignments are recorded instead of made.
bool capturing() noexcept;
/// Tells the capture under way, if there is one, to draw `key` from `rng` at each replay, and all
/// logs of draws.
void redraw(const Tensor& key, Generator& rng);
/// The same for a generator that may be gone.
void redraw(const Tensor& key, const std::shared_ptr<RandomKey>& generator);

}  // namespace detail

}  // namespace shikumi
