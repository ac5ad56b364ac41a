#include <shikumi/autograd/evaluate/profile/format.hpp>

#include <array>
#include <charconv>

namespace shikumi::detail {

std::string fixed(double value, int decimals) {
    std::array<char, 400> text{};  // the largest double has 309 digits
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value,
                                   std::chars_format::fixed, decimals);
    return {text.data(), end.ptr};
}

}  // namespace shikumi::detail
