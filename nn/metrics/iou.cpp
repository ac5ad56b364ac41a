#include <shikumi/nn/metrics/iou.hpp>

#include <numeric>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/rows.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/losses/detail/reduce.hpp>
#include <shikumi/nn/losses/targets.hpp>
#include <shikumi/nn/metrics/detail/sums.hpp>

namespace shikumi::nn {

namespace {

using shikumi::detail::checked_indices;

// State: the confusion matrix, the weight of pixels by target and prediction.
class Overlap : public MetricRule {
public:
    Overlap(std::string name, IoUOptions options, Config config,
            std::optional<double> threshold = {})
        : name_(std::move(name)),
          options_(std::move(options)),
          config_(std::move(config)),
          threshold_(threshold) {
        if (options_.num_classes < 2)
            fail<ValueError>(name_, "wants two classes or more, got ", options_.num_classes);
        if (options_.target_class_ids.empty()) fail<ValueError>(name_, "wants target_class_ids");
        for (const Index id : options_.target_class_ids) {
            if (id < 0 || id >= options_.num_classes)
                fail<ValueError>(name_, "class ", id, " is none of ", options_.num_classes);
        }
    }

    std::string_view name() const noexcept override { return name_; }

    MetricState start(const Spec&, const Spec&) const override {
        return {zeros({options_.num_classes, options_.num_classes}, f64)};
    }

    MetricState update(const MetricState& state, const Tensor& targets, const Tensor& predictions,
                       const Tensor& weights) const override {
        Tensor t = options_.sparse_y_true ? targets : argmax(targets, options_.axis);
        Tensor p = classes_of(predictions);
        if (t.size() != p.size())
            fail<ShapeError>(name_, "targets ", targets.shape(), " don't fit predictions ",
                             predictions.shape());
        Tensor w = flatten(detail::weights_like(name_, weights, p.shape()));
        t = flatten(t);
        p = flatten(p);
        if (options_.ignore_class) {
            const Tensor counts = not_equal(t, *options_.ignore_class);
            t = where(counts, t, 0);
            w = where(counts, w, 0);
        }
        const Index classes = options_.num_classes;
        const Tensor true_class = one_hot(checked_indices("iou", t, classes), classes, f64);
        const Tensor found_class = one_hot(checked_indices("iou", p, classes), classes, f64);
        return {state[0] + matmul(transpose(true_class * expand_dims(w, 1)), found_class)};
    }

    Tensor result(const MetricState& state) const override {
        const Tensor both = sum(state[0] * eye(options_.num_classes, {}, f64), 0);
        const Tensor either = sum(state[0], 0) + sum(state[0], 1) - both;
        const Tensor ids = tensor(options_.target_class_ids);
        const Tensor shared = take(both, ids), all = take(either, ids);
        return detail::divide_no_nan(sum(shared / (all + 1e-7)), sum((all > 1e-9).cast(f64)));
    }

    Config get_config() const override { return config_; }

private:
    Tensor classes_of(const Tensor& p) const {
        if (threshold_) return (p >= *threshold_).cast(i64);
        return options_.sparse_y_pred ? p : argmax(p, options_.axis);
    }

    std::string name_;
    IoUOptions options_;
    Config config_;
    std::optional<double> threshold_;
};

std::vector<Index> all_classes(Index count) {
    constexpr Index most = 65'536;  // whose counts are kept for each pair
    if (count > most)
        fail<ValueError>("mean_io_u", "wants ", most, " classes at most, got ", count);
    std::vector<Index> ids(static_cast<std::size_t>(std::max<Index>(count, 0)));
    std::iota(ids.begin(), ids.end(), Index{0});
    return ids;
}

}  // namespace

Metric IoU(const IoUOptions& options) {
    return Overlap("io_u", options, ConfigWriter().fields(options));
}

Metric MeanIoU(const MeanIoUOptions& o) {
    return Overlap("mean_io_u",
                   {.num_classes = o.num_classes,
                    .target_class_ids = all_classes(o.num_classes),
                    .ignore_class = o.ignore_class,
                    .sparse_y_true = o.sparse_y_true,
                    .sparse_y_pred = o.sparse_y_pred,
                    .axis = o.axis},
                   ConfigWriter().fields(o));
}

Metric BinaryIoU(const BinaryIoUOptions& options) {
    return Overlap("binary_io_u", {.target_class_ids = options.target_class_ids},
                   ConfigWriter().fields(options), options.threshold);
}

Metric OneHotIoU(const OneHotIoUOptions& o) {
    return Overlap("one_hot_io_u",
                   {.num_classes = o.num_classes,
                    .target_class_ids = o.target_class_ids,
                    .ignore_class = o.ignore_class,
                    .sparse_y_true = false,
                    .sparse_y_pred = o.sparse_y_pred,
                    .axis = o.axis},
                   ConfigWriter().fields(o));
}

Metric OneHotMeanIoU(const OneHotMeanIoUOptions& o) {
    return Overlap("one_hot_mean_io_u",
                   {.num_classes = o.num_classes,
                    .target_class_ids = all_classes(o.num_classes),
                    .ignore_class = o.ignore_class,
                    .sparse_y_true = false,
                    .sparse_y_pred = o.sparse_y_pred,
                    .axis = o.axis},
                   ConfigWriter().fields(o));
}

}  // namespace shikumi::nn
