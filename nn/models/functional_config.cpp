// Keras's form of a graph. Each layer stands in it once, with a node for each of its calls, which
// says on which tensors: output number k of node number n of a layer.
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

// Whether Keras calls layers of that class on tensors one by one, not on a list of them.
bool takes_separate_tensors(const Layer& layer) {
    const std::string name = layer.class_name();
    return name == "MultiHeadAttention" || name == "GroupQueryAttention";
}

// A layer of which only the first output is used is called on a single tensor in Keras.
Config node_of(const Call& call, const Nodes& nodes, bool later_outputs_used) {
    Config::List tensors;
    for (const SymbolicTensor& input : call.inputs) tensors.push_back(reference_to(input, nodes));
    const bool one_by_one = tensors.size() > 1 ? takes_separate_tensors(*call.layer.layer)
                                               : !call.on_list || later_outputs_used;
    return {{"args", one_by_one ? tensors : Config::List{Config(tensors)}},
            {"kwargs", Config::Object{}}};
}

// The calls of which other outputs than the first are used.
std::set<const Call*> with_later_outputs(const std::vector<CallPointer>& calls,
                                         const std::vector<SymbolicTensor>& outputs) {
    std::set<const Call*> used;
    const auto note = [&](const SymbolicTensor& tensor) {
        if (tensor.output() > 0) used.insert(tensor.call().get());
    };
    for (const CallPointer& call : calls) std::ranges::for_each(call->inputs, note);
    std::ranges::for_each(outputs, note);
    return used;
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
    bool on_list = false;
    std::vector<SymbolicTensor> outputs = {};
    std::size_t waiting_for = 0;  // nodes that must come first
};

struct Entry {
    SharedLayer layer;
    std::vector<Node> nodes = {};
    std::size_t first = 0;  // number of the first node
};

// Whether a layer is a model that begins with an Input.
bool begins_with_input(const Config& layer) {
    const Config* const config = layer.find("config");
    const Config* const layers = config ? config->find("layers") : nullptr;
    if (!layers || !layers->list() || layers->list()->empty()) return false;
    const Config* const first = layers->list()->front().find("class_name");
    return first && *first == "InputLayer";
}

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

// The tensors in the arguments of a call in Keras 3's form.
void add_tensors(const Config& argument, const std::string& reading, Node& node, bool in_list) {
    if (const Config::List* const list = argument.list()) {
        for (const Config& one : *list) add_tensors(one, reading, node, true);
        return;
    }
    if (is_off(argument)) return;
    const Config* const config = argument.find("config");
    const Config* const history = config ? config->find("keras_history") : nullptr;
    if (!history) fail<ValueError>(reading, "takes tensors, got ", argument.description());
    node.inputs.push_back(reference_in(*history, reading));
    node.on_list |= in_list;
}

Node keras3_node(const Config& config, const std::string& reading) {
    Node node;
    ConfigReader call(reading, config);
    for (const Config& one : call.get<std::vector<Config>>("args"))
        add_tensors(one, reading, node, false);
    const Config keywords = call.get_or("kwargs", Config(Config::Object{}));
    ConfigReader named(reading, keywords);
    // In the order in which layers here take them.
    for (const char* const name : {"query", "value", "key", "initial_state", "attention_mask"})
        add_tensors(named.get_or(name, Config()), sentence(reading, ": ", name), node, false);
    Node masks;  // where there are none, they are listed all the same
    add_tensors(named.get_or("mask", Config()), reading, masks, false);
    if (!masks.inputs.empty()) fail<ValueError>(reading, "takes no tensor as its mask");
    named.refuse_unread();
    return node;
}

// A list of [layer, node, output, arguments], or a single such entry.
Node keras2_node(const Config::List& list, const std::string& reading) {
    if (!list.empty() && list.front().text()) return keras2_node({Config(list)}, reading);
    Node node;
    for (const Config& one : list) {
        node.inputs.push_back(reference_in(one, reading));
        if (one.list()->size() < 4) continue;
        ConfigReader(reading, one.list()->at(3)).refuse_unread();
    }
    return node;
}

// The layers of a graph that is being read, with their calls.
class Graph {
public:
    Graph(const std::string& name, const std::vector<Config>& layers, LayerMaker make)
        : name_(name) {
        for (const Config& layer : layers) add(layer, make);
        for (const auto& [layer, entry] : entries_) {
            for (const Node& node : entry.nodes) note_later_outputs(node.inputs);
        }
    }
    // A layer is called on a list for the sake of its later outputs.
    void note_later_outputs(const std::vector<Reference>& used) {
        for (const Reference& one : used) {
            if (one.output > 0) node_of(one).on_list = true;
        }
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
            // To Keras 2, such a model has a node before these: that of its own Input.
            const bool keras2 = !nodes->list()->empty() && nodes->list()->front().list();
            if (keras2 && begins_with_input(config)) entry.first = 1;
            for (const Config& node : *nodes->list())
                entry.nodes.push_back(node.list() ? keras2_node(*node.list(), reading)
                                                  : keras3_node(node, reading));
        }
        if (!entries_.emplace(name, std::move(entry)).second)
            fail<ValueError>(name_, "two layers are called '", name, "'");
    }
    Node& node_of(const Reference& reference) {
        const auto entry = entries_.find(reference.layer);
        if (entry == entries_.end())
            fail<ValueError>(name_, "there is no layer '", reference.layer, "'");
        const std::size_t first = entry->second.first;
        if (reference.node < first || reference.node - first >= entry->second.nodes.size())
            fail<ValueError>(name_, "'", reference.layer, "' has ", entry->second.nodes.size(),
                             " nodes, there is none of number ", reference.node);
        return entry->second.nodes[reference.node - first];
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
        node.outputs = node.on_list ? connect_all(entry.layer, inputs)
                                    : std::vector{nn::connect(entry.layer, inputs)};
    }

    const std::string& name_;
    std::map<std::string, Entry> entries_;
};

}  // namespace

Config Functional::get_config() const {
    const Nodes nodes = numbered(calls_);
    const std::set<const Call*> used = with_later_outputs(calls_, outputs_);
    std::map<std::string, const Layer*> names;
    std::map<const Layer*, Config::List> calls_of;
    std::vector<std::pair<const Call*, Config>> firsts;
    for (const CallPointer& call : calls_) {
        const Layer* const layer = call->layer.layer.get();
        const bool first = nodes.at(call.get()) == 0;
        if (first && !names.emplace(call->name(), layer).second)
            fail<ValueError>(name_, "two layers are called '", call->name(),
                             "': in a file their names must differ");
        if (layer) calls_of[layer].push_back(node_of(*call, nodes, used.contains(call.get())));
        if (!first) continue;
        const Spec& spec = call->outputs.front();
        firsts.emplace_back(call.get(),
                            layer ? to_config(*layer)
                                  : to_config(Input(without_batch(spec.shape),
                                                    {.dtype = spec.dtype, .name = call->name()})));
    }
    Config::List layers, inputs, outputs;
    for (auto& [call, layer] : firsts) {
        layer.set("name", call->name());
        layer.set("inbound_nodes", calls_of[call->layer.layer.get()]);
        layers.push_back(std::move(layer));
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
    graph.note_later_outputs(outputs.list);
    graph.connect();
    return Functional(graph.tensors(inputs), graph.tensors(outputs), name);
}

}  // namespace shikumi::nn
