// The kind "metrics": results after each of several updates, with a reset between two rounds.
#include <algorithm>
#include <functional>

#include "cases.hpp"
#include "compare.hpp"
#include "readers.hpp"

namespace shikumi::golden {

namespace {

// What it is made of survives being written.
nn::Metric read_metric(const std::string& type, const json& config) {
    const nn::Metric metric =
        nn::metric_from_config({{"class_name", type}, {"config", read_config(config)}});
    const shikumi::Config written = to_config(metric);
    nn::Metric again = nn::metric_from_config(written);
    if (to_config(again) != written) throw Different("its configuration, once read and written");
    return again;
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
    if (metric.name() != expected_name)
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
