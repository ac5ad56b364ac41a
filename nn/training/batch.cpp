#include <shikumi/nn/training/batch.hpp>

#include <algorithm>

namespace shikumi::nn {

TensorList::TensorList(std::initializer_list<std::pair<std::string, Tensor>> by_name)
    : TensorList(std::vector(by_name)) {}

TensorList::TensorList(std::vector<std::pair<std::string, Tensor>> by_name) {
    for (auto& [name, tensor] : by_name) {
        names_.push_back(std::move(name));
        list_.push_back(std::move(tensor));
    }
}

std::vector<Tensor> TensorList::in_order(std::string_view caller, std::string_view what,
                                         const std::vector<std::string>& names) const {
    if (names_.empty()) return list_;
    std::string known;
    for (const std::string& name : names) known += (known.empty() ? "'" : ", '") + name + "'";
    for (std::size_t i = 0; i < names_.size(); ++i) {
        if (std::find(names.begin(), names.end(), names_[i]) == names.end())
            fail<ValueError>(caller, "got ", what, " for '", names_[i], "', the model has ",
                             known.empty() ? "no names" : known);
        if (std::count(names_.begin(), names_.end(), names_[i]) > 1)
            fail<ValueError>(caller, "got ", what, " for '", names_[i], "' twice");
    }
    std::vector<Tensor> ordered;
    for (const std::string& name : names) {
        const auto at = std::find(names_.begin(), names_.end(), name);
        if (at == names_.end())
            fail<ValueError>(caller, "got no ", what, " for '", name, "': the model has ", known);
        ordered.push_back(list_[static_cast<std::size_t>(at - names_.begin())]);
    }
    return ordered;
}

}  // namespace shikumi::nn
