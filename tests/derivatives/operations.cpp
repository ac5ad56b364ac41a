#include "operations.hpp"

#include <map>
#include <stdexcept>

namespace shikumi::derivatives {

namespace {

std::map<std::string, Operation>& known_operations() {
    static std::map<std::string, Operation> operations;
    return operations;
}

}  // namespace

Operations::Operations(std::initializer_list<std::pair<const char*, Operation>> operations) {
    for (const auto& [name, operation] : operations) {
        if (!known_operations().emplace(name, operation).second)
            throw std::logic_error(std::string("the operation ") + name + " is listed twice");
    }
}

const Operation& find_operation(const std::string& name) {
    const auto found = known_operations().find(name);
    if (found == known_operations().end())
        throw std::runtime_error("there is no operation '" + name + "'");
    return found->second;
}

std::vector<Index> indices(const json& option) {
    if (option.is_array()) return option.get<std::vector<Index>>();
    return {option.get<Index>()};
}

Axes axes(const json& options) {
    return options.value("all", false) ? Axes() : Axes(indices(options.at("axes")));
}

}  // namespace shikumi::derivatives
