// Forecasting: an LSTM or a Conv1D learns the next value of a series, generated or from a CSV file.
#include <shikumi/shikumi.hpp>

#include <cmath>
#include <iomanip>
#include <iostream>
#include <numbers>
#include <span>
#include <string>
#include <vector>

#include "common/run.hpp"
#include "common/series.hpp"
#include "common/table.hpp"
#include "common/train.hpp"

using namespace shikumi;

namespace {

using examples::Options;
using Values = std::vector<float>;

// A day of 24 steps, a week of seven days, a slow rise, and noise that lasts for some steps.
Values generated(std::uint64_t seed) {
    RandomStream random({seed, 2});
    Values values;
    double noise = 0;
    for (int t = 0; t < 3000; ++t) {
        noise = 0.7 * noise + 0.6 * (random.uniform() - 0.5);
        const double day = std::sin(2 * std::numbers::pi * t / 24);
        const double week = std::sin(2 * std::numbers::pi * t / 168);
        values.push_back(static_cast<float>(20 + 0.001 * t + 3 * day + 1.5 * week + noise));
    }
    return values;
}

Values series(const Options& options) {
    const std::string& file = options.text("csv");
    if (file.empty()) {
        std::cout << "no --csv: a series of 3,000 values is generated\n";
        return generated(options.seed);
    }
    return examples::column_of(examples::read_table(file), options.text("target"));
}

// Each window of a series and the value behind it.
datasets::Loader windows(const Values& values, Index window) {
    const auto count = std::max<Index>(static_cast<Index>(values.size()) - window, 0);
    return datasets::Loader(count, [values, window](Index i) {
        const auto first = static_cast<std::size_t>(i), length = static_cast<std::size_t>(window);
        const std::span<const float> all(values);
        return datasets::Sample(Tensor(Array::of(all.subspan(first, length), {window, 1})),
                                Tensor(Array::of(all.subspan(first + length, 1), {1})));
    });
}

// Standardises within the network, so that its file holds mean and deviation, too.
nn::Sequential network(const Options& options, const Values& training, Index window) {
    const std::string& kind = options.text("network");
    const auto standardised = std::make_shared<nn::Normalization>();
    const auto restored =
        std::make_shared<nn::Normalization>(nn::NormalizationOptions{.invert = true});
    standardised->adapt(reshape(tensor(training), {-1, 1, 1}));
    restored->adapt(reshape(tensor(training), {-1, 1}));
    nn::Sequential m;
    m.add(standardised);
    if (kind == "lstm") {
        m.add(nn::LSTM(32));
    } else if (kind == "conv") {
        for (const Index dilation : {1, 2, 4, 8})
            m.add(nn::Conv1D(
                24, 3,
                {.padding = Padding::causal, .dilation_rate = dilation, .activation = nn::relu}));
        m.add(nn::Flatten());
    } else {
        throw examples::BadOption("--network wants lstm or conv, not '" + kind + "'");
    }
    m.add(nn::Dense(1));
    m.add(restored);
    m.build(Spec{{1, window, 1}, f32});
    m.compile({.optimizer = optim::Adam({.learning_rate = options.learning_rate}),
               .loss = nn::mean_squared_error,
               .metrics = {nn::mean_absolute_error}});
    return m;
}

// The values that follow, each read by the network as the last one of the next window.
Values continued(nn::Sequential& m, Values values, Index window, int steps) {
    Values ahead;
    for (int step = 0; step < steps; ++step) {
        const std::span<const float> last =
            std::span<const float>(values).last(static_cast<std::size_t>(window));
        values.push_back(m.predict(Tensor(Array::of(last, {1, window, 1}))).item<float>());
        ahead.push_back(values.back());
    }
    return ahead;
}

void show_errors(const Values& truth, const Values& said, const Values& before, Index period) {
    const auto line = [](const std::string& what, double error) {
        std::cout << "  " << std::left << std::setw(32) << what << std::right << std::setw(10)
                  << std::fixed << std::setprecision(4) << error << '\n';
    };
    std::cout << "\nmean absolute error of the next value, on the " << truth.size()
              << " values that were held out:\n";
    line("the network", examples::mean_absolute_error(said, truth));
    line("naive: the last value",
         examples::mean_absolute_error(examples::delayed(truth, before, 1), truth));
    if (period > 1)
        line("naive: the value " + std::to_string(period) + " steps before",
             examples::mean_absolute_error(examples::delayed(truth, before, period), truth));
    std::cout << '\n';
}

plot::Series line_of(const std::string& name, std::span<const float> values, std::size_t first) {
    plot::Series line{name, {values.begin(), values.end()}, {}};
    for (std::size_t i = 0; i < values.size(); ++i)
        line.x.push_back(static_cast<double>(first + i));
    return line;
}

void draw(const Options& options, const Values& all, const Values& said, const Values& ahead) {
    const std::size_t shown = std::min<std::size_t>(said.size(), 200), first = all.size() - shown;
    const std::span<const float> truth = std::span(all).last(shown),
                                 next = std::span(said).last(shown);
    Values onward{all.back()};  // the forecast's line begins where the series ends
    onward.insert(onward.end(), ahead.begin(), ahead.end());
    const plot::LineChart charts[] = {
        {"the next value, on values that were held out",
         "step",
         "value",
         {line_of("series", truth, first), line_of("network", next, first)}},
        {"what follows",
         "step",
         "value",
         {line_of("series", truth, first), line_of("forecast", onward, all.size() - 1)}}};
    const char* const names[] = {"time_series-next.svg", "time_series-forecast.svg"};
    for (int i = 0; i < 2; ++i) {
        const auto file = options.out / names[i];
        plot::draw(charts[i]).write(file);
        std::cout << "wrote " << file.string() << '\n';
    }
}

void time_series(const Options& options) {
    const Index window = options.count("window", 2);
    const int ahead = options.count("ahead", 1);
    const Values all = series(options);
    const std::size_t held_out = all.size() / 5, split = all.size() - held_out;
    if (held_out < 10 || split < 2 * static_cast<std::size_t>(window))
        fail<ValueError>("time_series", "a series of ", all.size(), " values is too short for ",
                         "windows of ", window, ": its last fifth is held out");
    const Values training(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(split));
    // The first value that is held out has its window in the training part.
    const Values rest(all.end() - static_cast<std::ptrdiff_t>(held_out) - window, all.end());
    const Index period = examples::period_of(training, window);
    std::cout << all.size() << " values, the last " << held_out << " are held out";
    if (period > 1) std::cout << "; they repeat most after " << period << " steps";
    std::cout << "\n\n";

    nn::Sequential m = network(options, training, window);
    std::cout << m.summary() << '\n';
    const datasets::Sample test = *windows(rest, window).batch(static_cast<Index>(held_out)).next();
    datasets::Loader batches =
        windows(training, window).shuffle(options.seed).batch(options.batch_size).prefetch(4);
    const nn::History history =
        examples::fit(m, batches, options, {.validation_data = {{test.x.front(), test.y.front()}}});

    const Values said = m.predict(test.x.front(), 256).to_vector<float>();
    const Values truth(all.end() - static_cast<std::ptrdiff_t>(held_out), all.end());
    show_errors(truth, said, training, period);
    const Values next = continued(m, all, window, ahead);
    std::cout << "the next " << ahead << " values:";
    for (const float value : next) std::cout << ' ' << value;
    std::cout << "\n\n";
    draw(options, all, said, next);
    examples::write_history(history, options);
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(
        argc, argv, "forecasts a series of yours",
        {.epochs = 15,
         .batch_size = 32,
         .learning_rate = 0.003,
         .own = {{"csv", "", "table with the series, a row for each step"},
                 {"target", "", "name of the column; not needed where only one holds numbers"},
                 {"network", "lstm", "lstm or conv"},
                 {"window", "48", "steps from which the next one is learnt"},
                 {"ahead", "24", "steps to forecast at the end"}}},
        time_series);
}
