#include <shikumi/autograd/core/decimal.hpp>

#include <array>
#include <charconv>
#include <cmath>

namespace shikumi::detail {

namespace {

template <class... Form>
std::string text_of(double value, Form... form) {
    if (std::isnan(value)) return "nan";
    std::array<char, 400> text{};  // the largest double has 309 digits
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value, form...);
    return {text.data(), end.ptr};
}

}  // namespace

std::string shortest(double value) { return text_of(value); }
std::string fixed(double value, int decimals) {
    return text_of(value, std::chars_format::fixed, decimals);
}
std::string scientific(double value, int decimals) {
    return text_of(value, std::chars_format::scientific, decimals);
}
std::string significant(double value, int digits) {
    return text_of(value, std::chars_format::general, digits);
}

}  // namespace shikumi::detail
