// The kind "metrics": results after each of several updates, with a reset between two rounds.
#include <algorithm>
#include <functional>
#include <map>

#include "cases.hpp"
#include "compare.hpp"
#include "readers.hpp"

namespace shikumi::golden {

namespace {

template <class T>
std::optional<T> read_optional(const json& config, const char* key) {
    if (!config.contains(key) || config.at(key).is_null()) return {};
    return config.at(key).get<T>();
}

std::vector<double> read_thresholds(const json& config, const char* key,
                                    std::vector<double> otherwise) {
    return config.contains(key) ? read_numbers(config.at(key)) : otherwise;
}

nn::ConfusionOptions confusion(const json& c) {
    return {.thresholds = read_thresholds(c, "thresholds", {0.5})};
}

nn::PrecisionOptions precision(const json& c) {
    return {.thresholds = read_thresholds(c, "thresholds", {}),
            .top_k = read_optional<Index>(c, "top_k"),
            .class_id = read_optional<Index>(c, "class_id")};
}

nn::AtThresholdOptions at_threshold(const json& c) {
    return {.num_thresholds = c.value("num_thresholds", Index{200}),
            .class_id = read_optional<Index>(c, "class_id")};
}

nn::Metric auc(const json& c) {
    const std::string method = c.value("summation_method", "interpolation");
    return nn::AUC({.num_thresholds = c.value("num_thresholds", Index{200}),
                    .curve = c.value("curve", "ROC") == "PR" ? nn::Curve::PR : nn::Curve::ROC,
                    .summation_method = method == "minoring"   ? nn::SummationMethod::minoring
                                        : method == "majoring" ? nn::SummationMethod::majoring
                                                               : nn::SummationMethod::interpolation,
                    .thresholds = read_thresholds(c, "thresholds", {}),
                    .multi_label = c.value("multi_label", false),
                    .label_weights = read_thresholds(c, "label_weights", {}),
                    .from_logits = c.value("from_logits", false)});
}

nn::Averaging read_average(const json& config) {
    const auto name = read_optional<std::string>(config, "average");
    if (!name) return nn::Averaging::none;
    if (*name == "micro") return nn::Averaging::micro;
    if (*name == "macro") return nn::Averaging::macro;
    if (*name == "weighted") return nn::Averaging::weighted;
    throw Unknown("average " + *name);
}

nn::Metric r2_score(const json& c) {
    using nn::ClassAggregation;
    const std::string name = c.contains("class_aggregation") && c.at("class_aggregation").is_null()
                                 ? "none"
                                 : c.value("class_aggregation", "uniform_average");
    return nn::R2Score({.class_aggregation = name == "none" ? ClassAggregation::none
                                             : name == "uniform_average"
                                                 ? ClassAggregation::uniform_average
                                                 : ClassAggregation::variance_weighted_average,
                        .num_regressors = c.value("num_regressors", Index{0})});
}

nn::IoUOptions iou(const json& c) {
    return {.num_classes = c.value("num_classes", Index{2}),
            .target_class_ids = c.value("target_class_ids", std::vector<Index>{0, 1}),
            .ignore_class = read_optional<Index>(c, "ignore_class"),
            .sparse_y_true = c.value("sparse_y_true", true),
            .sparse_y_pred = c.value("sparse_y_pred", true)};
}

nn::CrossentropyOptions crossentropy(const json& c) {
    return {.from_logits = c.value("from_logits", false),
            .label_smoothing = c.value("label_smoothing", 0.0)};
}

using Maker = std::function<nn::Metric(const json& config)>;

const std::map<std::string, Maker> of_classes{
    {"BinaryAccuracy",
     [](const json& c) { return nn::BinaryAccuracy({.threshold = c.value("threshold", 0.5)}); }},
    {"BinaryCrossentropy", [](const json& c) { return nn::BinaryCrossentropy(crossentropy(c)); }},
    {"CategoricalCrossentropy",
     [](const json& c) { return nn::CategoricalCrossentropy(crossentropy(c)); }},
    {"SparseCategoricalCrossentropy",
     [](const json& c) {
         return nn::SparseCategoricalCrossentropy({.from_logits = c.value("from_logits", false)});
     }},
    {"TopKCategoricalAccuracy",
     [](const json& c) { return nn::TopKCategoricalAccuracy({.k = c.value("k", Index{5})}); }},
    {"SparseTopKCategoricalAccuracy",
     [](const json& c) {
         return nn::SparseTopKCategoricalAccuracy({.k = c.value("k", Index{5})});
     }},
    {"CosineSimilarity",
     [](const json& c) { return nn::MeanCosineSimilarity({.axis = c.value("axis", -1)}); }},
    {"PearsonCorrelation",
     [](const json& c) { return nn::PearsonCorrelation({.axis = c.value("axis", -1)}); }},
    {"MeanMetricWrapper",
     [](const json& c) {
         return nn::metric(c.at("fn").get<std::string>()).named(c.at("name").get<std::string>());
     }},
    {"R2Score", r2_score},
};

const std::map<std::string, Maker> of_counts{
    {"AUC", auc},
    {"F1Score",
     [](const json& c) {
         return nn::F1Score(
             {.average = read_average(c), .threshold = read_optional<double>(c, "threshold")});
     }},
    {"FBetaScore",
     [](const json& c) {
         return nn::FBetaScore({.average = read_average(c),
                                .beta = c.value("beta", 1.0),
                                .threshold = read_optional<double>(c, "threshold")});
     }},
    {"TruePositives", [](const json& c) { return nn::TruePositives(confusion(c)); }},
    {"TrueNegatives", [](const json& c) { return nn::TrueNegatives(confusion(c)); }},
    {"FalsePositives", [](const json& c) { return nn::FalsePositives(confusion(c)); }},
    {"FalseNegatives", [](const json& c) { return nn::FalseNegatives(confusion(c)); }},
    {"Precision", [](const json& c) { return nn::Precision(precision(c)); }},
    {"Recall", [](const json& c) { return nn::Recall(precision(c)); }},
    {"PrecisionAtRecall",
     [](const json& c) { return nn::PrecisionAtRecall(c.at("recall"), at_threshold(c)); }},
    {"RecallAtPrecision",
     [](const json& c) { return nn::RecallAtPrecision(c.at("precision"), at_threshold(c)); }},
    {"SensitivityAtSpecificity",
     [](const json& c) {
         return nn::SensitivityAtSpecificity(c.at("specificity"), at_threshold(c));
     }},
    {"SpecificityAtSensitivity",
     [](const json& c) {
         return nn::SpecificityAtSensitivity(c.at("sensitivity"), at_threshold(c));
     }},
};

const std::map<std::string, Maker> of_overlap{
    {"IoU", [](const json& c) { return nn::IoU(iou(c)); }},
    {"MeanIoU",
     [](const json& c) {
         return nn::MeanIoU({.num_classes = c.at("num_classes"),
                             .ignore_class = read_optional<Index>(c, "ignore_class")});
     }},
    {"BinaryIoU",
     [](const json& c) {
         return nn::BinaryIoU(
             {.target_class_ids = iou(c).target_class_ids, .threshold = c.value("threshold", 0.5)});
     }},
    {"OneHotIoU",
     [](const json& c) {
         return nn::OneHotIoU({.num_classes = c.at("num_classes"),
                               .target_class_ids = c.at("target_class_ids"),
                               .sparse_y_pred = c.value("sparse_y_pred", false)});
     }},
    {"OneHotMeanIoU",
     [](const json& c) { return nn::OneHotMeanIoU({.num_classes = c.at("num_classes")}); }},
};

nn::Metric read_metric(const std::string& name, const json& config) {
    for (const auto* table : {&of_classes, &of_counts, &of_overlap}) {
        const auto found = table->find(name);
        if (found != table->end()) return found->second(config);
    }
    only(config, name, {});
    if (name == "Accuracy") return nn::Accuracy();
    const nn::Metric metric = nn::metric(name);  // called as it was asked for
    return name == "LogCoshError" ? nn::LogCoshError() : metric.named("");
}

// Keras counts the metrics of a session: auc, auc_1, …
std::string without_number(const std::string& name) {
    const auto last = name.find_last_not_of("0123456789");
    return last + 1 < name.size() && name[last] == '_' ? name.substr(0, last) : name;
}

bool wants_labels(const std::string& name) { return name.starts_with("Sparse"); }

void update(nn::RunningMetric& metric, const json& step, DType targets) {
    Tensor weights;
    if (step.contains("sample_weight")) weights = read_tensor(step.at("sample_weight"));
    if (step.contains("values"))
        metric.update({}, read_tensor(step.at("values")), weights);
    else
        metric.update(read_tensor(step.at("y_true"), targets), read_tensor(step.at("y_pred")),
                      weights);
}

void run_rounds(const std::string& name, const json& c) {
    nn::RunningMetric metric(read_metric(name, c.at("config")));
    const std::string expected_name = without_number(c.at("metric_name"));
    if (!metric.name().empty() && metric.name() != expected_name)
        throw Different("name: got " + std::string(metric.name()) + ", expected " + expected_name);
    int number = 0;
    for (const json& round : c.at("rounds")) {
        metric.reset();
        for (const json& step : round) {
            update(metric, step, wants_labels(name) ? i64 : f32);
            const std::string what = "result " + std::to_string(++number);
            const std::vector<double> got = metric.result().to_vector<double>();
            compare_either(
                [&](const json& e) {
                    compare_numbers(what, got, read_numbers(e), c.at("tolerance"));
                },
                step.at("result"), step.value("result64", json()));
        }
    }
}

// ---- what a string becomes ----------------------------------------------------------------------

// Batch by batch, as evaluate does it.
struct Batches {
    Tensor targets, predictions, weights;
    Index size;

