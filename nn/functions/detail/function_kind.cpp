#include <shikumi/nn/functions/detail/function_kind.hpp>

namespace shikumi::nn::detail {

std::string class_name(std::string_view function) {
    std::string name;
    bool begins = true;
    for (const char c : function.substr(0, function.find('('))) {
        if (c == '_') {
            begins = true;
            continue;
        }
        const bool small = c >= 'a' && c <= 'z';
        name += begins && small ? static_cast<char>(c - 'a' + 'A') : c;
        begins = false;
    }
    return name;
}

}  // namespace shikumi::nn::detail
