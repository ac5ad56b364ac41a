#include <shikumi/nn/training/history.hpp>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::nn {

double Logs::operator[](std::string_view name) const {
    std::string names;
    for (const auto& [key, value] : entries_) {
        if (key == name) return value;
        names += (names.empty() ? "" : ", ") + key;
    }
    fail<ValueError>("logs", "there is no '", name, "'; there are: ", names);
}

}  // namespace shikumi::nn
