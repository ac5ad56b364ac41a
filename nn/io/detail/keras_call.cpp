#include <shikumi/nn/io/detail/keras_call.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::nn::detail {

namespace {

// What Keras 2 writes in the place of a layer's name where an argument is no tensor.
constexpr std::string_view constant = "_CONSTANT_VALUE";

bool is_off(const Config& value) { return value.is_null() || value == false; }

bool is_history(const Config& value) {
    const Config::List* const parts = value.list();
    return parts && parts->size() >= 3 && (*parts)[0].text() && (*parts)[1].integer();
}

// A tensor, or tensors in lists, in the form [layer, node, output].
Config keras2_value(const Config& value) {
    if (!value.list()) return value;
    if (is_history(value)) {
        const Config::List& parts = *value.list();
        if (*parts[0].text() == constant) return parts[2];
        return tensor_config(*parts[0].text(), parts[1], parts[2]);
    }
    Config::List all;
    for (const Config& one : *value.list()) all.push_back(keras2_value(one));
    return all;
}

KerasArguments keras2_arguments(const Config& node, const std::string& who) {
    KerasArguments all;
    const Config::List entries = is_history(node) ? Config::List{node} : *node.list();
    Config::List inputs;
    for (const Config& entry : entries) {
        if (!is_history(entry))
            fail<ValueError>(who, "wants [layer, node, output], got ", entry.description());
        inputs.push_back(keras2_value(entry));
        const Config::List& parts = *entry.list();
        if (parts.size() < 4 || !parts[3].object()) continue;
        for (const auto& [name, value] : *parts[3].object())
            all.kwargs.set(name, keras2_value(value));
    }
    all.args = inputs.size() == 1 ? inputs : Config::List{Config(std::move(inputs))};
    return all;
}

// ---- reading ------------------------------------------------------------------------------------

void add_tensors(const Config& argument, const std::string& who, LayerCall& call) {
    if (const Config::List* const list = argument.list()) {
        for (const Config& one : *list) add_tensors(one, who, call);
        return;
    }
    if (is_off(argument)) return;
    if (!history_in(argument)) fail<ValueError>(who, "takes tensors, got ", argument.description());
    call.inputs.push_back(argument);
}

void check_mask(const Config& mask, const std::string& who) {
    if (!mask.is_null() && !history_in(mask))
        fail<ValueError>(who, "a mask is a tensor, got ", mask.description());
}

void set_masks(const Config& masks, const std::string& who, LayerCall& call) {
    const Config::List all = masks.list() ? *masks.list() : Config::List{masks};
    if (all.size() > call.inputs.size())
        fail<ValueError>(who, "got ", all.size(), " masks for ", call.inputs.size(), " tensors");
    for (const Config& one : all) check_mask(one, who);
    call.masks = all;
}

// Those of MultiHeadAttention, whose key is the value where it isn't given.
void set_mask(std::size_t input, const Config& mask, const std::string& who, LayerCall& call) {
    check_mask(mask, who);
    if (mask.is_null()) return;
    if (input >= call.inputs.size()) fail<ValueError>(who, "got a mask of a tensor that it hasn't");
    if (call.masks.size() <= input) call.masks.resize(input + 1);
    call.masks[input] = mask;
}

// In the order in which layers here take them.
constexpr std::array<std::string_view, 5> tensors_by_name{"query", "value", "key", "initial_state",
                                                          "attention_mask"};
constexpr std::array<std::string_view, 3> masks_by_name{"query_mask", "value_mask", "key_mask"};
constexpr std::array<std::string_view, 2> options_by_name{"use_causal_mask",
                                                          "return_attention_scores"};

bool is_one_of(std::string_view name, const auto& names) {
    return std::ranges::find(names, name) != names.end();
}

void set_by_name(const std::string& name, const Config& value, const std::string& class_name,
                 KerasLine line, const std::string& who, LayerCall& call) {
    if (is_off(value) || is_one_of(name, tensors_by_name)) return;
    if (name == "mask" && class_name == "Softmax")
        add_tensors(value, who, call);
    else if (name == "mask")
        set_masks(value, who, call);
    else if (is_one_of(name, masks_by_name))
        set_mask(static_cast<std::size_t>(std::ranges::find(masks_by_name, name) -
                                          masks_by_name.begin()),
                 value, who, call);
    else if (is_one_of(name, options_by_name))
        call.options.set(name, value);
    else if (name != "training" || line == KerasLine::keras2)  // Keras 3's fit and predict set it
        fail<ValueError>(who, "has no '", name, "' (it is ", value.description(), ")");
}

// ---- writing ------------------------------------------------------------------------------------

bool takes_initial_state(std::string_view class_name) {
    return is_one_of(class_name, std::array<std::string_view, 8>{"RNN", "LSTM", "GRU", "SimpleRNN",
                                                                 "Bidirectional", "ConvLSTM1D",
                                                                 "ConvLSTM2D", "ConvLSTM3D"});
}

bool takes_separate_tensors(std::string_view class_name) {
    return class_name == "MultiHeadAttention" || class_name == "GroupQueryAttention";
}

bool is_bool(const Config& tensor) {
    const Config* const dtype = tensor.find("config")->find("dtype");
    return dtype && *dtype == "bool";
}

// Attention here takes a query alone, and a mask of bool as its last input.
KerasArguments attention_arguments(LayerCall call, bool separate, const std::string& who) {
    KerasArguments all;
    if (call.inputs.size() > 1 && is_bool(call.inputs.back())) {
        if (!separate) fail<ValueError>(who, "Keras's layer takes no attention mask");
        all.kwargs.set("attention_mask", call.inputs.back());
        call.inputs.pop_back();
    }
    if (call.inputs.size() == 1) call.inputs.push_back(call.inputs.front());
    all.args = separate ? call.inputs : Config::List{Config(call.inputs)};
    return all;
}

// Keras's layers whose call takes a mask that it doesn't come with.
void add_masks(const Config::List& masks, const std::string& class_name, std::size_t inputs,
               const std::string& who, KerasArguments& all) {
    constexpr std::array<std::string_view, 3> others{"TimeDistributed", "GlobalAveragePooling1D",
                                                     "BatchNormalization"};
    if (takes_separate_tensors(class_name)) {
        for (std::size_t i = 0; i < std::min(masks.size(), masks_by_name.size()); ++i)
            if (!masks[i].is_null()) all.kwargs.set(masks_by_name[i], masks[i]);
    } else if (class_name == "Attention" || class_name == "AdditiveAttention") {
        Config::List each = masks;
        each.resize(std::max<std::size_t>(inputs, 2));
        all.kwargs.set("mask", std::move(each));
    } else if (takes_initial_state(class_name) || is_one_of(class_name, others)) {
        all.kwargs.set("mask", masks.front());
    } else {
        fail<ValueError>(who, "Keras's ", class_name, " takes no mask");
    }
}

// [layer, node, output]; the same in lists.
Config keras2_form(const Config& value) {
    if (const Config* const history = history_in(value)) return *history;
    if (!value.list()) return value;
    Config::List all;
    for (const Config& one : *value.list()) all.push_back(keras2_form(one));
    return all;
}

}  // namespace

