// Samples with their labels.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::datasets {

/// n samples with their labels.
struct Labelled {
    Tensor features;  ///< (n, …)
    Tensor labels;    ///< (n, …)
};

/// n pictures with their classes.
struct Images {
    Tensor images;  ///< (n, rows, columns)
    Tensor labels;  ///< (n,) i64
};

/// Samples in two parts.
struct TrainTest {
    Labelled train;  ///< samples to learn from
    Labelled test;   ///< samples to test on
};

}  // namespace shikumi::datasets
