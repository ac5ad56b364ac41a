// HeatMap: a matrix as coloured cells.
#pragma once

#include <string>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/plot/svg.hpp>

namespace shikumi::plot {

/// A matrix as cells, whose colour is the stronger the larger their value is.
struct HeatMap {
    std::string title;                      ///< above it
    std::string x_label;                    ///< below it
    std::string y_label;                    ///< beside it
    Tensor values;                          ///< (rows, columns)
    std::vector<std::string> rows = {};     ///< beside the rows; empty: 0, 1, …
    std::vector<std::string> columns = {};  ///< below the columns; empty: 0, 1, …
};

/// The matrix as a picture; its numbers stand in the cells where there is room. Throws ShapeError
/// unless the values are a matrix that isn't empty, ValueError for another number of names.
Svg draw(const HeatMap& map);

/// Counts of classes (rows) that were taken for classes (columns). What was right has one colour,
/// by its share of the row; mistakes have another one, beside the worst.
struct ConfusionMatrix {
    std::string title = "Confusion matrix";  ///< above it
    Tensor counts;                           ///< (classes, classes), as datasets::confusion_matrix
    std::vector<std::string> names = {};     ///< of the classes; empty: 0, 1, …
};

/// The matrix as a picture. Throws ShapeError unless the counts are a square matrix that isn't
/// empty, ValueError for another number of names.
Svg draw(const ConfusionMatrix& matrix);

}  // namespace shikumi::plot
