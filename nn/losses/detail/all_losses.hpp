// Every loss that has a name, for look-ups and for files.
#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include <shikumi/nn/losses/circle.hpp>
#include <shikumi/nn/losses/crossentropy.hpp>
#include <shikumi/nn/losses/ctc.hpp>
#include <shikumi/nn/losses/focal.hpp>
#include <shikumi/nn/losses/hinge.hpp>
#include <shikumi/nn/losses/overlap.hpp>
#include <shikumi/nn/losses/probabilistic.hpp>
#include <shikumi/nn/losses/regression.hpp>

namespace shikumi::nn::detail {

/// A loss: the constant, the function that takes options, its names (the function's, the class's,
/// short ones), and the constant for logits where there is one.
template <class OwnOptions>
struct LossEntry {
    using Options = OwnOptions;
    using Names = std::array<std::string_view, 4>;

    constexpr LossEntry(const Loss* own_constant, Loss (*own_make)(const Options& options),
                        const Names& own_names, const Loss* for_logits = nullptr)
        : constant(own_constant), make(own_make), names(own_names), of_logits(for_logits) {}

    const Loss* constant;
    Loss (*make)(const Options& options);
    Names names;
    const Loss* of_logits;
};

inline constexpr std::tuple all_losses{
    LossEntry{&binary_crossentropy,
              BinaryCrossentropy,
              {"binary_crossentropy", "BinaryCrossentropy", "bce", "BCE"},
              &binary_crossentropy_from_logits},
    LossEntry{&binary_focal_crossentropy,
              BinaryFocalCrossentropy,
              {"binary_focal_crossentropy", "BinaryFocalCrossentropy"}},
    LossEntry{&categorical_crossentropy,
              CategoricalCrossentropy,
              {"categorical_crossentropy", "CategoricalCrossentropy"},
              &categorical_crossentropy_from_logits},
    LossEntry{&categorical_focal_crossentropy,
              CategoricalFocalCrossentropy,
              {"categorical_focal_crossentropy", "CategoricalFocalCrossentropy"}},
    LossEntry{&categorical_generalized_cross_entropy,
              CategoricalGeneralizedCrossEntropy,
              {"categorical_generalized_cross_entropy", "CategoricalGeneralizedCrossEntropy"}},
    LossEntry{&categorical_hinge, CategoricalHinge, {"categorical_hinge", "CategoricalHinge"}},
    LossEntry{&circle, Circle, {"circle", "Circle"}},
    LossEntry{&cosine_similarity, CosineSimilarity, {"cosine_similarity", "CosineSimilarity"}},
    LossEntry{&ctc, CTC, {"ctc", "CTC"}},
    LossEntry{&dice, Dice, {"dice", "Dice"}},
    LossEntry{&hinge, Hinge, {"hinge", "Hinge"}},
    LossEntry{&huber, Huber, {"huber", "Huber"}},
    LossEntry{&kl_divergence, KLDivergence, {"kl_divergence", "KLDivergence", "kld", "KLD"}},
    LossEntry{&log_cosh, LogCosh, {"log_cosh", "LogCosh", "logcosh"}},
    LossEntry{&mean_absolute_error,
              MeanAbsoluteError,
              {"mean_absolute_error", "MeanAbsoluteError", "mae", "MAE"}},
    LossEntry{&mean_absolute_percentage_error,
              MeanAbsolutePercentageError,
              {"mean_absolute_percentage_error", "MeanAbsolutePercentageError", "mape", "MAPE"}},
    LossEntry{&mean_squared_error,
              MeanSquaredError,
              {"mean_squared_error", "MeanSquaredError", "mse", "MSE"}},
    LossEntry{&mean_squared_logarithmic_error,
              MeanSquaredLogarithmicError,
              {"mean_squared_logarithmic_error", "MeanSquaredLogarithmicError", "msle", "MSLE"}},
    LossEntry{&poisson, Poisson, {"poisson", "Poisson"}},
    LossEntry{&sparse_categorical_crossentropy,
              SparseCategoricalCrossentropy,
              {"sparse_categorical_crossentropy", "SparseCategoricalCrossentropy"},
              &sparse_categorical_crossentropy_from_logits},
    LossEntry{&squared_hinge, SquaredHinge, {"squared_hinge", "SquaredHinge"}},
    LossEntry{&tversky, Tversky, {"tversky", "Tversky"}},
};

}  // namespace shikumi::nn::detail
