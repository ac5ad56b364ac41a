// A graph in Keras 3's form. Each layer stands in it once, with a node for each of its calls, which
// says on which tensors: output number k of node number n of a layer. Layers stand in Keras's
// order, in which its files number their weights.
#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/detail/batch_shape.hpp>
#include <shikumi/nn/input.hpp>
#include <shikumi/nn/models/functional.hpp>

namespace shikumi::nn {

namespace {

using Call = SymbolicTensor::Call;
using CallPointer = std::shared_ptr<const Call>;

// ---- writing ------------------------------------------------------------------------------------

// Which node of its layer each call is.
using Nodes = std::map<const Call*, Index>;

Nodes numbered(const std::vector<CallPointer>& calls) {
    std::map<const Layer*, Index> counts;
    Nodes nodes;
    for (const CallPointer& call : calls) {
        const Layer* const layer = call->layer.layer.get();
        nodes[call.get()] = layer ? counts[layer]++ : 0;
    }
    return nodes;
}

Config history_of(const SymbolicTensor& tensor, const Nodes& nodes) {
    return Config::List{tensor.call()->name(), nodes.at(tensor.call().get()), tensor.output()};
}

Config reference_to(const SymbolicTensor& tensor, const Nodes& nodes) {
    return {{"class_name", "__keras_tensor__"},
            {"config",
             {{"shape", detail::batch_shape_config(tensor.spec().shape)},
              {"dtype", to_config(tensor.spec().dtype)},
              {"keras_history", history_of(tensor, nodes)}}}};
}

Config node_of(const Call& call, const Nodes& nodes) {
    Config::List tensors;
    for (const SymbolicTensor& input : call.inputs) tensors.push_back(reference_to(input, nodes));
    return {{"args", tensors.size() == 1 ? tensors : Config::List{Config(tensors)}},
            {"kwargs", Config::Object{}}};
}

// ---- reading ------------------------------------------------------------------------------------

// Output number `output` of node number `node` of the layer of that name.
struct Reference {
    std::string layer;
    std::size_t node, output;
};

// Several, which may have names.
struct References {
    std::vector<Reference> list = {};
    std::vector<std::string> names = {};
};

struct Node {
    std::vector<Reference> inputs = {};
    std::vector<SymbolicTensor> outputs = {};
    std::size_t waiting_for = 0;  // nodes that must come first
};

struct Entry {
    SharedLayer layer;
    std::vector<Node> nodes = {};
};

Reference reference_in(const Config& config, const std::string& reading) {
    const Config::List* const parts = config.list();
    if (!parts || parts->size() < 3 || !(*parts)[0].text() || !(*parts)[1].integer() ||
        !(*parts)[2].integer() || *(*parts)[1].integer() < 0 || *(*parts)[2].integer() < 0)
        fail<ValueError>(reading, "wants [layer, node, output], got ", config.description());
    return {*(*parts)[0].text(), static_cast<std::size_t>(*(*parts)[1].integer()),
            static_cast<std::size_t>(*(*parts)[2].integer())};
}

// One, several, or several by names: what "input_layers" and "output_layers" say.
References references_in(const Config& config, const std::string& reading) {
    References all;
    if (const Config::Object* const named = config.object()) {
        for (const auto& [name, one] : *named) {
            all.names.push_back(name);
            all.list.push_back(reference_in(one, reading));
        }
    } else if (config.list() && (config.list()->empty() || !config.list()->front().text())) {
        for (const Config& one : *config.list()) all.list.push_back(reference_in(one, reading));
    } else {
        all.list.push_back(reference_in(config, reading));
    }
    return all;
}

bool is_off(const Config& value) { return value.is_null() || value == false; }

// The tensors in the arguments of a call.
void add_tensors(const Config& argument, const std::string& reading, Node& node) {
    if (const Config::List* const list = argument.list()) {
        for (const Config& one : *list) add_tensors(one, reading, node);
        return;
    }
    if (is_off(argument)) return;
    const Config* const config = argument.find("config");
    const Config* const history = config ? config->find("keras_history") : nullptr;
    if (!history) fail<ValueError>(reading, "takes tensors, got ", argument.description());
    node.inputs.push_back(reference_in(*history, reading));
}

Node node_in(const Config& config, const std::string& reading) {
    Node node;
    ConfigReader call(reading, config);
    for (const Config& one : call.get<std::vector<Config>>("args")) add_tensors(one, reading, node);
    const Config keywords = call.get_or("kwargs", Config(Config::Object{}));
    ConfigReader(reading, keywords).refuse_unread();
    return node;
}

// The layers of a graph that is being read, with their calls.
class Graph {
public:
    Graph(const std::string& name, const std::vector<Config>& layers, LayerMaker make)
        : name_(name) {
        for (const Config& layer : layers) add(layer, make);
    }
    // Calls all layers, each call after those that it depends on.
    void connect() {
        std::map<const Node*, std::vector<std::pair<Entry*, Node*>>> waiting;
        std::deque<std::pair<Entry*, Node*>> ready;
        std::size_t left = 0;
        for (auto& [name, entry] : entries_) {
            for (Node& node : entry.nodes) {
                if (!node.outputs.empty()) continue;  // of an Input
                ++left;
                for (const Reference& input : node.inputs) {
                    const Node& before = node_of(input);
                    if (!before.outputs.empty()) continue;
                    ++node.waiting_for;
                    waiting[&before].emplace_back(&entry, &node);
                }
                if (node.waiting_for == 0) ready.emplace_back(&entry, &node);
            }
        }
        for (; !ready.empty(); ready.pop_front(), --left) {
            const auto [entry, node] = ready.front();
            call(*entry, *node);
            for (const auto& [its_entry, next] : waiting[node]) {
                if (--next->waiting_for == 0) ready.emplace_back(its_entry, next);
            }
        }
        if (left > 0)
            fail<ValueError>(name_, left, " calls of layers wait for each other in a circle");
    }
    // The tensors, once all layers have been called.
    SymbolicTensors tensors(const References& references) {
        std::vector<SymbolicTensor> list;
        for (const Reference& one : references.list) list.push_back(tensor(one));
        return SymbolicTensors(std::move(list), references.names);
    }

private:
    void add(const Config& config, LayerMaker make) {
        Entry entry{make(config)};
        const std::string& name = entry.layer.layer->name();
        if (const auto* const input = dynamic_cast<const Input*>(entry.layer.layer.get())) {
            entry.nodes.push_back({.outputs = {static_cast<const SymbolicTensor&>(*input)}});
        } else {
            const std::string reading = sentence(name_, ": the call of '", name, "'");
            const Config* const nodes = config.find("inbound_nodes");
            if (!nodes || !nodes->list())
                fail<ValueError>(name_, "'", name, "' has no list of inbound_nodes");
            for (const Config& node : *nodes->list()) entry.nodes.push_back(node_in(node, reading));
        }
        if (!entries_.emplace(name, std::move(entry)).second)
            fail<ValueError>(name_, "two layers are called '", name, "'");
    }
    Node& node_of(const Reference& reference) {
        const auto entry = entries_.find(reference.layer);
        if (entry == entries_.end())
            fail<ValueError>(name_, "there is no layer '", reference.layer, "'");
        if (reference.node >= entry->second.nodes.size())
            fail<ValueError>(name_, "'", reference.layer, "' has ", entry->second.nodes.size(),
                             " nodes, there is none of number ", reference.node);
        return entry->second.nodes[reference.node];
    }
    const SymbolicTensor& tensor(const Reference& reference) {
        const Node& node = node_of(reference);
        if (reference.output >= node.outputs.size())
            fail<ValueError>(name_, "'", reference.layer, "' has ", node.outputs.size(),
                             " outputs, there is none of number ", reference.output);
        return node.outputs[reference.output];
    }
    void call(const Entry& entry, Node& node) {
        std::vector<SymbolicTensor> inputs;
        for (const Reference& input : node.inputs) inputs.push_back(tensor(input));
        node.outputs = connect_all(entry.layer, inputs);
    }

