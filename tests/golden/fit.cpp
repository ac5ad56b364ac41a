// The kind "fit": models trained, measured and asked by Keras, whole.
#include <algorithm>
#include <map>
#include <memory>

#include "cases.hpp"
#include "compare.hpp"
#include "models.hpp"

namespace shikumi::golden {

namespace {

// The first rows of an array, as many as expected.
void compare_rows(const std::string& what, const Tensor& got, const json& expected,
                  double tolerance) {
    const Index rows = expected.at("shape").at(0);
    std::vector<double> first = got.to_vector<double>();
    first.resize(first.size() * static_cast<std::size_t>(rows) /
                 static_cast<std::size_t>(got.shape().front()));
    compare_numbers(what, first, read_numbers(expected), tolerance);
}

void compare_keys(const std::string& what, const std::vector<std::string>& got,
                  const json& expected) {
    const auto wanted = expected.get<std::vector<std::string>>();
    if (got == wanted) return;
    std::string text;
    for (const std::string& name : got) text += " " + name;
    throw Different(what + ": got" + text + ", expected " + expected.dump());
}

// A dictionary of logs: its keys are sorted by name.
void compare_logs(const std::string& what, const nn::Logs& got, const json& expected,
                  double tolerance) {
    const std::map<std::string, double> by_name = got.by_name();
    std::vector<std::string> keys;
    for (const auto& entry : by_name) keys.push_back(entry.first);
    compare_keys(what, keys, expected.at("keys"));
    for (const auto& [name, value] : expected.at("values").items())
        compare_number(what + " " + name, by_name.at(name), value, tolerance);
}

// A list of logs. Keras 3 sorts the metrics by name, which come in the order of `compile` here.
void compare_list(const std::string& what, const nn::Logs& got, const json& expected,
                  double tolerance) {
    std::vector<std::pair<std::string, double>> all(got.begin(), got.end());
    const auto first_metric = std::find_if(all.begin(), all.end(), [](const auto& entry) {
        return entry.first != "loss" &&
               (entry.first.size() < 5 || entry.first.substr(entry.first.size() - 5) != "_loss");
    });
    std::sort(first_metric, all.end());
    std::vector<double> values;
    for (const auto& entry : all) values.push_back(entry.second);
    std::vector<double> wanted = read_numbers(expected);
    // Keras lists the weighted metrics again where there are no weights.
    while (wanted.size() > values.size() && wanted.back() == wanted[wanted.size() - 2])
        wanted.pop_back();
    compare_numbers(what, values, wanted, tolerance);
}

// Keras takes the mean of an output's loss over the batches, and that of the whole loss over the
// samples, so that the sum of the one isn't the other. Here both are over the samples. This works
// out Keras's means from those of the samples.
struct BatchMeans final : nn::Hooks {
    explicit BatchMeans(Index samples, Index batch_size) : samples_(samples), size_(batch_size) {}
    void on_epoch_begin(nn::Run&) override { means.clear(); }
    void on_train_batch_end(nn::Run& run) override { add(run); }
    void on_epoch_end(nn::Run&) override {
        for (const auto& [name, mean] : means) epochs[name].push_back(mean);
    }
    void on_test_begin(nn::Run& run) override {
        if (run.plan().what == nn::Running::evaluate) means.clear();
    }
    void on_test_batch_end(nn::Run& run) override {
        if (run.plan().what == nn::Running::evaluate) add(run);
    }
    void add(const nn::Run& run) {
        const auto n = static_cast<double>(run.batch() + 1);
        const auto before = static_cast<double>(run.batch() * size_);
        const auto after = static_cast<double>(std::min(samples_, (run.batch() + 1) * size_));
        for (const auto& [name, mean] : run.logs()) {
            if (name.size() < 6 || name.substr(name.size() - 5) != "_loss") continue;
            const double loss = (mean * after - last[name] * before) / (after - before);
            last[name] = mean;
            means[name] += (loss - means[name]) / n;
        }
    }

