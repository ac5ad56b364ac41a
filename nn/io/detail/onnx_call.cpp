#include <shikumi/nn/io/detail/onnx_call.hpp>

#include <shikumi/formats/detail/in_quotes.hpp>

namespace shikumi::nn::detail {

using formats::OnnxAttribute;

std::string described(const formats::OnnxNode& node) {
    const std::string op = node.domain.empty() ? node.op : node.domain + "::" + node.op;
    const std::string& name = !node.name.empty()     ? node.name
                              : node.outputs.empty() ? node.op
                                                     : node.outputs.front();
    return sentence("the node ", formats::detail::in_quotes(name), " (",
                    formats::detail::in_quotes(op), ")");
}

const Tensor& OnnxCall::operator[](std::size_t i) const {
    if (!has(i)) refuse("lacks its input ", i + 1);
    return operands_[i].tensor;
}

std::vector<Tensor> OnnxCall::all() const {
    std::vector<Tensor> tensors;
    for (std::size_t i = 0; i < operands_.size(); ++i) tensors.push_back((*this)[i]);
    if (tensors.empty()) refuse("has no inputs");
    return tensors;
}

const Tensor& OnnxCall::looked_at(std::size_t i) const {
    const Tensor& t = (*this)[i];
    if (!operands_[i].known)
        refuse("has input ", i + 1,
               " that depends on the data: only what depends on shapes alone can be sizes, axes or "
               "positions");
    check_count(t.size());
    return t;
}

std::vector<Index> OnnxCall::known_integers(std::size_t i) const {
    return looked_at(i).to_vector<std::int64_t>();
}
std::vector<double> OnnxCall::known_numbers(std::size_t i) const {
    return looked_at(i).to_vector<double>();
}

void OnnxCall::check_count(Index count) const {
    constexpr Index most = Index{1} << 20;
    if (count > most) refuse("looks at ", count, " numbers, at most ", most, " are possible");
}

const OnnxAttribute* OnnxCall::find(std::string_view name) const {
    asked_.emplace(name);
    return node_.find(name);
}

template <class T>
T OnnxCall::attribute(std::string_view name, T absent) const {
    const OnnxAttribute* const found = find(name);
    if (!found) return absent;
    const T* const value = std::get_if<T>(&found->value);
    if (!value) refuse("has an attribute '", name, "' of another type than it should");
    return *value;
}

Index OnnxCall::integer(std::string_view name, Index absent) const {
    return attribute<Index>(name, absent);
}
double OnnxCall::real(std::string_view name, double absent) const {
    // Options of ours are doubles: a default is not to be rounded.
    return given(name) ? static_cast<double>(attribute<float>(name, 0)) : absent;
}
std::string OnnxCall::text(std::string_view name, std::string_view absent) const {
    return attribute<std::string>(name, std::string(absent));
}
std::vector<Index> OnnxCall::integers(std::string_view name) const {
    return attribute<std::vector<Index>>(name, {});
}
std::vector<double> OnnxCall::reals(std::string_view name) const {
    const auto floats = attribute<std::vector<float>>(name, {});
    return {floats.begin(), floats.end()};
}
std::vector<std::string> OnnxCall::texts(std::string_view name) const {
    return attribute<std::vector<std::string>>(name, {});
}
const formats::StoredTensor* OnnxCall::tensor(std::string_view name) const {
    const OnnxAttribute* const found = find(name);
    return found ? std::get_if<formats::StoredTensor>(&found->value) : nullptr;
}

std::vector<Index> OnnxCall::integers(std::size_t input, std::string_view name) const {
    return has(input) ? known_integers(input) : integers(name);
}

void OnnxCall::want(std::string_view name, Index value) const {
    if (const Index got = integer(name, value); got != value)
        refuse("with ", name, " ", got, " can't be done");
}

void OnnxCall::want(std::string_view name, std::string_view value) const {
    if (const std::string got = text(name, value); got != value)
        refuse("with ", name, " ", std::string_view(formats::detail::in_quotes(got)),
               " can't be done");
}

void OnnxCall::check_attributes() const {
    for (const OnnxAttribute& attribute : node_.attributes) {
        if (!asked_.contains(attribute.name))
            refuse("has the unknown attribute ",
                   std::string_view(formats::detail::in_quotes(attribute.name)));
    }
}

}  // namespace shikumi::nn::detail
