// vmap: a function of one example becomes a function of a batch of them.
#pragma once

#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <shikumi/autograd/graph/trace.hpp>
#include <shikumi/autograd/ops/arguments.hpp>
#include <shikumi/autograd/transform/tree_arguments.hpp>

namespace shikumi {

/// The axis of an argument that is the same for every example.
inline constexpr std::nullopt_t not_mapped = std::nullopt;

/// What random numbers a mapped function draws.
enum class Randomness : std::uint8_t {
    different,  ///< other ones for each example, as if the function were called for one by one
    same,       ///< the same ones for every example
};

/// Which axes count the examples.
struct VmapOptions {
    /// Of each argument, or of all where there is one; axis 0 where there is none. A tree's axis is
    /// that of all its Tensors. Negative axes count from the end.
    std::vector<std::optional<Integer>> in_axes = {};
    /// Of each Tensor of the result, or of all where there is one; axis 0 where there is none.
    std::vector<Integer> out_axes = {};
    Randomness randomness = Randomness::different;  ///< of what the function draws
};

/// The values that each `y` would have if the tensors `x`, on which it depends, were those of each
/// example of a batch: `batches` have one axis more than their x, in front, of one size, and so
/// have the results. Throws ShapeError or DTypeError where they don't fit.
std::vector<Tensor> vmap(const std::vector<Tensor>& y, const std::vector<Tensor>& x,
                         const std::vector<Tensor>& batches);

namespace detail {

/// A function that is applied to a batch: what it gets, and its results for all examples.
class Mapping {
public:
    /// `counts` has the number of Tensors of each argument. The function is traced from now on.
    Mapping(const VmapOptions& options, const std::vector<std::size_t>& counts,
            const std::vector<Tensor>& arguments);
    /// One example's arguments.
    const std::vector<Tensor>& example() const noexcept { return example_; }
    /// The results for all examples, of what the function gave for `example`.
    std::vector<Tensor> results(const std::vector<Tensor>& of_example);

private:
    void add(const Tensor& argument, std::size_t number, std::optional<Integer> axis);
    void draw_for_each();
    int out_axis(std::size_t k, const Tensor& result) const;

    const VmapOptions& options_;
    Index size_ = -1;
    std::size_t first_mapped_ = 0;  // the number of the argument that gave the size
    std::vector<Tensor> example_, placeholders_, batches_, same_;
    std::optional<DrawLog> log_;
    std::optional<Trace> trace_;
};

}  // namespace detail

/// The function of a batch that applies f to each example: f is recorded once, on tensors of one
/// example's shape, and its operations are then applied to all examples at once, by the batching
/// rule of each. An operation without such a rule runs in a loop, which a Profile shows in a layer
/// "vmap: loop over …". The arguments are Tensors and trees of them, mapped along the axes that
/// `options` say; at least one is mapped. Every result has the axis of the examples, also where it
/// is the same for all of them.
///
///     vmap(grad(loss), {.in_axes = {not_mapped, 0, 0}})(weights, x, y);  // per-sample gradients
///
/// f may not look at values that depend on its mapped arguments, assign parameters or call
/// `backward`: StateError. Random numbers are drawn for each example from the generator's next
/// keys: with one draw in f, the numbers are those of calls one by one. Throws ShapeError where
/// arguments differ in the number of examples or lack the axis, ValueError where no argument is
/// mapped or the number of axes is wrong.
template <TransformedFunction F>
auto vmap(F f, VmapOptions options = {}) {
    auto mapped = [options = std::move(options)](F& function, auto in) {
        std::vector<std::size_t> counts;
        std::apply(
            [&](const auto&... argument) {
                (counts.push_back(flatten_tree(argument).size()), ...);
            },
            in);
        detail::Mapping mapping(options, counts, flatten_tree(in));
        detail::replace_tensors(in, mapping.example());
        auto result = std::apply(function, std::as_const(in));
        static_assert(TensorTree<decltype(result)>,
                      "a mapped function gives Tensors, and values made of them");
        detail::replace_tensors(result, mapping.results(flatten_tree(result)));
        return result;
    };
    return detail::TransformResult<F, decltype(mapped)>(std::move(f), std::move(mapped));
}

}  // namespace shikumi
