#include <shikumi/autograd/graph/trace.hpp>
#include <shikumi/autograd/transform/detail/batched_graph.hpp>
#include <shikumi/autograd/transform/detail/batched_rule.hpp>

namespace shikumi::detail {

namespace {

Tensor example_of(const Tensor& batch) {
    Shape::Sizes sizes;
    for (int i = 1; i < batch.rank(); ++i) sizes.push_back(batch.shape()[i]);
    return pending_leaf({Shape(sizes), batch.dtype()});
}

}  // namespace

std::vector<Tensor> batched_rule(
    const std::vector<std::vector<Tensor>>& lists,
    const std::function<std::vector<Tensor>(const std::vector<std::vector<Tensor>>&)>& rule) {
    std::vector<std::vector<Tensor>> examples;
    std::vector<Replacement> replacements;
    Index size = 0;
    for (const std::vector<Tensor>& list : lists) {
        std::vector<Tensor>& example = examples.emplace_back();
        for (const Tensor& batch : list) {
            example.push_back(batch.defined() ? example_of(batch) : Tensor());
            if (!batch.defined()) continue;
            replacements.push_back({example.back(), batch});
            size = batch.shape()[0];
        }
    }
    std::vector<Tensor> results, defined;
    {
        const Trace trace("vmap");
        results = rule(examples);
    }
    for (const Tensor& t : results) {
        if (t.defined()) defined.push_back(t);
    }
    const std::vector<Tensor> found = batched(size, defined, replacements);
    auto next = found.begin();
    for (Tensor& t : results) {
        if (t.defined()) t = *next++;
    }
    return results;
}

}  // namespace shikumi::detail