    std::map<std::string, double> means, last;
    std::map<std::string, std::vector<double>> epochs;

private:
    Index samples_, size_;
};

void compare_history(const nn::History& got, const json& expected, double tolerance) {
    if (got.epoch != expected.at("epoch").get<std::vector<int>>())
        throw Different("epochs differ, expected " + expected.at("epoch").dump());
    std::vector<std::string> keys;
    for (const auto& entry : got.history) keys.push_back(entry.first);
    compare_keys("history", keys, expected.at("history_keys"));
    for (const auto& [name, values] : expected.at("history").items())
        compare_numbers("history " + name, got.history.at(name), read_numbers(values), tolerance);
    const json& params = expected.at("params");
    if (got.params.verbose != params.at("verbose") || got.params.epochs != params.at("epochs") ||
        got.params.steps != params.at("steps"))
        throw Different("params: got " + std::to_string(got.params.steps) + " steps, expected " +
                        params.dump());
}

nn::FitOptions read_fit(const json& c, nn::Model& model) {
    const json& fit = c.at("fit");
    const json& data = c.at("data");
    nn::FitOptions options{.batch_size = fit.value("batch_size", Index{32}),
                           .epochs = fit.value("epochs", 1),
                           .verbose = 0,
                           .validation_split = fit.value("validation_split", 0.0),
                           .shuffle = false,
                           .sample_weight = read_weights(data.value("sample_weight", json())),
                           .initial_epoch = fit.value("initial_epoch", 0),
                           .steps_per_epoch = fit.value("steps_per_epoch", Index{0}),
                           .validation_steps = fit.value("validation_steps", Index{0}),
                           .validation_batch_size = fit.value("validation_batch_size", Index{0})};
    const json class_weight = fit.value("class_weight", json::object());
    for (const auto& [label, weight] : class_weight.items())
        options.class_weight[std::stoi(label)] = weight;
    if (fit.contains("validation_freq")) {
        const json& freq = fit.at("validation_freq");
        options.validation_freq = freq.is_array()
                                      ? nn::ValidationFrequency(freq.get<std::vector<int>>())
                                      : nn::ValidationFrequency(freq.get<int>());
    }
    if (data.contains("validation_data")) {
        const json& given = data.at("validation_data");
        options.validation_data = nn::ValidationData(
            read_inputs(given[0]), read_targets(given[1], c.at("compile"), model),
            read_weights(given.size() > 2 ? given[2] : json()));
    }
    return options;
}

Tensor rows_of(const Tensor& x, Index first, Index count) {
    return slice(x, 0, {first, first + count});
}

// "step i yields rows (2 i) mod 8 and the next one".
nn::History fit_generator(nn::Model& model, const Tensor& x, const Tensor& y,
                          const nn::FitOptions& options) {
    Index step = 0;
    const auto next = [&]() -> std::optional<nn::Batch> {
        const Index row = 2 * step++ % 8;
        return nn::Batch{{rows_of(x, row, 2)}, {rows_of(y, row, 2)}};
    };
    return model.fit(nn::BatchSource(next), options);
}

// Single steps: rows 0-3, rows 4-7, rows 0-3 again.
void run_on_batch(nn::Model& model, const Tensor& x, const Tensor& y, const json& expected,
                  double tolerance) {
    const Tensor x0 = rows_of(x, 0, 4), y0 = rows_of(y, 0, 4);
    const Tensor x1 = rows_of(x, 4, 4), y1 = rows_of(y, 4, 4);
    compare_logs("train_on_batch_1", model.train_on_batch(x0, y0), expected.at("train_on_batch_1"),
                 tolerance);
    compare_logs("train_on_batch_2", model.train_on_batch(x1, y1), expected.at("train_on_batch_2"),
                 tolerance);
    compare_list("train_on_batch_list", model.train_on_batch(x0, y0),
                 expected.at("train_on_batch_list"), tolerance);
    compare_logs("test_on_batch_after_it", model.test_on_batch(x0, y0),
                 expected.at("test_on_batch_after_it"), tolerance);
    compare_weights(model, expected.at("weights_before_reset"), tolerance);
    compare_logs("test_on_batch_after_reset", model.test_on_batch(x0, y0),
                 expected.at("test_on_batch_after_reset"), tolerance);
    const Tensor weights = square(reshape(slice(x1, 1, {0, 1}), {4}));
    compare_logs("test_on_batch_weighted", model.test_on_batch(x1, y1, weights),
                 expected.at("test_on_batch_weighted"), tolerance);
    compare_tensor("predict_on_batch", model.predict_on_batch(rows_of(x, 0, 2)),
                   expected.at("predict_on_batch"), tolerance);
    compare_logs("evaluate", model.evaluate(x, y, 3), expected.at("evaluate"), tolerance);
}

void reset_states(nn::Layer& layer) {
    if (auto* rnn = dynamic_cast<nn::RNN*>(&layer)) rnn->reset_states();
    for (nn::Layer* inner : layer.inner_layers()) reset_states(*inner);
}

void compare_predictions(nn::Model& model, const nn::TensorList& x, const json& c,
                         double tolerance) {
    const json& expected = c.at("expected");
    const Index batch = c.at("fit").value("batch_size", Index{32});
    const auto predicted = [&] { return model.predict(x, {.batch_size = batch}).front(); };
    if (expected.contains("predict"))
        compare_rows("predict", predicted(), expected.at("predict"), tolerance);
    if (!expected.contains("predict_1")) return;
    reset_states(model);  // what the training has left behind
    compare_tensor("predict_1", predicted(), expected.at("predict_1"), tolerance);
    compare_tensor("predict_2_goes_on", predicted(), expected.at("predict_2_goes_on"), tolerance);
    reset_states(model);
    compare_tensor("predict_3_after_reset", predicted(), expected.at("predict_3_after_reset"),
                   tolerance);
}

// An Embedding's repeated rows: Keras on TensorFlow squares them one by one in some optimisers,
// here they are added first, which the case gives as well.
json chosen_figures(const json& c) {
    json expected = c.at("expected");
    if (!c.contains("expected_summed")) return expected;
    const json& summed = c.at("expected_summed");
    expected["history"]["loss"] = summed.at("losses");
    expected["final_weights"] = summed.at("final_weights");
    return expected;
}

void run_whole(nn::Model& model, const json& c) {
    const double tolerance = c.at("tolerance");
    const json expected = chosen_figures(c);
    const json& data = c.at("data");
    const nn::TensorList x = read_inputs(data.at("x"));
    const nn::TensorList y = read_targets(data.at("y"), c.at("compile"), model);
    if (c.at("fit").is_null())
        return run_on_batch(model, x.list()[0], y.list()[0], expected, tolerance);
    nn::FitOptions options = read_fit(c, model);
    const Index trained = static_cast<Index>(static_cast<double>(x.list()[0].shape().front()) *
                                             (1 - options.validation_split));
    const auto means = std::make_shared<BatchMeans>(trained, options.batch_size);
    options.callbacks = {means};
    nn::History history = data.contains("generator")
                              ? fit_generator(model, x.list()[0], y.list()[0], options)
                              : model.fit(x, y, options);
    for (const auto& [name, values] : means->epochs) history.history.at(name) = values;
    compare_history(history, expected, tolerance);
    compare_weights(model, expected.at("final_weights"), tolerance);
    compare_predictions(model, x, c, tolerance);
    const auto evaluated = [&](const nn::TensorList& weights) {
        const auto own = std::make_shared<BatchMeans>(x.list()[0].shape().front(), 4);
        nn::Logs logs = model.evaluate(
            x, y,
            nn::EvaluateOptions{.batch_size = 4, .sample_weight = weights, .callbacks = {own}});
        for (const auto& [name, mean] : own->means) logs.set(name, mean);
        return logs;
    };
    if (expected.contains("evaluate"))
        compare_logs("evaluate", evaluated(options.sample_weight), expected.at("evaluate"),
                     tolerance);
    if (expected.contains("evaluate_list"))
        compare_list("evaluate_list", evaluated({}), expected.at("evaluate_list"), tolerance);
    if (!expected.contains("trainable")) return;
    std::size_t trainable = 0;
    for (const Parameter& p : model.parameters()) trainable += p.trainable() ? 1 : 0;
    if (trainable != expected.at("trainable").size())
        throw Different("got " + std::to_string(trainable) + " trainable weights");
}

void run_fit(const json&, const json& c) {
    const std::unique_ptr<nn::Model> model = read_model(c.at("model"));
    model->parameters();  // builds it
    set_weights(*model, c.at("initial_weights"));
    model->compile(read_compile(c.at("compile"), *model));
    if (!c.contains("error")) return run_whole(*model, c);
    const json& data = c.at("data");
    try {
        model->fit(read_inputs(data.at("x")), read_targets(data.at("y"), c.at("compile"), *model),
                   read_fit(c, *model));
    } catch (const ValueError&) {
        return;
    }
    throw Different("no error");
}

const Kind fit("fit", run_fit);

}  // namespace

}  // namespace shikumi::golden
