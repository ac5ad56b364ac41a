#include <shikumi/datasets/labels.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

namespace shikumi::datasets {
namespace {

using Labels = std::vector<std::int64_t>;

Labels integers(std::string_view function, const Tensor& labels) {
    if (!is_integer(labels.dtype()))
        fail<DTypeError>(function, "labels are integers, got ", labels.spec());
    return labels.to_vector<std::int64_t>();
}

// Checks every label against `num_classes`; 0 stands for one more than the largest label.
Index class_count(std::string_view function, const Labels& labels, Index num_classes) {
    if (num_classes < 0) fail<ValueError>(function, num_classes, " classes");
    if (num_classes == 0) {
        if (labels.empty()) fail<ValueError>(function, "no labels to count the classes of");
        num_classes = std::max<Index>(*std::max_element(labels.begin(), labels.end()), 0) + 1;
    }
    const auto outside = std::find_if(labels.begin(), labels.end(), [&](std::int64_t label) {
        return label < 0 || label >= num_classes;
    });
    if (outside != labels.end())
        fail<ValueError>(function, "label ", *outside, " at position ", outside - labels.begin(),
                         " is outside [0, ", num_classes, ")");
    return num_classes;
}

Tensor one_hot_rows(const Labels& labels, Shape::Sizes sizes, Index num_classes) {
    num_classes = class_count("to_categorical", labels, num_classes);
    if (sizes.rank() > 1 && sizes[sizes.rank() - 1] == 1)
        sizes[sizes.rank() - 1] = num_classes;
    else
        sizes.push_back(num_classes);
    Array rows({Shape(sizes), f32});
    const auto values = rows.mutable_data<float>();
    std::fill(values.begin(), values.end(), 0.0f);
    for (std::size_t i = 0; i < labels.size(); ++i)
        values[i * static_cast<std::size_t>(num_classes) + static_cast<std::size_t>(labels[i])] = 1;
    return Tensor(rows);
}

}  // namespace

Tensor to_categorical(const Tensor& labels, Index num_classes) {
    return one_hot_rows(integers("to_categorical", labels), labels.shape().sizes(), num_classes);
}

Tensor to_categorical(const std::vector<int>& labels, Index num_classes) {
    const Shape shape{static_cast<Index>(labels.size())};
    return one_hot_rows(Labels(labels.begin(), labels.end()), shape.sizes(), num_classes);
}

Tensor confusion_matrix(const Tensor& labels, const Tensor& predictions, Index num_classes) {
    constexpr std::string_view function = "confusion_matrix";
    Labels both = integers(function, labels);
    const Labels predicted = integers(function, predictions);
    if (labels.rank() != 1 || labels.shape() != predictions.shape())
        fail<ShapeError>(function, "labels ", labels.shape(), " and predictions ",
                         predictions.shape(), " must be two lists of one length");
    const std::size_t n = both.size();
    both.insert(both.end(), predicted.begin(), predicted.end());
    num_classes = class_count(function, both, num_classes);

    Array matrix({{num_classes, num_classes}, i64});
    const auto counts = matrix.mutable_data<std::int64_t>();
    std::fill(counts.begin(), counts.end(), 0);
    for (std::size_t i = 0; i < n; ++i)
        ++counts[static_cast<std::size_t>(both[i] * num_classes + predicted[i])];
    return Tensor(matrix);
}

}  // namespace shikumi::datasets
