#include <shikumi/nn/detail/build_budget.hpp>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::nn::detail {

namespace {

thread_local BuildBudget* current = nullptr;

}  // namespace

BuildBudget::BuildBudget(std::size_t weight_bytes, Index steps) noexcept
    : all_bytes_(weight_bytes),
      bytes_(weight_bytes),
      all_steps_(steps),
      steps_(steps),
      outer_(current) {
    current = this;
}

BuildBudget::~BuildBudget() { current = outer_; }

void BuildBudget::spend(std::string_view layer, const Spec& weight) {
    if (!current) return;
    const auto values = static_cast<std::size_t>(weight.shape.size());
    if (values > current->bytes_ / size_of(weight.dtype))
        fail<ValueError>(layer, "wants a weight ", weight, ", and all weights may take ",
                         current->all_bytes_, " bytes together");
    current->bytes_ -= values * size_of(weight.dtype);
}

void BuildBudget::spend_steps(std::string_view layer, Index steps) {
    if (!current) return;
    if (steps > current->steps_)
        fail<ValueError>(layer, "goes through ", steps, " steps one by one, and all layers may go ",
                         "through ", current->all_steps_, " together");
    current->steps_ -= steps;
}

}  // namespace shikumi::nn::detail
