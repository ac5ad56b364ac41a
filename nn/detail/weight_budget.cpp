#include <shikumi/nn/detail/weight_budget.hpp>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::nn::detail {

namespace {

thread_local WeightBudget* current = nullptr;

}  // namespace

WeightBudget::WeightBudget(std::size_t bytes) noexcept
    : all_(bytes), left_(bytes), outer_(current) {
    current = this;
}

WeightBudget::~WeightBudget() { current = outer_; }

void WeightBudget::spend(std::string_view layer, const Spec& weight) {
    if (!current) return;
    const auto values = static_cast<std::size_t>(weight.shape.size());
    if (values > current->left_ / size_of(weight.dtype))
        fail<ValueError>(layer, "wants a weight ", weight, ", and all weights may take ",
                         current->all_, " bytes together");
    current->left_ -= values * size_of(weight.dtype);
}

}  // namespace shikumi::nn::detail
