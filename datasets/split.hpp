// Choosing rows: train and test parts, batches.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <shikumi/autograd/memory/random.hpp>
#include <shikumi/datasets/labelled.hpp>

namespace shikumi::datasets {

/// The rows x[i] for each i of `rows`, in that order: (rows, …) of x's dtype. Throws ShapeError for
/// a scalar, ValueError for a row outside [0, n).
Tensor take_rows(const Tensor& x, std::span<const Index> rows);

/// How samples are split.
struct SplitOptions {
    double test_fraction = 0.3;  ///< the share of samples for testing, between 0 and 1
    std::uint64_t seed = 0;      ///< of the shuffling
    bool stratified = true;      ///< give both parts the same proportions of classes
};

/// Shuffles the samples and sets round(test_fraction · n) of them, at least one and not all, aside
/// for testing. Stratified: by largest remainders, so that each class gets its exact share rounded
/// up or down and the total is kept.
///
/// Throws ValueError for fewer than two samples or a fraction outside (0, 1), ShapeError where
/// features and labels differ in length, DTypeError where a stratified split is given labels that
/// aren't a list of integers.
TrainTest train_test_split(const Tensor& features, const Tensor& labels,
                           const SplitOptions& options = {});

/// The rows 0 … n-1 in groups of `batch_size`; the last group has what is left. Throws ValueError
/// unless n >= 0 and batch_size > 0.
std::vector<std::vector<Index>> batches(Index n, Index batch_size);
/// The rows 0 … n-1 in random order, in groups of `batch_size`; the last group has what is left.
/// Throws ValueError unless n >= 0 and batch_size > 0.
std::vector<std::vector<Index>> batches(Index n, Index batch_size, Generator& rng);

}  // namespace shikumi::datasets
