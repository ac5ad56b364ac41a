#include "catalogue.hpp"

#include <map>
#include <stdexcept>

namespace shikumi::derivatives {

namespace {

std::map<std::string, CatalogueFunction>& known_functions() {
    static std::map<std::string, CatalogueFunction> functions;
    return functions;
}

}  // namespace

Catalogue::Catalogue(std::initializer_list<std::pair<const char*, CatalogueFunction>> functions) {
    for (const auto& [name, function] : functions) known_functions()[name] = function;
}

const CatalogueFunction& find_function(const std::string& name) {
    const auto found = known_functions().find(name);
    if (found == known_functions().end())
        throw std::runtime_error("there is no function '" + name + "'");
    return found->second;
}

}  // namespace shikumi::derivatives