    void each(const std::function<void(const Tensor&, const Tensor&, const Tensor&)>& see) const {
        const Index samples = targets.shape().front();
        for (Index first = 0; first < samples; first += size) {
            const Slice rows{first, std::min(first + size, samples)};
            see(slice(targets, 0, rows), slice(predictions, 0, rows), slice(weights, 0, rows));
        }
    }
};

void run_string(const json& c) {
    const std::string name = c.at("string"), about = c.at("about");
    // docs/keras.md: targets (N,) fit predictions (N, 1).
    const bool refused = c.contains("error") && name != "binary_crossentropy";
    if (refused) {
        try {
            nn::metric(name);
        } catch (const ValueError&) {
            return;
        }
        throw Different("expected an error, got none");
    }
    if (c.contains("error")) {
        nn::RunningMetric metric(nn::metric(name));
        metric.update(read_tensor(c.at("y_true")), read_tensor(c.at("y_pred")));
        return;
    }
    // docs/keras.md: class indices are integers.
    const bool labels = about.starts_with("sparse");
    const Batches batches{read_tensor(c.at("y_true"), labels ? i64 : f32),
                          read_tensor(c.at("y_pred")), read_tensor(c.at("sample_weight")),
                          c.at("batch_size")};
    const nn::Loss loss(c.at("loss").get<std::string>());
    nn::RunningMetric plain(nn::metric(name)), weighted(nn::metric(name)), mean(nn::Mean());
    batches.each([&](const Tensor& y, const Tensor& p, const Tensor& w) {
        plain.update(y, p);
        weighted.update(y, p, w);
        mean.update({}, loss.reduced(y, p, w), scalar(y.shape().front()));
    });
    const json& logs = c.at("logs");
    const auto check = [&](const std::string& key, const nn::RunningMetric& metric) {
        compare_number(key, metric.result().item<double>(), logs.at(key), c.at("tolerance"));
    };
    check(std::string(plain.name()), plain);
    check("weighted_" + std::string(weighted.name()), weighted);
    check("loss", mean);
}

void run_metric(const json& theme, const json& c) {
    if (theme.at("class_name").is_null()) return run_string(c);
    run_rounds(theme.at("class_name"), c);
}

const Kind metrics("metrics", run_metric);

}  // namespace

}  // namespace shikumi::golden
