// Metrics as configurations, and back.
#include <shikumi/nn/metrics/configs.hpp>

#include <set>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/metrics/detail/all_metrics.hpp>
#include <shikumi/nn/nn.hpp>

#include "catch.hpp"

using namespace shikumi;
using nn::metric_from_config;
using shikumi_test::contains;

namespace {

// What each metric can be given.
enum class Fits { rows, indices, classes };

struct Tried {
    nn::Metric metric;
    Fits fits = Fits::rows;
};

// Each with options other than the usual ones.
const std::vector<Tried>& metrics() {
    using namespace nn;
    static const std::vector<Tried> all{
        {Accuracy()},
        {AUC({.num_thresholds = 20,
              .curve = Curve::PR,
              .summation_method = SummationMethod::minoring,
              .multi_label = true,
              .label_weights = {0.2, 0.3, 0.5},
              .from_logits = true})},
        {AUC({.thresholds = {0.25, 0.5}}).named("area")},
        {BinaryAccuracy({.threshold = 0.3})},
        {CategoricalAccuracy()},
        {ConcordanceCorrelation({.axis = 0})},
        {MeanCosineSimilarity({.axis = 1})},
        {F1Score({.average = Averaging::macro, .threshold = 0.3})},
        {FBetaScore({.average = Averaging::weighted, .beta = 2})},
        {FalseNegatives({.thresholds = {0.2, 0.6}})},
        {FalsePositives()},
        {TrueNegatives()},
        {TruePositives({.thresholds = {0.1}})},
        {Mean()},
        {Sum()},
        {PearsonCorrelation({.axis = 0})},
        {Precision({.thresholds = {0.4}, .class_id = 1})},
        {Recall({.top_k = 2})},
        {R2Score({.class_aggregation = ClassAggregation::none, .num_regressors = 0})},
        {RootMeanSquaredError()},
        {SparseCategoricalAccuracy(), Fits::indices},
        {TopKCategoricalAccuracy({.k = 2})},
        {SparseTopKCategoricalAccuracy({.k = 2}), Fits::indices},
        {LogCoshError()},
        {Metric(mean_squared_error)},
        {Metric(mean_absolute_error)},
        {Metric(mean_absolute_percentage_error)},
        {Metric(mean_squared_logarithmic_error)},
        {Metric(BinaryCrossentropy({.label_smoothing = 0.1}))},
        {Metric(CategoricalCrossentropy({.label_smoothing = 0.2}))},
        {Metric(SparseCategoricalCrossentropy({.ignore_class = 1})), Fits::indices},
        {Metric(categorical_hinge)},
        {Metric(hinge)},
        {Metric(squared_hinge)},
        {Metric(kl_divergence)},
        {Metric(poisson)},
        {Metric(Huber({.delta = 0.2}))},
        {BinaryIoU({.target_class_ids = {1}, .threshold = 0.3})},
        {IoU({.num_classes = 3, .target_class_ids = {0, 2}, .ignore_class = 1}), Fits::classes},
        {MeanIoU({.num_classes = 3}), Fits::classes},
        {OneHotIoU({.num_classes = 3, .target_class_ids = {1}})},
        {OneHotMeanIoU({.num_classes = 3})},
        {PrecisionAtRecall(0.5, {.num_thresholds = 30})},
        {RecallAtPrecision(0.6)},
        {SensitivityAtSpecificity(0.4, {.class_id = 1})},
        {SpecificityAtSensitivity(0.7)},
    };
    return all;
}

std::vector<double> result(const nn::Metric& metric, Fits fits) {
    nn::RunningMetric running(metric);
    const Tensor p = tensor({{0.2, 0.5, 0.3}, {0.7, 0.1, 0.2}, {0.25, 0.35, 0.4}}).cast(f32);
    const Tensor rows = tensor({{0.0, 1, 0}, {0, 0, 1}, {0, 0, 1}}).cast(f32);
    const Tensor indices = tensor({1, 2, 2}).cast(i64);
    for (int batch = 0; batch < 2; ++batch) {
        switch (fits) {
            case Fits::rows:
                running.update(rows, p, tensor({1.0, 2.0, 0.5}).cast(f32));
                break;
            case Fits::indices:
                running.update(indices, p);
                break;
            case Fits::classes:
                running.update(indices, tensor({1, 0, 2}).cast(i64));
                break;
        }
    }
    return running.result().to_vector<double>();
}

std::string shown(const std::vector<double>& values) {
    std::string all;
    for (const double v : values) all += std::to_string(v) + " ";
    return all;
}

}  // namespace

