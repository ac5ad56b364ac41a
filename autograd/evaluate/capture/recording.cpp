#include <shikumi/autograd/evaluate/capture/recording.hpp>

#include <algorithm>
#include <iterator>

namespace shikumi::detail {

Recording record_call(std::span<const Node* const> arguments,
                      const std::function<std::vector<Tensor>(std::span<const Tensor>)>& function) {
    Recording recording;
    for (const Node* argument : arguments)
        recording.arguments.push_back(argument ? pending_leaf(argument->spec) : Tensor());
    const CaptureContext context;
    recording.results = function(recording.arguments);
    recording.assignments = context.assignments();
    recording.draws.assign(context.draws().begin(), context.draws().end());
    return recording;
}

PendingGraph graph_of(const Recording& recording) {
    std::vector<Tensor> results;
    std::copy_if(recording.results.begin(), recording.results.end(), std::back_inserter(results),
                 [](const Tensor& t) { return t.defined(); });
    return {results, recording.assignments};
}

}  // namespace shikumi::detail
