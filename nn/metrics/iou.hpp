// Intersection over union, for segmentation.
#pragma once

#include <optional>
#include <vector>

#include <shikumi/nn/metrics/metric.hpp>

namespace shikumi::nn {

// Every pixel, or whatever has a class, counts. The IoU of a class is the weight of the pixels that
// have it in targets and predictions over that of those that have it in either, plus 1e-7; classes
// that occur in neither are left out of means. A class outside the numbers throws ValueError when
// it is evaluated.

/// What IoU can be given.
struct IoUOptions {
    Index num_classes = 2;                     ///< classes are 0 to num_classes − 1
    std::vector<Index> target_class_ids = {};  ///< whose mean it is
    std::optional<Index> ignore_class = {};    ///< pixels with this target count nowhere
    bool sparse_y_true = true;  ///< whether targets are class indices, or else rows of classes
    bool sparse_y_pred = true;  ///< whether predictions are class indices, or else rows of classes
    int axis = -1;              ///< the axis of such rows
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<IoUOptions> auto& o) {
    fields("num_classes", o.num_classes);
    fields.or_null("target_class_ids", o.target_class_ids);
    fields("ignore_class", o.ignore_class);
    fields("sparse_y_true", o.sparse_y_true);
    fields("sparse_y_pred", o.sparse_y_pred);
    fields("axis", o.axis);
}
/// The mean IoU of some classes. Throws ValueError for less than two classes, and where the
/// target classes are none of them or there is none.
Metric IoU(const IoUOptions& options);

/// What MeanIoU can be given.
struct MeanIoUOptions {
    Index num_classes = 2;                   ///< as in IoUOptions, like all others
    std::optional<Index> ignore_class = {};  ///< pixels with this target count nowhere
    bool sparse_y_true = true;               ///< whether targets are class indices
    bool sparse_y_pred = true;               ///< whether predictions are class indices
    int axis = -1;                           ///< the axis of rows of classes
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<MeanIoUOptions> auto& o) {
    fields("num_classes", o.num_classes);
    fields("ignore_class", o.ignore_class);
    fields("sparse_y_true", o.sparse_y_true);
    fields("sparse_y_pred", o.sparse_y_pred);
    fields("axis", o.axis);
}
/// The mean IoU of all classes.
Metric MeanIoU(const MeanIoUOptions& options);

/// What BinaryIoU can be given.
struct BinaryIoUOptions {
    std::vector<Index> target_class_ids = {0, 1};  ///< whose mean it is
    double threshold = 0.5;                        ///< predictions from it on are class 1
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<BinaryIoUOptions> auto& o) {
    fields.or_null("target_class_ids", o.target_class_ids);
    fields("threshold", o.threshold);
}
/// The mean IoU of two classes, where predictions are probabilities of class 1.
Metric BinaryIoU(const BinaryIoUOptions& options = {});

/// What OneHotIoU can be given.
struct OneHotIoUOptions {
    Index num_classes = 2;                     ///< as in IoUOptions, like all others
    std::vector<Index> target_class_ids = {};  ///< whose mean it is
    std::optional<Index> ignore_class = {};    ///< pixels with this target count nowhere
    bool sparse_y_pred = false;                ///< whether predictions are class indices
    int axis = -1;                             ///< the axis of rows of classes
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<OneHotIoUOptions> auto& o) {
    fields("num_classes", o.num_classes);
    fields.or_null("target_class_ids", o.target_class_ids);
    fields("ignore_class", o.ignore_class);
    fields("sparse_y_pred", o.sparse_y_pred);
    fields("axis", o.axis);
}
/// IoU where targets, and predictions unless the options say otherwise, are rows of classes.
Metric OneHotIoU(const OneHotIoUOptions& options);

/// What OneHotMeanIoU can be given.
struct OneHotMeanIoUOptions {
    Index num_classes = 2;                   ///< as in IoUOptions, like all others
    std::optional<Index> ignore_class = {};  ///< pixels with this target count nowhere
    bool sparse_y_pred = false;              ///< whether predictions are class indices
    int axis = -1;                           ///< the axis of rows of classes
};
/// States the options by their names.
void visit_fields(auto& fields, FieldsOf<OneHotMeanIoUOptions> auto& o) {
    fields("num_classes", o.num_classes);
    fields("ignore_class", o.ignore_class);
    fields("sparse_y_pred", o.sparse_y_pred);
    fields("axis", o.axis);
}
/// MeanIoU where targets, and predictions unless the options say otherwise, are rows of classes.
Metric OneHotMeanIoU(const OneHotMeanIoUOptions& options);

}  // namespace shikumi::nn