TEST_CASE("a metric written as a configuration is the same once it is read", "[nn][metric]") {
    std::set<std::string> tried;
    for (const auto& [metric, fits] : metrics()) {
        INFO(metric.name());
        const Config written = to_config(metric);
        const nn::Metric again = metric_from_config(written);
        CHECK(to_config(again) == written);
        CHECK(again.name() == metric.name());
        CHECK(shown(result(again, fits)) == shown(result(metric, fits)));
        CHECK(*written.find("module") == "keras.metrics");
        tried.insert(*written.find("class_name")->text());
    }
    std::set<std::string> known;
    const auto add = [&](const auto&... entry) {
        (known.insert(std::string(entry.names[1])), ...);
    };
    std::apply(add, nn::detail::all_metrics);
    std::apply(add, nn::detail::metrics_of_arguments);
    CHECK(tried == known);
}

TEST_CASE("a metric's configuration has Keras's form", "[nn][metric]") {
    CHECK(to_config(nn::Precision({.thresholds = {0.25}})) ==
          Config{{"module", "keras.metrics"},
                 {"class_name", "Precision"},
                 {"config",
                  {{"thresholds", Config::List{0.25}},
                   {"top_k", Config()},
                   {"class_id", Config()},
                   {"name", "precision"},
                   {"dtype", "float32"}}},
                 {"registered_name", Config()}});
    CHECK(*to_config(nn::F1Score()).find("config")->find("average") == Config());
    CHECK(*to_config(nn::Metric("mse")).find("config")->find("name") == "mse");
    CHECK_FALSE(to_config(nn::Metric("mse")).find("config")->find("reduction"));
    CHECK(metric_from_config({{"class_name", "LogCoshError"}}).name() == "logcosh");
}

TEST_CASE("the library's constants are written as their classes, accuracy as a name",
          "[nn][metric]") {
    CHECK(to_config(nn::accuracy) == "accuracy");
    CHECK(to_config(nn::Metric("acc")) == "acc");
    CHECK(metric_from_config("acc").function() == nn::accuracy.function());
    const Config share = to_config(nn::accuracy.named("share"));
    CHECK(*share.find("class_name") == "MeanMetricWrapper");
    CHECK(metric_from_config(share).function() == nn::accuracy.function());
    CHECK(metric_from_config(share).name() == "share");
    const Tensor t = tensor({{1.0, 0}, {0, 1}}), p = tensor({{0.6, 0.4}, {0.7, 0.3}});
    for (const nn::Metric* metric : {&nn::binary_accuracy, &nn::categorical_accuracy}) {
        const nn::Metric again = metric_from_config(to_config(*metric));
        CHECK(again(t, p).to_vector<double>() == (*metric)(t, p).to_vector<double>());
    }
    for (const nn::Metric* metric :
         {&nn::sparse_categorical_accuracy, &nn::top_k_categorical_accuracy,
          &nn::sparse_top_k_categorical_accuracy})
        CHECK(metric_from_config(to_config(*metric)).name() == metric->name());
}

TEST_CASE("losses that are no metric in Keras are wrapped", "[nn][metric]") {
    const nn::Metric circle = nn::Metric(nn::Circle({.gamma = 10})).named("around");
    const Config written = to_config(circle);
    CHECK(*written.find("class_name") == "MeanMetricWrapper");
    CHECK(*written.find("config")->find("fn")->find("class_name") == "Circle");
    const nn::Metric again = metric_from_config(written);
    CHECK(to_config(again) == written);
    CHECK(again.name() == "around");
    CHECK(metric_from_config({{"class_name", "MeanMetricWrapper"},
                              {"config", {{"fn", "mean_absolute_error"}, {"name", "wrapped"}}}})
              .name() == "wrapped");
    REQUIRE_THROWS_WITH(
        metric_from_config({{"class_name", "MeanMetricWrapper"}, {"config", {{"name", "x"}}}}),
        contains("'fn' is missing"));
}

