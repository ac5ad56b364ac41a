// F-scores: precision and recall as one number.
#pragma once

#include <optional>

#include <shikumi/nn/metrics/metric.hpp>

namespace shikumi::nn {

/// How the scores of classes become one number.
enum class Averaging {
    none,     ///< they stay apart: a vector
    micro,    ///< all classes are counted together
    macro,    ///< their mean
    weighted  ///< their mean, weighed by how often each class is there
};

/// What F1Score can be given.
struct F1ScoreOptions {
    Averaging average = Averaging::none;   ///< how the classes' scores become one number
    std::optional<double> threshold = {};  ///< predictions above it are positive; absent: the
                                           ///< largest entry of a row is
};
/// What FBetaScore can be given.
struct FBetaScoreOptions {
    Averaging average = Averaging::none;   ///< how the classes' scores become one number
    double beta = 1;                       ///< how much more recall counts than precision
    std::optional<double> threshold = {};  ///< as in F1ScoreOptions
};

/// (1 + β²) precision recall/(β² precision + recall) for each class, with 1e-7 added to the
/// denominators, as in Keras; targets are rows of zeros and ones, (N, K). Training shows one
/// number, so it wants another average than none. Throws ValueError unless beta is positive.
Metric FBetaScore(const FBetaScoreOptions& options = {});
/// FBetaScore with β = 1: the harmonic mean of precision and recall.
Metric F1Score(const F1ScoreOptions& options = {});

}  // namespace shikumi::nn
