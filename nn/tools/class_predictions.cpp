#include <shikumi/nn/tools/class_predictions.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/datasets/labels.hpp>
#include <shikumi/plot/heat_map.hpp>
#include <shikumi/plot/picture_grid.hpp>

namespace shikumi::nn {

namespace {

bool one_number_each(const Shape& shape) {
    return shape.rank() == 1 || (shape.rank() == 2 && shape[1] == 1);
}

// (N, classes): two classes for a single output, whose probability is that of the second.
Tensor probabilities_of(const Tensor& outputs) {
    const Tensor x = reshape(outputs, {outputs.shape()[0], -1}).cast(f64);
    const bool within = min(x).item<double>() >= 0 && max(x).item<double>() <= 1;
    if (x.shape()[1] == 1) {
        const Tensor second = within ? x : sigmoid(x);
        return concatenate({1 - second, second}, 1);
    }
    const Tensor sums = sum(x, {1});
    const bool normalised = within && max(abs(sums - 1)).item<double>() < 1e-3;
    return normalised ? x : softmax(x, 1);
}

// The class of each sample; empty where the labels are none of so many classes.
std::vector<Index> classes_of(const Tensor& labels, Index classes) {
    const bool by_rows = labels.rank() == 2 && labels.shape()[1] == classes && classes > 1;
    if (!by_rows && !one_number_each(labels.shape())) return {};
    const Tensor x = labels.cast(f64);
    if (by_rows) {
        const bool one_hot = max(abs(sum(x, {1}) - 1)).item<double>() == 0 &&
                             min(x).item<double>() >= 0 && min(max(x, {1})).item<double>() == 1;
        return one_hot ? argmax(labels, 1).to_vector<Index>() : std::vector<Index>{};
    }
    const bool whole = max(abs(x - round(x))).item<double>() == 0 && min(x).item<double>() >= 0 &&
                       max(x).item<double>() < static_cast<double>(classes);
    return whole ? round(x).cast(i64).to_vector<Index>() : std::vector<Index>{};
}

// From the darkest to the brightest value of all.
Tensor stretched(const Tensor& pictures) {
    const Tensor x = pictures.cast(f32);
    const Tensor low = min(x), high = max(x);
    return (x - low) / maximum(high - low, 1e-20);
}

}  // namespace

double ClassPredictions::accuracy() const {
    std::size_t right = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) right += labels[i] == predicted[i];
    return static_cast<double>(right) / static_cast<double>(labels.size());
}

std::vector<Index> ClassPredictions::mistakes() const {
    std::vector<Index> wrong;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] != predicted[i]) wrong.push_back(static_cast<Index>(i));
    }
    std::stable_sort(wrong.begin(), wrong.end(), [&](Index a, Index b) {
        return of_truth[static_cast<std::size_t>(a)] < of_truth[static_cast<std::size_t>(b)];
    });
    return wrong;
}

std::optional<ClassPredictions> class_predictions(const Tensor& labels, const Tensor& outputs,
                                                  std::vector<std::string> names) {
    if (outputs.rank() != 2 || outputs.size() == 0 || labels.rank() == 0 ||
        labels.shape()[0] != outputs.shape()[0])
        return std::nullopt;
    const Index classes = std::max<Index>(outputs.shape()[1], 2);
    const std::vector<Index> truth = classes_of(labels, classes);
    if (truth.empty()) return std::nullopt;
    if (!names.empty() && static_cast<Index>(names.size()) != classes)
        fail<ValueError>("class_predictions", "got ", names.size(), " names for ", classes,
                         " classes");
    for (auto i = static_cast<Index>(names.size()); i < classes; ++i)
        names.push_back(std::to_string(i));
    const Tensor p = probabilities_of(outputs);
    ClassPredictions all{truth, argmax(p, 1).to_vector<Index>(), {}, std::move(names)};
    const std::vector<double> values = p.to_vector<double>();
    for (std::size_t i = 0; i < truth.size(); ++i)
        all.of_truth.push_back(
            values[i * static_cast<std::size_t>(classes) + static_cast<std::size_t>(truth[i])]);
    return all;
}

plot::Svg plot_confusion_matrix(const ClassPredictions& predictions) {
    return draw(plot::ConfusionMatrix{.counts = datasets::confusion_matrix(
                                          tensor(predictions.labels), tensor(predictions.predicted),
                                          static_cast<Index>(predictions.names.size())),
                                      .names = predictions.names});
}

bool are_pictures(const Shape& samples) {
    const int rank = samples.rank();
    if (rank != 3 && !(rank == 4 && (samples[3] == 1 || samples[3] == 3))) return false;
    const auto fits = [](Index side) { return side >= 8 && side <= 1024; };
    return fits(samples[1]) && fits(samples[2]);
}

plot::Svg plot_mistakes(const ClassPredictions& predictions, const Tensor& pictures,
                        std::size_t most) {
    if (!are_pictures(pictures.shape()))
        fail<ShapeError>("plot_mistakes", "samples ", pictures.spec(), " are no pictures");
    std::vector<Index> worst = predictions.mistakes();
    if (worst.empty()) fail<ValueError>("plot_mistakes", "there is no mistake");
    worst.resize(std::min(worst.size(), most));
    const Tensor shown = stretched(take(pictures, tensor(worst), 0));
    plot::PictureGrid grid{.title = "Worst mistakes", .pictures = {}, .side = 104, .width = 488};
    for (std::size_t i = 0; i < worst.size(); ++i) {
        const auto n = static_cast<std::size_t>(worst[i]);
        const auto row = static_cast<Index>(i);
        grid.pictures.push_back(
            {squeeze(slice(shown, 0, {row, row + 1}), 0),
             predictions.names[static_cast<std::size_t>(predictions.labels[n])] + " as " +
                 predictions.names[static_cast<std::size_t>(predictions.predicted[n])]});
    }
    return draw(grid);
}

}  // namespace shikumi::nn
