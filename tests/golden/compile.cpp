// Reads losses.
#include "readers.hpp"

namespace shikumi::golden {

nn::Loss read_loss(const json& the_case) {
    return nn::loss_from_config(
        {{"class_name", the_case.at("loss").get<std::string>()},
         {"config", read_config(the_case.value("loss_config", json::object()))}});
}

}  // namespace shikumi::golden
