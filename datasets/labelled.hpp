// Samples with their labels.
#pragma once

#include <string>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::datasets {

/// n samples with their labels.
struct Labelled {
    Tensor features;  ///< (n, …)
    Tensor labels;    ///< (n, …)
};

/// n pictures with their classes.
struct Images {
    Tensor images;  ///< (n, rows, columns), or (n, rows, columns, 3) with red, green and blue
    Tensor labels;  ///< (n,) i64
};

/// Samples in two parts.
struct TrainTest {
    Labelled train;  ///< samples to learn from
    Labelled test;   ///< samples to test on
};

/// Pictures in two parts.
struct ImageSet {
    Images train;                          ///< pictures to learn from
    Images test;                           ///< pictures to test on
    std::vector<std::string> class_names;  ///< what the labels stand for; empty where unknown
};

}  // namespace shikumi::datasets
