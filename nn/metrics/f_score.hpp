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
/// Keras's name, such as "macro"; nothing for none.
Config to_config(Averaging value);
/// Reads Keras's name; nothing is none. Throws ValueError with the nearest names for any other.
void from_config(const Config& config, Averaging& value, std::string_view reading);

/// What F1Score can be given.
struct F1ScoreOptions {
    Averaging average = Averaging::none;   ///< how the classes' scores become one number
    std::optional<double> threshold = {};  ///< predictions above it are positive; absent: the
                                           ///< largest entry of a row is
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<F1ScoreOptions> auto& o) {
    fields("average", o.average);
    fields("threshold", o.threshold);
}
/// What FBetaScore can be given.
struct FBetaScoreOptions {
    Averaging average = Averaging::none;   ///< how the classes' scores become one number
    double beta = 1;                       ///< how much more recall counts than precision
    std::optional<double> threshold = {};  ///< as in F1ScoreOptions
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<FBetaScoreOptions> auto& o) {
    fields("average", o.average);
    fields("beta", o.beta);
    fields("threshold", o.threshold);
}

/// (1 + β²) precision recall/(β² precision + recall) for each class, with 1e-7 added to the
/// denominators, as in Keras; targets are rows of zeros and ones, (N, K). Training shows one
/// number, so it wants another average than none. Throws ValueError unless beta is positive.
Metric FBetaScore(const FBetaScoreOptions& options = {});
/// FBetaScore with β = 1: the harmonic mean of precision and recall.
Metric F1Score(const F1ScoreOptions& options = {});

}  // namespace shikumi::nn
