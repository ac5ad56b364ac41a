// Iris: 20 trainings, each tested on another held-out stratified 30 %; charts as SVG.
#include <shikumi/shikumi.hpp>

#include <cmath>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include "common/run.hpp"
#include "common/terminal.hpp"
#include "common/train.hpp"

using namespace shikumi;

namespace {

struct Trial {
    nn::History history;
    Tensor labels, predictions;  // of the held-out flowers

    double accuracy() const { return mean(equal(labels, predictions).cast(f64)).item<double>(); }
};

// How often to train. A network from a file is tested alone.
int trials(const examples::Options& options) { return options.load.empty() ? 20 : 1; }

// Trains on 70 % of the flowers and predicts the others. The training part alone determines the
// standardisation.
Trial run_trial(const datasets::Iris& iris, const examples::Options& options, int number) {
    const auto [train, test] = datasets::train_test_split(
        iris.features, iris.labels,
        {.test_fraction = 0.3, .seed = options.seed + static_cast<std::uint64_t>(number)});
    const auto standardise = datasets::Standardizer::fit(train.features);
    const Tensor held_out = standardise(test.features);

    nn::Sequential m{
        nn::Dense(64, {.activation = nn::tanh, .input_dim = 4}),
        nn::Dense(3, {.activation = nn::softmax}),
    };
    m.compile({.optimizer = optim::Adam({.learning_rate = options.learning_rate}),
               .loss = nn::sparse_categorical_crossentropy,
               .metrics = {nn::accuracy}});
    const bool shown = number == 0;
    if (shown) std::cout << m.summary() << '\n';
    const nn::FitOptions how{.batch_size = options.batch_size,
                             .epochs = options.epochs,
                             .verbose = shown ? 1 : 0,
                             .validation_data = {{held_out, test.labels}}};
    const Tensor x = standardise(train.features);
    const nn::History history =
        shown ? examples::fit(m, x, train.labels, options, how, iris.class_names)
              : m.fit(x, train.labels, how);
    return {history, test.labels, argmax(m.predict(held_out), -1)};
}

std::vector<Trial> run_trials(const datasets::Iris& iris, const examples::Options& options) {
    std::cout << "A network learns from 70 % of " << iris.labels.size()
              << " irises and is tested on the other 30 %, " << trials(options)
              << " times.\nThe first training:\n\n";
    std::vector<Trial> done;
    for (int number = 0; number < trials(options); ++number) {
        done.push_back(run_trial(iris, options, number));
        if (number == 0) std::cout << "\ntraining  accuracy on held-out flowers\n";
        std::cout << std::setw(6) << number + 1 << std::setw(11) << std::fixed
                  << std::setprecision(4) << done.back().accuracy() << std::endl;
    }
    return done;
}

void show_accuracy(const std::vector<Trial>& done) {
    std::vector<double> list;
    for (const Trial& t : done) list.push_back(t.accuracy());
    const Tensor all = tensor(list);
    std::cout << "\nmean accuracy " << mean(all).item<double>() << ", standard deviation "
              << shikumi::std(all, {}, false, 1).item<double>() << ", from "
              << min(all).item<double>() << " to " << max(all).item<double>() << '\n';
}

void show_confusion(const std::vector<Trial>& done, const datasets::Iris& iris) {
    std::vector<Tensor> labels, predictions;
    for (const Trial& t : done) {
        labels.push_back(t.labels);
        predictions.push_back(t.predictions);
    }
    const Tensor counts =
        datasets::confusion_matrix(concatenate(labels), concatenate(predictions), 3);
    std::cout << "\nall held-out flowers together:\n"
              << examples::confusion_table(counts, iris.class_names) << '\n';
}

// The flowers in the plane of the first two principal components.
plot::Svg scatter(const datasets::Iris& iris) {
    const auto pca = datasets::PCA::fit(iris.features, 2);
    const Tensor places = pca.transform(iris.features);
    const auto axis = [&](int i) {
        const double share = slice(pca.explained_variance_ratio(), 0, {i, i + 1}).item<double>();
        return "principal component " + std::to_string(i + 1) + " (" +
               std::to_string(std::lround(100 * share)) + " % of the variance)";
    };
    plot::ScatterChart chart{
        "Iris: 150 flowers, four lengths in two dimensions", axis(0), axis(1), {}};
    for (const std::string& name : iris.class_names) chart.groups.push_back({name, {}, {}});
    const std::vector<double> xy = places.to_vector<double>();
    const std::vector<Index> labels = iris.labels.to_vector<Index>();
    for (std::size_t i = 0; i < labels.size(); ++i) {
        auto& group = chart.groups[static_cast<std::size_t>(labels[i])];
        group.x.push_back(xy[2 * i]);
        group.y.push_back(xy[2 * i + 1]);
    }
    return draw(chart);
}

void iris_example(const examples::Options& options) {
    const datasets::Iris iris = datasets::iris();
    const std::vector<Trial> done = run_trials(iris, options);
    show_accuracy(done);
    show_confusion(done, iris);

    const auto flowers = options.out / "iris-pca.svg";
    scatter(iris).write(flowers);
    std::cout << "wrote " << flowers.string() << '\n';
    examples::write_history(done.front().history, options);
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(argc, argv, "three species of iris, told apart by four lengths",
                                 {.epochs = 60, .batch_size = 16, .learning_rate = 0.01},
                                 iris_example);
}
