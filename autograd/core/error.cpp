#include <shikumi/autograd/core/error.hpp>

#include <charconv>

namespace shikumi::detail {

void append(std::string& s, double part) {
    char text[32];
    const auto [end, error] = std::to_chars(text, text + sizeof text, part);
    s.append(text, end);
}

}  // namespace shikumi::detail
