// The data sets within the library. Sources and licences: datasets/README.md.
#pragma once

#include <string>
#include <vector>

#include <shikumi/datasets/labelled.hpp>

namespace shikumi::datasets {

/// The 16 patterns of 2 x 2 black and white pixels, features (16, 4) f32, in binary order, and
/// their classes, labels (16,) i64: 1 for a lit column, 2 for a lit row, 0 for the rest.
Labelled lecture_patterns();

/// R. A. Fisher's irises, 1936; public domain.
struct Iris {
    Tensor features;                         ///< (150, 4) f32, in centimetres
    Tensor labels;                           ///< (150,) i64: 0, 1, 2, fifty of each
    std::vector<std::string> feature_names;  ///< "sepal_length", …
    std::vector<std::string> class_names;    ///< "setosa", "versicolor", "virginica"
};
/// Fisher's irises.
Iris iris();

/// 1,797 handwritten digits: images (1797, 8, 8) f32 with values 0 to 16, labels (1797,) i64.
/// By E. Alpaydin and C. Kaynak, UCI Machine Learning Repository, 1998; CC BY 4.0.
Images digits();

}  // namespace shikumi::datasets
