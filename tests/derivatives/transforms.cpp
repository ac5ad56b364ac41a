// The transforms of transforms.json and problems.json.
#include <stdexcept>
#include <string>

#include "cases.hpp"

namespace shikumi::derivatives {

void run_transform(const json&, const json& the_case) {
    throw std::runtime_error("there is no function '" + the_case.at("function").get<std::string>() +
                             "'");
}

}  // namespace shikumi::derivatives
