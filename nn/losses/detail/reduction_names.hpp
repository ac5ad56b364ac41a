// Keras's names of reductions.
#pragma once

#include <shikumi/autograd/core/name_table.hpp>
#include <shikumi/nn/losses/loss.hpp>

namespace shikumi::nn::detail {

inline constexpr shikumi::detail::NameRow<Reduction> known_reductions[] = {
    {Reduction::sum_over_batch_size, {"sum_over_batch_size"}},
    {Reduction::sum, {"sum"}},
    {Reduction::mean_with_sample_weight, {"mean_with_sample_weight"}},
    {Reduction::none, {"none"}},
};
inline constexpr shikumi::detail::NameTable<Reduction> reductions("reduction", known_reductions);

}  // namespace shikumi::nn::detail
