// Samples with their labels: what the readers return and the splits take apart.
#pragma once

#include <shikumi/autograd/graph/tensor.hpp>

namespace shikumi::datasets {

/// n samples, the first axis of both.
struct Labelled {
    Tensor features;
    Tensor labels;
};

/// n pictures: images (n, rows, columns), labels (n,) i64.
struct Images {
    Tensor images;
    Tensor labels;
};

/// What to learn from, and what to test on.
struct TrainTest {
    Labelled train;
    Labelled test;
};

}  // namespace shikumi::datasets
