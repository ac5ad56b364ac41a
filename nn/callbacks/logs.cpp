#include <shikumi/nn/callbacks/logs.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/state_fields.hpp>

namespace shikumi::nn {

const double* Logs::find(std::string_view name) const noexcept {
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const auto& entry) { return entry.first == name; });
    return found == entries_.end() ? nullptr : &found->second;
}

void Logs::add(std::string name, double value) {
    entries_.emplace_back(std::move(name), value);
    counts_.push_back(-1);
}

void Logs::reserve(std::size_t count) {
    entries_.reserve(count);
    counts_.reserve(count);
}

std::map<std::string, double> Logs::by_name() const { return {entries_.begin(), entries_.end()}; }

double Logs::operator[](std::string_view name) const {
    if (const double* number = find(name)) return *number;
    std::string names;
    for (const auto& entry : entries_) names += (names.empty() ? "" : ", ") + entry.first;
    fail<ValueError>("logs", "there is no '", name, "'; there are: ", names);
}

std::vector<double> Logs::values() const {
    std::vector<double> all;
    for (const auto& entry : entries_) all.push_back(entry.second);
    return all;
}

void Logs::visit_state(StateFields& fields) {
    std::vector<std::string> names;
    std::vector<double> numbers = values();
    for (const auto& entry : entries_) names.push_back(entry.first);
    fields("names", names)("values", numbers);
    if (!fields.reading()) return;
    if (names.size() != numbers.size())
        fail<ValueError>(fields.path("values"), "there are ", numbers.size(), " numbers for ",
                         names.size(), " names");
    *this = {};
    for (std::size_t i = 0; i < names.size(); ++i) add(std::move(names[i]), numbers[i]);
}

void Logs::set(std::string_view name, double value) {
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const auto& entry) { return entry.first == name; });
    if (found == entries_.end())
        add(std::string(name), value);
    else
        found->second = value;
}

}  // namespace shikumi::nn
