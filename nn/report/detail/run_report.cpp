#include <shikumi/nn/report/detail/run_report.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <shikumi/autograd/core/decimal.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/indexing.hpp>
#include <shikumi/nn/io/json.hpp>
#include <shikumi/nn/models/model.hpp>
#include <shikumi/nn/report/detail/page.hpp>
#include <shikumi/nn/report/environment.hpp>
#include <shikumi/nn/tools/class_predictions.hpp>
#include <shikumi/nn/tools/plot_filters.hpp>
#include <shikumi/nn/tools/plot_model.hpp>
#include <shikumi/plot/scatter_chart.hpp>

namespace shikumi::nn::detail {

namespace {

constexpr Index most_samples = 10'000;

std::string count_text(Index n) {
    std::string digits = std::to_string(n);
    for (auto i = static_cast<Index>(digits.size()) - 3; i > 0; i -= 3)
        digits.insert(static_cast<std::size_t>(i), 1, ',');
    return digits;
}

std::string value_text(double value) { return shikumi::detail::significant(value, 4); }

std::string words_of(std::string name) {
    if (name.starts_with("val_")) name = "validation " + name.substr(4);
    std::replace(name.begin(), name.end(), '_', ' ');
    return name;
}

void add_heading_figures(Page& page, const RunRecord& record, const Run& run) {
    constexpr std::size_t most = 6;
    std::vector<std::pair<std::string, std::string>> figures;
    for (const plot::Series& line : record.curves.lines()) {
        if (figures.size() < most && line.name != "learning_rate")
            figures.emplace_back(words_of(line.name), value_text(line.values.back()));
    }
    if (record.best)
        figures.emplace_back(
            "best " + words_of(record.monitor) + ", epoch " + std::to_string(record.best_epoch),
            value_text(*record.best));
    figures.emplace_back("weights", count_text(run.model().count_params()));
    page.figures(figures);
}

void add_curves(Page& page, const RunRecord& record) {
    std::vector<plot::Svg> pictures;
    std::vector<plot::LineChart> charts = record.curves.charts();
    if (!record.gradients.empty()) charts.push_back(record.gradients.chart());
    for (plot::LineChart& chart : charts) {
        chart.size = {480, 320};
        try {
            pictures.push_back(draw(chart));
        } catch (const ValueError&) {
            // Gradients of 0 or NaN in all steps have no place on a logarithmic scale.
        }
    }
    if (pictures.empty()) return;
    page.section("Curves");
    page.pictures(pictures);
}

// What was predicted beside what is true, for a single number each.
plot::Svg regression(const Tensor& truth, const Tensor& predicted) {
    constexpr std::size_t most = 2000;
    plot::PointGroup points{"", truth.to_vector<double>(), predicted.to_vector<double>()};
    points.x.resize(std::min(points.x.size(), most));
    points.y.resize(points.x.size());
    return draw(plot::ScatterChart{"Predictions", "true", "predicted", {points}, {480, 400}});
}

void add_predictions(Page& page, const RunRecord& record, const Run& run, Model& model) {
    std::vector<Tensor> x = run.plan().validation_x, y = run.plan().validation_y;
    if (x.empty() || y.size() != 1 || model.outputs().size() != 1) return;
    const Index all = y.front().shape()[0], count = std::min(all, most_samples);
    for (Tensor& t : x) t = slice(t, 0, {0, count});
    const Tensor truth = slice(y.front(), 0, {0, count});
    const Tensor outputs = model.predict(TensorList(x), PredictOptions{.batch_size = 256}).front();
    const auto classes = class_predictions(truth, outputs, record.classes);
    if (!classes && !(outputs.size() == count && truth.size() == count)) return;

    page.section("Predictions");
    const std::string samples =
        (count < all ? "the first " : "") + count_text(count) + " validation samples";
    if (!classes) {
        page.paragraph("What the model says of " + samples + ".");
        page.pictures({regression(truth, outputs)});
        return;
    }
    const std::vector<Index> mistakes = classes->mistakes();
    page.paragraph(count_text(count - static_cast<Index>(mistakes.size())) + " of " + samples +
                   " are right.");
    std::vector<plot::Svg> pictures{plot_confusion_matrix(*classes)};
    if (!mistakes.empty() && are_pictures(x.front().shape()))
        pictures.push_back(plot_mistakes(*classes, x.front()));
    page.pictures(pictures);
}

void add_model(Page& page, const Run& run, Model& model) {
    page.section("Model");
    page.pictures({plot_model(model)});
    page.text(model.summary(), "Summary");
    const std::vector<Tensor>& x = run.plan().validation_x;
    const Shape sample = x.empty() ? Shape() : without_batch(x.front().shape());
    if (const auto filters = plot_filters(model, sample)) page.pictures({*filters});
}

// A part of the page that an unusual model may not have.
template <class Part>
void if_possible(Page& page, Part&& add) {
    const Page before = page;
    try {
        add();
    } catch (const Error&) {
        page = before;
    }
}

}  // namespace

std::string time_text(double seconds) {
    const auto s = static_cast<Index>(std::llround(seconds));
    if (seconds < 10) return shikumi::detail::fixed(seconds, 1) + " s";
    if (s < 60) return std::to_string(s) + " s";
    if (s < 3600) return std::to_string(s / 60) + " min " + std::to_string(s % 60) + " s";
    return std::to_string(s / 3600) + " h " + std::to_string(s % 3600 / 60) + " min";
}

std::string run_report(const RunRecord& record, const Run& run, bool over) {
    Page page(run.model().name(),
              "Begun " + record.started + (over ? ", trained for " : ", trained so far for ") +
                  time_text(record.seconds) + ": " + std::to_string(record.epochs) + " of " +
                  std::to_string(run.plan().epochs) + " epochs");
    add_heading_figures(page, record, run);
    add_curves(page, record);
    if (auto* const model = dynamic_cast<Model*>(&run.model())) {
        if (over) if_possible(page, [&] { add_predictions(page, record, run, *model); });
        if_possible(page, [&] { add_model(page, run, *model); });
    }
    page.section("Configuration");
    page.text(to_json(record.config, {.indent = 2}), "Model and training, as in config.json");
    page.section("Environment");
    page.table(environment());
    page.links(record.files);
    return page.html();
}

}  // namespace shikumi::nn::detail
