#include <shikumi/nn/models/functional.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/detail/placeholder.hpp>
#include <shikumi/nn/models/model.hpp>

namespace shikumi::nn {

namespace {

using Call = SymbolicTensor::Call;
using CallPointer = std::shared_ptr<const Call>;

bool is_input(const Call& call) { return !call.layer.layer; }

// The calls that outputs depend on.
struct Walk {
    std::vector<CallPointer> calls = {};  // each after those that it depends on itself
    std::map<const Call*, std::size_t> met =
        {};  // as which they are met on the way from the outputs
};

Walk walk_from(const std::vector<SymbolicTensor>& outputs) {
    struct Visit {
        CallPointer call;
        std::size_t next = 0;
    };
    Walk walk;
    const auto is_new = [&](const CallPointer& call) {
        return walk.met.emplace(call.get(), walk.met.size()).second;
    };
    for (const SymbolicTensor& output : outputs) {
        std::vector<Visit> open;
        if (is_new(output.call())) open.push_back({output.call()});
        while (!open.empty()) {
            Visit& visit = open.back();
            if (visit.next == visit.call->inputs.size()) {
                walk.calls.push_back(visit.call);
                open.pop_back();
                continue;
            }
            const CallPointer& input = visit.call->inputs[visit.next++].call();
            if (is_new(input)) open.push_back({input});
        }
    }
    return walk;
}

// What each call has given so far.
template <class T>
class Results {
public:
    std::vector<T>& of(const Call& call) { return results_[&call]; }
    const T& at(const SymbolicTensor& symbol) const {
        return results_.at(symbol.call().get())[symbol.output()];
    }
    std::vector<T> at(const std::vector<SymbolicTensor>& symbols) const {
        std::vector<T> all;
        for (const SymbolicTensor& symbol : symbols) all.push_back(at(symbol));
        return all;
    }

private:
    std::map<const Call*, std::vector<T>> results_;
};

}  // namespace

Functional::Functional(const SymbolicTensors& inputs, const SymbolicTensors& outputs,
                       std::string name)
    : name_(std::move(name)),
      inputs_(inputs.list()),
      outputs_(outputs.list()),
      output_names_(outputs.names()),
      calls_(walk_from(outputs_).calls) {
    check_inputs();
}

void Functional::check_inputs() const {
    if (inputs_.empty() || outputs_.empty())
        fail<ValueError>(name_, "wants at least one input and one output");
    for (const SymbolicTensor& input : inputs_) {
        const CallPointer& call = input.call();
        if (!is_input(*call))
            fail<ValueError>(name_, "'", call->name(), "' is not an Input: a model's inputs are");
        if (std::count(inputs_.begin(), inputs_.end(), input) > 1)
            fail<ValueError>(name_, "the input '", call->name(), "' is listed twice");
        if (std::find(calls_.begin(), calls_.end(), call) == calls_.end())
            fail<ValueError>(name_, "the input '", call->name(),
                             "' is disconnected: no output depends on it");
    }
    for (const CallPointer& call : calls_) {
        const auto listed = std::find(inputs_.begin(), inputs_.end(), SymbolicTensor(call, 0));
        if (is_input(*call) && listed == inputs_.end())
            fail<ValueError>(name_, "an output depends on the input '", call->name(),
                             "', which is not among the model's inputs");
    }
}

std::vector<Layer*> Functional::layers() const {
    std::vector<Layer*> all;
    for (const Call* call : by_depth()) {
        if (!is_input(*call)) all.push_back(call->layer.layer.get());
    }
    return all;
}

std::vector<Spec> Functional::inputs() const {
    std::vector<Spec> specs;
    for (const SymbolicTensor& input : inputs_) specs.push_back(input.spec());
    return specs;
}

std::vector<std::string> Functional::input_names() const {
    std::vector<std::string> names;
    for (const SymbolicTensor& input : inputs_) names.push_back(input.call()->name());
    return names;
}

std::vector<std::string> Functional::output_names() const {
    if (!output_names_.empty()) return output_names_;
    std::vector<std::string> names;
    for (const SymbolicTensor& output : outputs_) {
        const std::string& layer = output.call()->name();
        std::string unique = layer;
        for (int k = 1; std::find(names.begin(), names.end(), unique) != names.end(); ++k)
            unique = layer + '_' + std::to_string(k);
        names.push_back(std::move(unique));
    }
    return names;
}

void Functional::check_inputs(const std::vector<Tensor>& given) const {
    if (given.size() != inputs_.size())
        fail<ShapeError>(name_, "takes ", inputs_.size(), " inputs, got ", given.size());
    for (std::size_t i = 0; i < given.size(); ++i) {
        const Spec& wanted = inputs_[i].spec();
        const Tensor& x = given[i];
        if (x.rank() == 0 || x.shape().with_front(detail::some_batch) != wanted.shape)
            fail<ShapeError>(name_, "the input '", inputs_[i].call()->name(), "' takes ",
                             without_batch(wanted.shape), " a sample, got ", x.shape());
        if (x.dtype() != wanted.dtype)
            fail<DTypeError>(name_, "the input '", inputs_[i].call()->name(), "' takes ",
                             wanted.dtype, ", got ", x.spec());
    }
}

std::vector<Tensor> Functional::call(const std::vector<Tensor>& inputs, Mode mode) const {
    check_inputs(inputs);
    Results<Tensor> results;
    for (std::size_t i = 0; i < inputs.size(); ++i) results.of(*inputs_[i].call()) = {inputs[i]};
    for (const CallPointer& call : calls_) {
        if (is_input(*call)) continue;
        Layer& layer = *call->layer.layer;
        const std::vector<Tensor> x = results.at(call->inputs);
        results.of(*call) =
            call->on_list ? layer(x, mode) : std::vector<Tensor>{layer(x.front(), mode)};
        if (const std::size_t count = results.of(*call).size(); count != call->outputs.size())
            fail<ShapeError>(layer.name(), "gave ", count, " outputs, and ", call->outputs.size(),
                             " when it was connected");
    }
    return results.at(outputs_);
}

bool Functional::is_chain() const {
    std::set<const Layer*> called;
    for (std::size_t i = 0; i < calls_.size(); ++i) {
        const Call& call = *calls_[i];
        if (is_input(call) != (i == 0) || call.inputs.size() > 1) return false;
        if (i > 0 && call.inputs.front().call() != calls_[i - 1]) return false;
        if (i > 0 && !called.insert(call.layer.layer.get()).second) return false;
    }
    return true;
}

std::vector<LayerSummary> Functional::describe() const {
    std::map<const Layer*, std::vector<const Call*>> calls_of;
    for (const CallPointer& call : calls_) calls_of[call->layer.layer.get()].push_back(call.get());
    // "dense[1][0]": output 0 of the layer's second call.
    const auto connection = [&](const SymbolicTensor& symbol) {
        const Call* const call = symbol.call().get();
        const std::vector<const Call*>& calls = calls_of[call->layer.layer.get()];
        const auto number =
            is_input(*call) ? 0 : std::find(calls.begin(), calls.end(), call) - calls.begin();
        return sentence(call->name(), "[", number, "][", symbol.output(), "]");
    };
    std::vector<LayerSummary> all;
    for (const Call* call : by_depth()) {
        std::vector<Shape> shapes;
        for (const Spec& output : call->outputs) shapes.push_back(without_batch(output.shape));
        if (is_input(*call)) {
            all.push_back({call->name(), "InputLayer", shapes.front(), 0});
            continue;
        }
        const Layer& layer = *call->layer.layer;
        if (calls_of[&layer].front() != call) continue;
        LayerSummary row = Model::describe_layer(layer, shapes);
        for (const Call* use : calls_of[&layer]) {
            for (const SymbolicTensor& input : use->inputs)
                row.connected.push_back(connection(input));
        }
        all.push_back(std::move(row));
    }
    return all;
}

// The calls in the order that Keras gives their layers: first those that are furthest from the
// outputs, and of these the one that is met first on the way from the outputs. Calls of one layer
// stay together, at the place of the furthest one.
std::vector<const SymbolicTensor::Call*> Functional::by_depth() const {
    struct Place {
        int depth = 0;
        std::size_t met;
    };
    const Walk walk = walk_from(outputs_);
    std::map<const void*, Place> places;  // by layer or input
    const auto place_of = [&](const Call& call) -> Place& {
        const void* const owner = is_input(call) ? static_cast<const void*>(&call)
                                                 : static_cast<const void*>(call.layer.layer.get());
        Place& place = places.try_emplace(owner, Place{0, walk.met.at(&call)}).first->second;
        place.met = std::min(place.met, walk.met.at(&call));
        return place;
    };
    std::map<const Call*, int> depths;
    for (auto call = walk.calls.rbegin(); call != walk.calls.rend(); ++call) {
        Place& place = place_of(**call);
        place.depth = std::max(place.depth, depths[call->get()]);
        for (const SymbolicTensor& input : (*call)->inputs) {
            int& before = depths[input.call().get()];
            before = std::max(before, place.depth + 1);
        }
    }
    std::vector<const Call*> ordered;
    for (const CallPointer& call : walk.calls) ordered.push_back(call.get());
    std::stable_sort(ordered.begin(), ordered.end(), [&](const Call* a, const Call* b) {
        const Place &x = place_of(*a), &y = place_of(*b);
        return x.depth != y.depth ? x.depth > y.depth : x.met < y.met;
    });
    return ordered;
}

Functional Functional::clone() const {
    std::map<const Layer*, SharedLayer> copies;
    Results<SymbolicTensor> results;
    for (const CallPointer& call : calls_) {
        if (is_input(*call)) {
            const Spec& spec = call->outputs.front();
            results.of(*call) = {
                symbolic_input({without_batch(spec.shape), spec.dtype}, call->name())};
            continue;
        }
        SharedLayer& copy = copies[call->layer.layer.get()];
        if (!copy.layer) copy = call->layer.clone();
        const std::vector<SymbolicTensor> inputs = results.at(call->inputs);
        results.of(*call) = call->on_list ? connect_all(copy, inputs)
                                          : std::vector<SymbolicTensor>{connect(copy, inputs)};
    }
    Functional copy(results.at(inputs_), results.at(outputs_), name_);
    copy.output_names_ = output_names_;
    return copy;
}

}  // namespace shikumi::nn
