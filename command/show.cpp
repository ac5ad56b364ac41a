// shikumi show FILE: what is in a file.
#include <algorithm>
#include <iostream>
#include <string>

#include <shikumi/autograd/core/class_config.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/io/json.hpp>

#include "contents.hpp"
#include "reading.hpp"
#include "subcommands.hpp"
#include "text.hpp"

namespace command {

using namespace shikumi;

namespace {

using shikumi::detail::text_of;

using Rows = std::vector<std::vector<std::string>>;

// A value of a configuration in few letters; "" where it isn't worth showing.
std::string short_value(const Config& value) {
    if (value.boolean()) return *value.boolean() ? "true" : "";
    if (value.text()) return *value.text();
    if (value.integer() || value.number()) return nn::to_json(value);
    if (value.object()) return text_of(value, "class_name");
    if (!value.list()) return {};
    std::string all;
    for (const Config& one : *value.list()) {
        if (one.list() || one.object()) return {};
        all += (all.empty() ? "(" : ", ") + (one.is_null() ? "None" : short_value(one));
    }
    return all.empty() ? all : all + (value.list()->size() == 1 ? ",)" : ")");
}

bool is_one(const Config& value) { return value.integer() && *value.integer() == 1; }

// Whether most layers have it, so that it says little of one.
bool is_usual(const std::string& name, const Config& value, const std::string& text) {
    constexpr std::string_view silent[] = {"name", "dtype", "layers", "module", "input_shape"};
    constexpr std::string_view usual[] = {"linear", "channels_last", "valid"};
    constexpr std::string_view usually_true[] = {"trainable", "use_bias"};
    const auto holds = [](const auto& list, std::string_view one) {
        return std::ranges::find(list, one) != std::end(list);
    };
    const bool ones = is_one(value) || (value.list() && std::ranges::all_of(*value.list(), is_one));
    return text.empty() || holds(silent, name) || holds(usual, text) ||
           name.ends_with("_initializer") || (text == "true" && holds(usually_true, name)) ||
           (ones && (name == "strides" || name == "dilation_rate" || name == "groups"));
}

// What a layer was told that is not as usual.
std::string options_of(const Config& config) {
    std::string all;
    for (const auto& [name, value] : config.object() ? *config.object() : Config::Object()) {
        const bool frozen = name == "trainable" && value.boolean() && !*value.boolean();
        const std::string text = short_value(value);
        if (!frozen && is_usual(name, value, text)) continue;
        all += (all.empty() ? "" : ", ") + (frozen ? "frozen" : name + " " + text);
    }
    return all;
}

const Config::List* layers_of(const Config& config) {
    const Config* const layers = config.find("layers");
    return layers ? layers->list() : nullptr;
}

void add_layers(const Config& architecture, const std::string& indent, Rows& rows) {
    const Config* const config = architecture.find("config");
    // Keras 1 wrote a Sequential's layers as its whole configuration.
    const Config::List* const layers =
        config ? config->list() ? config->list() : layers_of(*config) : nullptr;
    if (!layers) return;
    for (const Config& layer : *layers) {
        const Config* const own = layer.find("config");
        const Config none;
        std::string name = text_of(own ? *own : none, "name");
        if (name.empty()) name = text_of(layer, "name");
        rows.push_back({indent + one_line(name), one_line(text_of(layer, "class_name")),
                        shortened(one_line(options_of(own ? *own : none)), 70)});
        add_layers(layer, indent + "  ", rows);
        if (const Config* const inner = own ? own->find("layer") : nullptr;
            inner && inner->object())
            add_layers({{"config", Config{{"layers", Config::List{*inner}}}}}, indent + "  ", rows);
    }
}

std::string shape_text(const Shape& shape) { return sentence(shape); }

void print_architecture(const Contents& contents) {
    Rows rows{{"layer", "class", "options"}};
    add_layers(contents.architecture, "", rows);
    const Config* const config = contents.architecture.find("config");
    std::cout << '\n'
              << one_line(text_of(contents.architecture, "class_name")) << " '"
              << one_line(config ? text_of(*config, "name") : "") << "'\n\n"
              << table(rows, {false, false, false});
}

void print_compile(const Config& compile) {
    for (const std::string key : {"optimizer", "optimizer_config", "loss", "metrics"}) {
        const Config* const value = compile.find(key);
        const std::string text = value ? one_line(short_value(*value)) : "";
        if (!text.empty())
            std::cout << (key == "optimizer_config" ? "optimizer" : key) << ": "
                      << shortened(text, 90) << '\n';
    }
}

void print_tensors(const std::vector<TensorInfo>& tensors) {
    Rows rows{{"tensor", "dtype", "shape", "bytes"}};
    std::uint64_t values = 0, bytes = 0;
    for (const TensorInfo& tensor : tensors) {
        rows.push_back({one_line(tensor.name), tensor.dtype, shape_text(tensor.shape),
                        grouped(static_cast<std::uint64_t>(tensor.bytes))});
        values += static_cast<std::uint64_t>(tensor.shape.size());
        bytes += static_cast<std::uint64_t>(tensor.bytes);
    }
    std::cout << '\n'
              << table(rows, {false, false, false, true}) << '\n'
              << grouped(tensors.size()) << (tensors.size() == 1 ? " tensor, " : " tensors, ")
              << grouped(values) << (values == 1 ? " value, " : " values, ") << grouped(bytes)
              << " bytes\n";
}

// Texts and values that say something to people; a checkpoint may have thousands.
void print_metadata(const Config& metadata) {
    constexpr std::size_t most = 20;
    std::size_t printed = 0, more = 0;
    for (const auto& [name, value] : metadata.object() ? *metadata.object() : Config::Object()) {
        const std::string text = one_line(short_value(value));
        if (name == "checksums" || name == "training" || text.empty()) continue;
        if (name.find("_metadata.") != name.npos) continue;  // versions of PyTorch's layouts
        if (printed == most) {
            ++more;
            continue;
        }
        std::cout << shortened(one_line(name), 40) << ": " << shortened(text, 90) << '\n';
        ++printed;
    }
    if (more > 0) std::cout << "and " << grouped(more) << " more values, which --json shows\n";
}

void print(const std::string& path, const Contents& contents) {
    std::cout << path << ": " << contents.format << ", " << contents.holds << ", "
              << grouped(static_cast<std::uint64_t>(contents.bytes)) << " bytes\n";
    print_metadata(contents.metadata);
    print_compile(contents.compile);
    if (!contents.architecture.is_null()) print_architecture(contents);
    if (contents.holds != "architecture") print_tensors(contents.tensors);
    if (contents.passed_over.empty()) return;
    std::cout << "\npassed over:\n";
    for (const std::string& what : contents.passed_over)
        std::cout << "  " << one_line(what) << '\n';
}

int run_show(const Arguments& arguments) {
    const std::string& path = arguments.files[0];
    const Contents contents = read_contents(path, limits_of(arguments));
    if (arguments.has("json"))
        std::cout << nn::to_json(to_config(contents), {.indent = 2}) << '\n';
    else
        print(path, contents);
    return 0;
}

}  // namespace

Subcommand show() {
    std::vector<Option> options{{"json", "", "print it as JSON, for programs"}};
    std::ranges::copy(limit_options(), std::back_inserter(options));
    return {{.name = "show",
             .files = {"FILE"},
             .about = "what is in a file: format, layers, tensors",
             .more = "Prints the format, the layers with their options, and each tensor's name, "
                     "dtype, shape\nand bytes. No tensor is read, and nothing that the file names "
                     "is run.",
             .options = options},
            run_show};
}

}  // namespace command
