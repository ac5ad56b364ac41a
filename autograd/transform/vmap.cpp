#include <shikumi/autograd/transform/vmap.hpp>

#include <algorithm>
#include <atomic>
#include <bit>
#include <numeric>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/ops/detail/axes.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/detail/batched_graph.hpp>

namespace shikumi {

using namespace detail;

namespace {

constexpr std::string_view vmap_name = "vmap";

Tensor with_axis_moved(const Tensor& x, int from, int to) {
    std::vector<int> order(static_cast<std::size_t>(x.rank()));
    std::iota(order.begin(), order.end(), 0);
    order.erase(order.begin() + from);
    order.insert(order.begin() + to, from);
    return transpose(x, order);
}

Shape without_front(const Shape& shape) {
    Shape::Sizes sizes;
    for (int i = 1; i < shape.rank(); ++i) sizes.push_back(shape[i]);
    return Shape(sizes);
}

// The key that a generator gives next, as a leaf that is drawn again where `draw`'s is.
Tensor next_key(const RandomDraw& draw) {
    const Array words({Shape{2}, i64});
    auto* const word = static_cast<std::int64_t*>(words.raw());
    word[0] = std::bit_cast<std::int64_t>(draw.generator->seed);
    word[1] = std::bit_cast<std::int64_t>(
        std::atomic_ref(draw.generator->stream).fetch_add(1, std::memory_order_relaxed));
    const Tensor key(words);
    redraw(key, draw.generator);
    return key;
}

}  // namespace

std::vector<Tensor> vmap(const std::vector<Tensor>& y, const std::vector<Tensor>& x,
                         const std::vector<Tensor>& batches) {
    if (x.empty() || batches.size() != x.size())
        fail<ValueError>(vmap_name, "wants one batch for each of at least one tensor, got ",
                         batches.size(), " for ", x.size());
    const Index size = batches[0].rank() > 0 ? batches[0].shape()[0] : 0;
    for (std::size_t k = 0; k < x.size(); ++k) {
        const Spec wanted{with_front_axis(size, x[k].shape()), x[k].dtype()};
        if (batches[k].dtype() != wanted.dtype)
            fail<DTypeError>(vmap_name, "wants a batch ", wanted, ", got ", batches[k].spec());
        if (batches[k].spec() != wanted)
            fail<ShapeError>(vmap_name, "wants a batch ", wanted, ", got ", batches[k].spec());
    }
    return batched(size, y, replacements_of(x, batches));
}

detail::Mapping::Mapping(const VmapOptions& options, const std::vector<std::size_t>& counts,
                         const std::vector<Tensor>& arguments)
    : options_(options) {
    const auto& axes = options.in_axes;
    if (axes.size() > 1 && axes.size() != counts.size())
        fail<ValueError>(vmap_name, "got ", axes.size(), " axes for ", counts.size(), " arguments");
    auto argument = arguments.begin();
    for (std::size_t number = 0; number < counts.size(); ++number) {
        const std::optional<Integer> axis = axes.empty()       ? Integer(0)
                                            : axes.size() == 1 ? axes[0]
                                                               : axes[number];
        for (std::size_t k = 0; k < counts[number]; ++k) add(*argument++, number, axis);
    }
    if (placeholders_.empty()) fail<ValueError>(vmap_name, "no argument is mapped");
    log_.emplace();
    trace_.emplace(vmap_name);
}

void detail::Mapping::add(const Tensor& argument, std::size_t number, std::optional<Integer> axis) {
    if (!argument.defined() || !axis) {
        example_.push_back(argument);
        if (argument.defined()) same_.push_back(argument);
        return;
    }
    if (argument.rank() == 0)
        fail<ShapeError>(vmap_name, "argument ", number,
                         " is a scalar without an axis of examples");
    const int at = normalize_axis(vmap_name, *axis, argument.rank());
    const Index size = argument.shape()[at];
    if (size_ < 0) {
        size_ = size;
        first_mapped_ = number;
    }
    if (size != size_)
        fail<ShapeError>(vmap_name, "argument ", number, ", ", argument.spec(), ", has ", size,
                         " examples along axis ", at, ", argument ", first_mapped_, " has ", size_);
    batches_.push_back(with_axis_moved(argument, at, 0));
    placeholders_.push_back(
        pending_leaf({without_front(batches_.back().shape()), argument.dtype()}));
    example_.push_back(placeholders_.back());
}

// The first example gets the keys that the function has drawn, the others the next ones. What a
// generator gives that lived inside the function alone stays the same, as in calls one by one.
void detail::Mapping::draw_for_each() {
    const std::vector<RandomDraw> draws = log_->take();
    log_.reset();
    if (options_.randomness == Randomness::same || size_ == 0) return;
    for (const RandomDraw& draw : draws) {
        const auto own = std::ranges::count_if(
            draws, [&](const RandomDraw& other) { return other.generator == draw.generator; });
        if (draw.generator.use_count() == own) continue;
        std::vector<Tensor> keys{draw.key};
        while (static_cast<Index>(keys.size()) < size_) keys.push_back(next_key(draw));
        placeholders_.push_back(draw.key);
        batches_.push_back(stack(keys));
    }
}

std::vector<Tensor> detail::Mapping::results(const std::vector<Tensor>& of_example) {
    trace_.reset();
    for (const Tensor& t : of_example) {
        if (!t.defined()) fail<StateError>(vmap_name, "the function gave an empty Tensor");
    }
    if (options_.out_axes.size() > 1 && options_.out_axes.size() != of_example.size())
        fail<ValueError>(vmap_name, "got ", options_.out_axes.size(), " axes for ",
                         of_example.size(), " results");
    draw_for_each();
    std::vector<Tensor> found =
        batched(size_, of_example, replacements_of(placeholders_, batches_), same_);
    for (std::size_t k = 0; k < found.size(); ++k)
        found[k] = with_axis_moved(found[k], 0, out_axis(k, found[k]));
    return found;
}

int detail::Mapping::out_axis(std::size_t k, const Tensor& result) const {
    const auto& axes = options_.out_axes;
    if (axes.empty()) return 0;
    return normalize_axis(vmap_name, axes.size() == 1 ? axes[0] : axes[k], result.rank());
}

}  // namespace shikumi
