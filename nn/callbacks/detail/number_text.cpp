#include <shikumi/nn/callbacks/detail/number_text.hpp>

#include <array>
#include <charconv>
#include <cmath>

namespace shikumi::nn::detail {

std::string number_text(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
    const double size = std::abs(value);
    const bool exponent = size != 0 && (size < 1e-4 || size >= 1e16);
    std::array<char, 40> text{};
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), value,
                      exponent ? std::chars_format::scientific : std::chars_format::fixed);
    std::string number(text.data(), end.ptr);
    if (!exponent && number.find('.') == std::string::npos) number += ".0";
    return number;
}

}  // namespace shikumi::nn::detail
