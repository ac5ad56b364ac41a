#include <shikumi/nn/io/detail/onnx_translations.hpp>

#include <algorithm>
#include <array>

namespace shikumi::nn::detail {

const OnnxTranslation* find_translation(std::string_view operation) {
    const std::array families{pointwise_translations(), shaping_translations(),
                              product_translations(), reduction_translations(),
                              recurrence_translations()};
    for (const std::span<const OnnxTranslation> family : families) {
        const auto found = std::ranges::find(family, operation, &OnnxTranslation::operation);
        if (found != family.end()) return &*found;
    }
    return nullptr;
}

}  // namespace shikumi::nn::detail