TEST_CASE("metrics of one's own are refused by name unless they are registered", "[nn][metric]") {
    struct Largest final : nn::MetricRule {
        explicit Largest(double own_start) : start_(own_start) {}
        std::string_view name() const noexcept override { return "largest"; }
        nn::MetricState start(const Spec&, const Spec&) const override {
            return {scalar(start_, f64)};
        }
        nn::MetricState update(const nn::MetricState& state, const Tensor&, const Tensor& p,
                               const Tensor&) const override {
            return {maximum(state[0], max(p).cast(f64))};
        }
        Tensor result(const nn::MetricState& state) const override { return state[0]; }
        Config get_config() const override { return {{"start", start_}}; }
        double start_;
    };
    REQUIRE_THROWS_WITH(
        to_config(nn::Metric(Largest(2))),
        contains("[metric] 'largest' is one of your own") && contains("register_metric"));
    nn::register_metric("largest", [](const Config& config) {
        return nn::Metric(Largest(ConfigReader("largest", config).get<double>("start")));
    });
    const Config written = to_config(nn::Metric(Largest(2)).named("top"));
    CHECK(*written.find("registered_name") == "largest");
    const nn::Metric again = metric_from_config(written);
    CHECK(again.name() == "top");
    CHECK(result(again, Fits::rows) == std::vector<double>{2});

    const auto bias = [](const Tensor& t, const Tensor& p) { return mean(p - t, -1); };
    REQUIRE_THROWS_AS(to_config(nn::Metric("bias", bias)), ValueError);
    REQUIRE_THROWS_AS(to_config(nn::Metric("auc", bias)), ValueError);  // not the library's
    nn::register_metric("bias", [=](const Config&) { return nn::Metric("bias", bias); });
    CHECK(result(metric_from_config(to_config(nn::Metric("bias", bias))), Fits::rows) ==
          result(nn::Metric("bias", bias), Fits::rows));
    REQUIRE_THROWS_AS(to_config(nn::Metric(nn::Loss(bias, "own loss"))), ValueError);
}

TEST_CASE("bad configurations of metrics are refused in words", "[nn][metric]") {
    const auto bad = [](const char* name, const Config& config) {
        return Config{{"class_name", name}, {"config", config}};
    };
    REQUIRE_THROWS_WITH(metric_from_config("acuracy"), contains("did you mean 'accuracy'"));
    REQUIRE_THROWS_AS(metric_from_config(Config()), ValueError);
    REQUIRE_THROWS_AS(metric_from_config(""), ValueError);
    REQUIRE_THROWS_WITH(metric_from_config(bad("AUC", {{"num_thresholds", 1'000'000'000'000}})),
                        contains("num_thresholds must lie in"));
    REQUIRE_THROWS_WITH(metric_from_config(bad("AUC", {{"curve", "RCO"}})), contains("'ROC'"));
    REQUIRE_THROWS_AS(metric_from_config(bad("AUC", {{"thresholds", Config::List{2.0}}})),
                      ValueError);
    REQUIRE_THROWS_WITH(metric_from_config(bad("MeanIoU", {{"num_classes", 1'000'000'000'000}})),
                        contains("65536 classes at most"));
    REQUIRE_THROWS_AS(metric_from_config(bad("IoU", {{"num_classes", 3}})), ValueError);
    REQUIRE_THROWS_WITH(metric_from_config(bad("AUC", {{"dtype", "int32"}})),
                        contains("float32 or float64"));
    REQUIRE_THROWS_WITH(metric_from_config(bad("RecallAtPrecision", Config::Object{})),
                        contains("'precision' is missing"));
    REQUIRE_THROWS_AS(metric_from_config(bad("RecallAtPrecision", {{"precision", 2}})), ValueError);
    REQUIRE_THROWS_AS(metric_from_config(bad("TopKCategoricalAccuracy", {{"k", 0}})), ValueError);
    REQUIRE_THROWS_AS(nn::register_metric("", {}), ValueError);
}
