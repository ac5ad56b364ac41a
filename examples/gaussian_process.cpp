// Gaussian process: a curve through noisy observations, with the hyperparameters that make them
// likeliest, found by gradient ascent through a Cholesky factor.
#include <shikumi/shikumi.hpp>

#include <cmath>
#include <iomanip>
#include <iostream>
#include <numbers>
#include <string>
#include <vector>

#include "common/run.hpp"
#include "common/table.hpp"
#include "common/train.hpp"

using namespace shikumi;

namespace {

using examples::Options;

// Observations y at the places x, both (n).
struct Observations {
    Tensor x, y;
};

double hidden_function(double x) { return std::sin(x) + 0.5 * std::sin(3 * x); }

Observations generated(const Options& options) {
    const int count = options.count("points", 3);
    RandomStream random({options.seed, 5});
    std::vector<double> x, y;
    for (int i = 0; i < count; ++i) {
        x.push_back(10 * random.uniform() - 5);
        const double noise = std::sqrt(-2 * std::log(1 - random.uniform())) *
                             std::cos(2 * std::numbers::pi * random.uniform());
        y.push_back(hidden_function(x.back()) + 0.1 * noise);
    }
    return {tensor(x), tensor(y)};
}

Observations observations(const Options& options) {
    const std::string& file = options.text("csv");
    if (file.empty()) {
        std::cout << "no --csv: observations of sin x + sin(3x)/2 with a noise of 0.1 are made\n";
        return generated(options);
    }
    const examples::Table table = examples::read_table(file);
    const auto column = [&](const std::string& name) {
        std::vector<double> numbers;
        for (const std::string& field : table.columns[table.place(name)]) {
            const std::optional<double> number = examples::number_in(field, '.');
            if (!number) throw ValueError("'" + field + "' in column " + name + " is no number");
            numbers.push_back(*number);
        }
        return tensor(numbers);
    };
    return {column(options.text("x")), column(options.text("y"))};
}

// The logarithms of three positive numbers.
struct Hyperparameters {
    explicit Hyperparameters(const Tensor& logs)
        : length(exp(logs[0])), signal(exp(logs[1])), noise(exp(logs[2])) {}
    Tensor length, signal, noise;
};

// The covariances of the function's values at a with those at b.
Tensor covariance(const Tensor& a, const Tensor& b, const Hyperparameters& h) {
    const Tensor distance = (expand_dims(a, 1) - b) / h.length;
    return square(h.signal) * exp(-square(distance) / 2);
}

// Cholesky's factor of the observations' covariance, and its solution of y.
struct Posterior {
    Posterior(const Observations& seen, const Tensor& logs)
        : h(logs),
          factor(cholesky(covariance(seen.x, seen.x, h) +
                          square(h.noise) * eye(seen.x.size(), {}, f64))),
          weights(cholesky_solve(factor, seen.y)) {}
    Hyperparameters h;
    Tensor factor, weights;
};

// log p(y) = -yᵀ·K⁻¹·y/2 - log det K/2 - n log(2π)/2
Tensor log_likelihood(const Observations& seen, const Tensor& logs) {
    const Posterior posterior(seen, logs);
    const auto n = static_cast<double>(seen.y.size());
    return -dot(seen.y, posterior.weights) / 2 - sum(log(diag(posterior.factor))) -
           n / 2 * std::log(2 * std::numbers::pi);
}

void show(int step, double likelihood, const Tensor& logs) {
    std::cout << std::setw(6) << step << std::fixed << std::setprecision(3) << std::setw(16)
              << likelihood;
    for (const double log : logs.to_vector<double>()) std::cout << std::setw(10) << std::exp(log);
    std::cout << '\n';
}

// The deviations of the logarithms, from the curvature of the likelihood around its summit.
void show_certainty(const Observations& seen, const Tensor& logs) {
    const auto f = [&](const Tensor& t) { return -log_likelihood(seen, t); };
    const Tensor curvature = hessian(Function(f))(logs), spectrum = eigvalsh(curvature);
    std::cout << "\nthe curvature's eigenvalues:";
    for (const double w : spectrum.to_vector<double>()) std::cout << std::setw(10) << w;
    if (!all(spectrum > 0).item<bool>()) {
        std::cout << "\nthis is no summit yet: more --epochs\n";
        return;
    }
    const auto deviations = sqrt(diag(inv(curvature))).to_vector<double>();
    const auto values = exp(logs).to_vector<double>();
    const char* const names[] = {"length", "signal", "noise"};
    for (std::size_t i = 0; i < 3; ++i)
        std::cout << '\n'
                  << names[i] << ": " << values[i] << ", times or by " << std::exp(deviations[i]);
    std::cout << '\n';
}

void draw(const Options& options, const Observations& seen, const Tensor& logs,
          const std::vector<double>& likelihoods) {
    const Posterior posterior(seen, logs);
    const double low = min(seen.x).item<double>(), high = max(seen.x).item<double>();
    const Tensor x = linspace(low, high, 90, f64);
    const Tensor across = covariance(seen.x, x, posterior.h);
    const Tensor mean = matmul(posterior.weights, across);
    const Tensor explained = triangular_solve(posterior.factor, across);
    const Tensor deviation =
        sqrt(maximum(square(posterior.h.signal) - sum(square(explained), 0), 0));
    const auto group = [&](const char* name, const Tensor& at, const Tensor& y) {
        return plot::PointGroup{name, at.to_vector<double>(), y.to_vector<double>()};
    };
    const plot::ScatterChart curve{
        "the curve and two standard deviations around it",
        "x",
        "y",
        {group("mean", x, mean), group("above", x, mean + 2 * deviation),
         group("below", x, mean - 2 * deviation), group("observations", seen.x, seen.y)}};
    const plot::LineChart rise{
        "the likelihood", "step", "log p(y)", {{"log p(y)", likelihoods, {}}}};
    const auto file = options.out / "gaussian_process.svg";
    plot::panels("A Gaussian process", {plot::draw(curve), plot::draw(rise)}, 1).write(file);
    std::cout << "wrote " << file.string() << '\n';
}

void gaussian_process(const Options& options) {
    const Observations seen = observations(options);
    Parameter logs("logs", zeros({3}, f64));
    if (!options.load.empty()) examples::load({logs}, options.load);
    optim::Adam adam({.learning_rate = options.learning_rate});

    std::cout << "\n  step        log p(y)    length    signal     noise\n";
    std::vector<double> likelihoods;
    for (int step = 0; step < options.epochs; ++step) {
        const Tensor likelihood = log_likelihood(seen, logs);
        likelihoods.push_back(likelihood.item<double>());
        const int every = std::max(1, options.epochs / 10);
        if (step % every == 0) show(step, likelihoods.back(), logs);
        (-likelihood).backward();
        adam.step({logs});
    }
    likelihoods.push_back(log_likelihood(seen, logs).item<double>());
    show(options.epochs, likelihoods.back(), logs);
    show_certainty(seen, logs);
    if (!options.save.empty()) examples::save({logs}, options.save);
    draw(options, seen, logs, likelihoods);
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(
        argc, argv, "a Gaussian process whose hyperparameters are learnt",
        {.epochs = 200,
         .learning_rate = 0.05,
         .training = examples::Training::by_hand,
         .own = {{"csv", "", "file with the observations; else some are made"},
                 {"x", "x", "its column of places"},
                 {"y", "y", "its column of values"},
                 {"points", "40", "number of observations that are made"}}},
        gaussian_process);
}
