#include <shikumi/nn/detail/saved_names.hpp>

#include <map>
#include <utility>

namespace shikumi::nn::detail {

namespace {

// "dense_1" is "dense".
std::string_view without_number(std::string_view name) {
    const auto last = name.find_last_not_of("0123456789");
    const bool numbered =
        last != std::string_view::npos && last > 0 && name[last] == '_' && last + 1 < name.size();
    return numbered ? name.substr(0, last) : name;
}

// Cuts the first component off a path.
std::string_view take_component(std::string_view& path) {
    const auto slash = path.find('/');
    const std::string_view first = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    return first;
}

}  // namespace

std::vector<std::string> unique_names(std::vector<std::string> names) {
    std::map<std::string, int> used;
    for (std::string& name : names) {
        const int before = used[name]++;
        if (before > 0) name += "#" + std::to_string(before + 1);
    }
    return names;
}

std::vector<std::string> saved_names(const std::vector<Parameter>& parameters) {
    std::vector<std::string> names;
    for (const Parameter& parameter : parameters) names.push_back(parameter.name());
    return unique_names(std::move(names));
}

bool same_but_for_numbers(std::string_view a, std::string_view b) {
    while (!a.empty() && !b.empty()) {
        if (without_number(take_component(a)) != without_number(take_component(b))) return false;
    }
    return a.empty() && b.empty();
}

}  // namespace shikumi::nn::detail
