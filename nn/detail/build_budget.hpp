// BuildBudget: limits to what the layers cost that a file describes.
#pragma once

#include <cstddef>
#include <string_view>

#include <shikumi/autograd/core/shape.hpp>

namespace shikumi::nn::detail {

/// While it lives, the layers that this thread builds may make so many bytes of weights, and record
/// so many steps of recurrences one by one.
class BuildBudget {
public:
    BuildBudget(std::size_t weight_bytes, Index steps) noexcept;
    ~BuildBudget();
    BuildBudget(const BuildBudget&) = delete;
    BuildBudget& operator=(const BuildBudget&) = delete;

    /// Takes a weight from the budget of this thread, if there is one. Throws ValueError, before
    /// anything is allocated, where it exceeds what is left.
    static void spend(std::string_view layer, const Spec& weight);
    /// Takes steps from it. Throws ValueError, before any is recorded, where there are too many.
    static void spend_steps(std::string_view layer, Index steps);

private:
    std::size_t all_bytes_, bytes_;  // at first, and left
    Index all_steps_, steps_;
    BuildBudget* outer_;
};

}  // namespace shikumi::nn::detail
