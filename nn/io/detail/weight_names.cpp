#include <shikumi/nn/io/detail/weight_names.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace shikumi::nn::detail {

namespace {

// Lower-case letters and digits alone, in which MaxPooling2D and max_pooling2d are the same.
std::string letters_of(std::string_view name) {
    std::string letters;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte)) letters += static_cast<char>(std::tolower(byte));
    }
    return letters;
}

// "dense_12" as "dense" and 12, "dense" as "dense" and 0; nothing for the name of its own that a
// layer was given.
std::optional<std::pair<std::string, int>> automatic(const Layer& layer) {
    const std::string& name = layer.name();
    std::string base = name;
    int number = 0;
    if (const auto end = name.find_last_not_of("0123456789");
        end != std::string::npos && name[end] == '_' && end + 1 < name.size()) {
        const char* const last = name.data() + name.size();
        if (std::from_chars(name.data() + end + 1, last, number).ec != std::errc())
            return std::nullopt;
        base.resize(end);
    }
    if (letters_of(base) != letters_of(layer.class_name())) return std::nullopt;
    return std::pair(std::move(base), number);
}

void visit(const Layer& layer, std::set<const Layer*>& seen) {
    if (!seen.insert(&layer).second) return;
    for (const Layer* inner : layer.inner_layers()) visit(*inner, seen);
}

}  // namespace

LayerNames names_within(const Model& model) {
    std::set<const Layer*> layers;
    visit(model, layers);
    std::map<std::string, std::map<int, std::string>> automatic_ones;  // by class, then by number
    std::set<std::string> taken;
    for (const Layer* layer : layers) {
        if (auto found = automatic(*layer))
            automatic_ones[found->first].emplace(found->second, layer->name());
        else
            taken.insert(layer->name());
    }
    LayerNames names;
    for (const auto& [base, numbers] : automatic_ones) {
        int next = 0;
        const auto free_name = [&, &base = base] {
            std::string name;
            do {
                name = next == 0 ? base : base + '_' + std::to_string(next);
                ++next;
            } while (taken.contains(name));
            return name;
        };
        for (const auto& [number, name] : numbers) names.emplace(name, free_name());
    }
    return names;
}

std::string renamed(std::string_view path, const LayerNames& names, bool of_layers) {
    std::string name;
    for (;;) {
        const auto slash = path.find('/');
        const auto found = names.find(path.substr(0, slash));
        const bool last = slash == std::string_view::npos;
        name += found == names.end() || (last && !of_layers) ? path.substr(0, slash)
                                                             : std::string_view(found->second);
        if (last) return name;
        name += '/';
        path.remove_prefix(slash + 1);
    }
}

std::vector<std::string> weight_names(Model& model) {
    const std::vector<Parameter> weights = model.parameters();
    const LayerNames anew = names_within(model);
    std::vector<std::string> names;
    std::set<std::string> used;
    for (const Parameter& weight : weights) {
        const std::string name = renamed(weight.name(), anew, false);
        std::string unique = name;
        for (int k = 1; !used.insert(unique).second; ++k) unique = name + '_' + std::to_string(k);
        names.push_back(std::move(unique));
    }
    return names;
}

std::vector<Parameter> inner_weights(const Layer& layer) {
    std::vector<Parameter> all;
    for (const Layer* const inner : layer.inner_layers()) {
        const std::vector<Parameter> its = inner->weights();
        all.insert(all.end(), its.begin(), its.end());
    }
    return all;
}

}  // namespace shikumi::nn::detail
