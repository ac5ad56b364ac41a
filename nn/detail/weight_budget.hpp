// WeightBudget: a limit to the weights of layers that a file describes.
#pragma once

#include <cstddef>
#include <string_view>

#include <shikumi/autograd/core/shape.hpp>

namespace shikumi::nn::detail {

/// While it lives, the layers that this thread builds may make so many bytes of weights.
class WeightBudget {
public:
    explicit WeightBudget(std::size_t bytes) noexcept;
    ~WeightBudget();
    WeightBudget(const WeightBudget&) = delete;
    WeightBudget& operator=(const WeightBudget&) = delete;

    /// Takes a weight's bytes from the budget of this thread, if there is one. Throws ValueError,
    /// before anything is allocated, where it exceeds what is left.
    static void spend(std::string_view layer, const Spec& weight);

private:
    std::size_t all_, left_;
    WeightBudget* outer_;
};

}  // namespace shikumi::nn::detail
