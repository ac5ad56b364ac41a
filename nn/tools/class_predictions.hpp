// ClassPredictions: what a classifier said of samples whose classes are known.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/plot/svg.hpp>

namespace shikumi::nn {

/// What a classifier said of samples whose classes are known.
struct ClassPredictions {
    std::vector<Index> labels;       ///< the class of each sample
    std::vector<Index> predicted;    ///< the likeliest class, by the model
    std::vector<double> of_truth;    ///< the probability that the model gave to the class
    std::vector<std::string> names;  ///< of the classes

    /// How many samples were taken for their class, as a share of all.
    double accuracy() const;
    /// The samples that weren't, beginning with those whose class had the least probability.
    std::vector<Index> mistakes() const;
};

/// Compares outputs (N, classes), as probabilities or logits, or (N, 1) for two classes, with
/// labels: integers (N,) or (N, 1), or rows of zeros with a 1. Without names, classes have their
/// numbers. Absent where these aren't the labels and outputs of a classifier. Throws ValueError for
/// another number of names than of classes.
std::optional<ClassPredictions> class_predictions(const Tensor& labels, const Tensor& outputs,
                                                  std::vector<std::string> names = {});

/// How often each class was taken for each class.
plot::Svg plot_confusion_matrix(const ClassPredictions& predictions);

/// Pictures (N, rows, columns), (N, rows, columns, 1) or (N, rows, columns, 3) of the worst
/// mistakes, with what they were taken for. Throws ShapeError for samples that are no pictures,
/// ValueError where there is no mistake.
plot::Svg plot_mistakes(const ClassPredictions& predictions, const Tensor& pictures,
                        std::size_t most = 16);

/// Whether samples (N, …) can be shown as pictures: 8 to 1024 pixels on each side, grey or of three
/// colours.
bool are_pictures(const Shape& samples);

}  // namespace shikumi::nn