Config tensor_config(const std::string& layer, Config node, Config output) {
    return {
        {"class_name", "__keras_tensor__"},
        {"config", {{"keras_history", Config::List{layer, std::move(node), std::move(output)}}}}};
}

const Config* history_in(const Config& tensor) noexcept {
    const Config* const config = tensor.find("config");
    const Config* const history = config ? config->find("keras_history") : nullptr;
    return history && history->list() ? history : nullptr;
}

KerasArguments arguments_in(const Config& node, const std::string& who) {
    if (node.list()) return keras2_arguments(node, who);
    KerasArguments all;
    ConfigReader fields(who, node);
    fields.need("args", all.args)("kwargs", all.kwargs);
    if (all.kwargs.is_null()) all.kwargs = Config::Object{};
    if (!all.kwargs.object())
        fail<ValueError>(who, "wants kwargs by names, got ", all.kwargs.description());
    return all;
}

LayerCall call_in(const KerasArguments& arguments, const std::string& class_name, KerasLine line,
                  const std::string& who) {
    LayerCall call;
    for (const Config& one : arguments.args) add_tensors(one, who, call);
    for (const std::string_view name : tensors_by_name) {
        if (const Config* const value = arguments.kwargs.find(name))
            add_tensors(*value, sentence(who, ": ", name), call);
    }
    for (const auto& [name, value] : *arguments.kwargs.object())
        set_by_name(name, value, class_name, line, who, call);
    return call;
}

KerasArguments arguments_of(const LayerCall& call, const std::string& class_name,
                            const std::string& who) {
    const Config::List& x = call.inputs;
    KerasArguments all;
    const bool separate = takes_separate_tensors(class_name);
    if (separate || class_name == "Attention" || class_name == "AdditiveAttention") {
        all = attention_arguments(call, separate, who);
    } else if (x.size() > 1 && takes_initial_state(class_name)) {
        all.args = {x.front()};
        all.kwargs.set("initial_state", Config::List(x.begin() + 1, x.end()));
    } else if (x.size() == 2 && class_name == "Softmax") {
        all.args = {x.front()};
        all.kwargs.set("mask", x.back());
    } else {
        all.args = x.size() == 1 ? x : Config::List{Config(x)};
    }
    if (!call.masks.empty()) add_masks(call.masks, class_name, x.size(), who, all);
    for (const auto& [name, value] : *call.options.object()) all.kwargs.set(name, value);
    return all;
}

Config node_config(const KerasArguments& arguments, KerasLine line) {
    if (line == KerasLine::keras3) return {{"args", arguments.args}, {"kwargs", arguments.kwargs}};
    const Config::List& args = arguments.args;
    Config kwargs = Config::Object{};
    Config::List entries;
    const auto add = [&](const Config& tensor) {
        Config::List parts = *keras2_form(tensor).list();
        parts.emplace_back(Config::Object{});
        entries.emplace_back(std::move(parts));
    };
    const bool on_list = args.size() == 1 && args.front().list();
    for (const Config& tensor : on_list ? *args.front().list() : Config::List{args.front()})
        add(tensor);
    for (std::size_t i = 1; i < args.size(); ++i)  // of MultiHeadAttention
        kwargs.set(tensors_by_name[i], keras2_form(args[i]));
    for (const auto& [name, value] : *arguments.kwargs.object()) {
        if (name == "initial_state")
            std::ranges::for_each(*value.list(), add);
        else
            kwargs.set(name, keras2_form(value));
    }
    Config::List first = *entries.front().list();
    first.back() = kwargs;
    entries.front() = std::move(first);
    return entries;
}

}  // namespace shikumi::nn::detail
