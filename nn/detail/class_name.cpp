#include <shikumi/nn/detail/class_name.hpp>

#include <boost/core/demangle.hpp>

namespace shikumi::nn::detail {

namespace {

// "ns::Pair<a::B>" → "Pair".
std::string last_component(std::string name) {
    if (!name.empty() && name.back() == '>') {
        int depth = 0;
        std::size_t i = name.size();
        do {
            --i;
            depth += name[i] == '>' ? 1 : name[i] == '<' ? -1 : 0;
        } while (depth > 0 && i > 0);
        name.resize(i);
    }
    const std::size_t colon = name.rfind(':');
    return colon == std::string::npos ? name : name.substr(colon + 1);
}

}  // namespace

std::string class_name(const std::type_info& type) {
    return last_component(boost::core::demangle(type.name()));
}

bool is_of_library(const std::type_info& type) {
    return boost::core::demangle(type.name()) == "shikumi::nn::" + class_name(type);
}

std::string snake_case(std::string_view name) {
    const auto is = [&](std::size_t i, auto test) { return i < name.size() && test(name[i]); };
    const auto upper = [](char c) { return 'A' <= c && c <= 'Z'; };
    const auto lower = [](char c) { return 'a' <= c && c <= 'z'; };
    std::string out;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (i > 0 && is(i, upper) && (is(i + 1, lower) || is(i - 1, lower))) out += '_';
        out += upper(name[i]) ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
    }
    return out;
}

}  // namespace shikumi::nn::detail