    const std::string& name_;
    std::map<std::string, Entry> entries_;
};

}  // namespace

Config Functional::get_config() const {
    const Nodes nodes = numbered(calls_);
    std::set<std::string> names;
    std::map<const Layer*, Config::List> calls_of;
    for (const CallPointer& call : calls_) {
        const Layer* const layer = call->layer.layer.get();
        if (nodes.at(call.get()) == 0 && !names.insert(call->name()).second)
            fail<ValueError>(name_, "two layers are called '", call->name(),
                             "': in a file their names must differ");
        if (layer) calls_of[layer].push_back(node_of(*call, nodes));
    }
    Config::List layers, inputs, outputs;
    for (const Call* const call : by_depth()) {
        const Layer* const layer = call->layer.layer.get();
        Config::List calls = std::exchange(calls_of[layer], {});
        if (layer && calls.empty()) continue;  // written with its first call
        const Spec& spec = call->outputs.front();
        Config entry = layer ? to_config(*layer)
                             : to_config(Input(without_batch(spec.shape),
                                               {.dtype = spec.dtype, .name = call->name()}));
        entry.set("name", call->name());
        entry.set("inbound_nodes", std::move(calls));
        layers.push_back(std::move(entry));
    }
    for (const SymbolicTensor& input : inputs_) inputs.push_back(history_of(input, nodes));
    Config named = Config::Object{};
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
        outputs.push_back(history_of(outputs_[i], nodes));
        if (!output_names_.empty()) named.set(output_names_[i], outputs.back());
    }
    return {{"layers", layers},
            {"input_layers", inputs},
            {"output_layers", output_names_.empty() ? Config(outputs) : named}};
}

Functional Functional::from_config(ConfigReader& config, LayerMaker make) {
    const std::string name = config.get_or("name", std::string("functional"));
    Graph graph(name, config.get<std::vector<Config>>("layers"), make);
    const auto references = [&](const char* field) {
        return references_in(config.get<Config>(field), sentence(config.owner(), ": ", field));
    };
    const References inputs = references("input_layers"), outputs = references("output_layers");
    graph.connect();
    return Functional(graph.tensors(inputs), graph.tensors(outputs), name);
}

}  // namespace shikumi::nn
