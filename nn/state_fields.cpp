#include <shikumi/nn/state_fields.hpp>

#include <algorithm>
#include <cstdint>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::nn {

namespace {

Config written(const Generator& generator) {
    return Config{{"seed", generator.peek().seed}, {"stream", generator.peek().stream}};
}
Generator read_generator(const Config& config, std::string_view reading) {
    ConfigReader fields(std::string(reading), config);
    const auto word = [&](std::string_view name) {
        return static_cast<std::uint64_t>(fields.get<std::int64_t>(name));
    };
    return Generator(RandomKey{word("seed"), word("stream")});
}

}  // namespace

const Tensor* SavedState::find(std::string_view name) const noexcept {
    const auto found = std::ranges::find(tensors, name, &std::pair<std::string, Tensor>::first);
    return found == tensors.end() ? nullptr : &found->second;
}

StateFields& StateFields::operator()(std::string_view name, Config& value) {
    if (!reading())
        values_->set(name, value);
    else if (const Config* const found = find(name))
        value = *found;
    return *this;
}

StateFields& StateFields::operator()(std::string_view name, Generator& generator) {
    if (!reading())
        values_->set(name, written(generator));
    else if (const Config* const found = find(name))
        generator = read_generator(*found, path(name));
    return *this;
}

// A captured function shares the generator that is there: it must not be another one.
StateFields& StateFields::operator()(std::string_view name, std::optional<Generator>& generator) {
    if (!reading()) {
        if (generator) (*this)(name, *generator);
    } else if (has(name)) {
        (*this)(name, generator ? *generator : generator.emplace());
    }
    return *this;
}

StateFields& StateFields::operator()(std::string_view name,
                                     std::map<std::string, std::vector<double>>& values) {
    if (reading() && !has(name)) return *this;
    return group(name, [&](StateFields& inner) {
        if (reading()) {
            values.clear();
            for (const auto& entry : *inner.read_values_->object()) values[entry.first];
        }
        for (auto& [key, numbers] : values) inner(key, numbers);
    });
}

StateFields& StateFields::operator()(std::string_view name, Tensor& tensor) {
    if (!reading()) {
        if (tensor.defined()) to_->tensors.emplace_back(tensor_name(name), tensor);
    } else if (const Tensor* const found = from_->find(tensor_name(name))) {
        tensor = *found;
    }
    return *this;
}

// The values say how many there are.
StateFields& StateFields::operator()(std::string_view name, std::vector<Tensor>& tensors) {
    auto count = static_cast<std::int64_t>(tensors.size());
    (*this)(name, count);
    if (reading() && !has(name)) return *this;
    if (count < 0) fail<ValueError>(path(name), "wants a number of tensors, got ", count);
    const std::string first = tensor_name(name);
    if (!reading()) {
        for (std::size_t i = 0; i < tensors.size(); ++i)
            to_->tensors.emplace_back(sentence(first, "/", i), tensors[i]);
        return *this;
    }
    tensors.clear();
    for (std::int64_t i = 0; i < count; ++i) {
        const Tensor* const found = from_->find(sentence(first, "/", i));
        if (!found) fail<ValueError>(path(name), "there are ", i, " tensors of ", count);
        tensors.push_back(*found);
    }
    return *this;
}

StateFields& StateFields::operator()(std::string_view name, Parameter& parameter) {
    if (!reading()) {
        to_->tensors.emplace_back(tensor_name(name), parameter.value());
        return *this;
    }
    const Tensor* const found = from_->find(tensor_name(name));
    if (!found) fail<ValueError>(path(name), "is missing");
    if (found->spec() != parameter.value().spec())
        fail<ValueError>(path(name), "is ", found->spec(), ", wanted ", parameter.value().spec());
    parameter.assign(*found);
    return *this;
}

StateFields& StateFields::group(std::string_view name,
                                const std::function<void(StateFields&)>& visit) {
    StateFields inner = *this;
    inner.prefix_ = tensor_name(name) + '/';
    Config values{Config::Object{}};
    if (reading()) {
        inner.read_values_ = find(name);
        if (inner.read_values_ && !inner.read_values_->object())
            fail<ValueError>(path(name), "wants fields, got ", inner.read_values_->description());
    } else {
        inner.values_ = &values;
    }
    visit(inner);
    if (!reading() && !values.object()->empty()) values_->set(name, std::move(values));
    return *this;
}

std::string StateFields::path(std::string_view name) const {
    return sentence(who_, ": ", prefix_, name);
}

const Config* StateFields::find(std::string_view name) const noexcept {
    return read_values_ ? read_values_->find(name) : nullptr;
}

std::string StateFields::tensor_name(std::string_view name) const {
    return std::string(prefix_).append(name);
}

SavedState save_state(const std::function<void(StateFields&)>& visit) {
    SavedState state;
    StateFields fields;
    fields.to_ = &state;
    fields.values_ = &state.values;
    visit(fields);
    return state;
}

void restore_state(std::string_view who, const SavedState& state,
                   const std::function<void(StateFields&)>& visit) {
    StateFields fields;
    fields.who_ = who;
    fields.from_ = &state;
    fields.read_values_ = &state.values;
    visit(fields);
}

}  // namespace shikumi::nn
