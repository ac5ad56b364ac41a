// The functions of transforms.json and problems.json, written from their formulas.
#pragma once

#include <functional>
#include <string>

#include "operations.hpp"

namespace shikumi::derivatives {

/// A function of the arguments that the file lists.
using CatalogueFunction = std::function<Tensor(const Tensors&)>;

/// The function of this name. Throws std::runtime_error, saying so, where there is none.
const CatalogueFunction& find_function(const std::string& name);

/// A static object of this type adds functions to the catalogue.
struct Catalogue {
    explicit Catalogue(std::initializer_list<std::pair<const char*, CatalogueFunction>> functions);
};

}  // namespace shikumi::derivatives
