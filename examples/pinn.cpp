// Physics-informed networks: a network solves u'' = -u and Burgers' equation, since its derivatives
// obey them. No solution is shown to it.
#include <shikumi/shikumi.hpp>

#include <cmath>
#include <functional>
#include <iomanip>
#include <iostream>
#include <numbers>
#include <string>
#include <vector>

#include "common/run.hpp"

using namespace shikumi;

namespace {

using examples::Options;
constexpr double pi = std::numbers::pi;

// tanh layers from `inputs` numbers to one.
class Network {
public:
    Network(Index inputs, Index width, Generator& random) {
        Index from = inputs;
        for (const Index to : {width, width, Index{1}}) {
            const std::string layer = std::to_string(weights.size() / 2);
            weights.emplace_back("w" + layer, nn::glorot_normal()({from, to}, random, f64));
            weights.emplace_back("b" + layer, zeros({to}, f64));
            from = to;
        }
    }
    // (points, inputs) → (points)
    Tensor operator()(Tensor x) const {
        for (std::size_t i = 0; i + 2 < weights.size(); i += 2)
            x = tanh(matmul(x, weights[i]) + weights[i + 1]);
        const Tensor y = matmul(x, weights[weights.size() - 2]) + weights.back();
        return reshape(y, {y.size()});
    }

    std::vector<Parameter> weights;
};

// A function of the points' coordinates, each (points): as they are, or with one moving.
using Field = std::function<Tensor(const Tensor& x)>;

// The derivative of each point's value by its coordinate, by forward mode: all points in one pass.
Tensor slope(const Field& u, const Tensor& x) { return jvp(u, x, ones_like(x)).second; }
Tensor curvature(const Field& u, const Tensor& x) {
    return slope([&](const Tensor& t) { return slope(u, t); }, x);
}

// Trains `network` until the loss is small, by Adam with a learning rate that falls to nothing.
void train(Network& network, const std::function<Tensor()>& loss, const Options& options) {
    optim::Adam adam({.learning_rate = optim::CosineDecay(options.learning_rate, options.epochs)});
    auto step = capture([&] {
        const Tensor value = loss();
        value.backward();
        adam.step(network.weights);
        return value;
    });
    for (int i = 1; i <= options.epochs; ++i) {
        const Tensor value = step();
        if (i % std::max(1, options.epochs / 5) == 0)
            std::cout << "  step" << std::setw(6) << i << "  loss " << std::scientific
                      << std::setprecision(2) << value.item<double>() << '\n';
    }
}

double worst(const Tensor& got, const Tensor& wanted) {
    return max(abs(got - wanted)).item<double>();
}

// u'' = -u on [0, 2π] with u(0) = 0 and u'(0) = 1: the sine.
void oscillator(const Options& options) {
    std::cout << "u'' = -u, u(0) = 0, u'(0) = 1\n";
    Generator random(options.seed);
    Network network(1, 16, random);
    // Both conditions hold whatever the network says.
    const Field u = [&](const Tensor& t) {
        const Tensor away = 1 - exp(-t);
        return away * (1 + away * network(expand_dims(t, 1) / pi - 1));
    };
    const Tensor t = linspace(0, 2 * pi, 48, f64);
    train(
        network, [&] { return mean(square(curvature(u, t) + u(t))); }, options);
    const Tensor between = linspace(0.05, 6.2, 7, f64);
    std::cout << "\n      t   network    sin t\n" << std::fixed;
    const auto got = u(between).to_vector<double>(), at = between.to_vector<double>();
    for (std::size_t i = 0; i < at.size(); ++i)
        std::cout << std::setprecision(3) << std::setw(7) << at[i] << std::setprecision(5)
                  << std::setw(10) << got[i] << std::setw(9) << std::sin(at[i]) << '\n';
    std::cout << "u'' = -u: largest error " << std::setprecision(5) << worst(u(t), sin(t))
              << "\n\n";
}

// The viscosity ν of Burgers' equation.
constexpr double viscosity = 0.05;

// Its solution from u(x, 0) = -sin πx by the transform of E. Hopf (1950) and J. Cole (1951), whose
// integrals over z = y / √(4νt) are summed up.
double burgers_solution(double t, double x) {
    if (t == 0) return -std::sin(pi * x);
    double above = 0, below = 0;
    for (int i = -400; i <= 400; ++i) {
        const double z = i / 50.0, y = x - z * std::sqrt(4 * viscosity * t);
        const double weight = std::exp(-z * z - std::cos(pi * y) / (2 * pi * viscosity));
        above -= std::sin(pi * y) * weight;
        below += weight;
    }
    return above / below;
}

// u_t + u·u_x = ν·u_xx on [-1, 1] for t ≤ 1: a sine that steepens.
void burgers(const Options& options) {
    std::cout << "u_t + u u_x = " << std::fixed << std::setprecision(2) << viscosity
              << " u_xx, u(x, 0) = -sin(pi x), u(-1, t) = u(1, t) = 0\n";
    Generator random(options.seed);
    Network network(2, 20, random);
    // Its conditions hold, too, whatever the network says.
    const auto u = [&](const Tensor& t, const Tensor& x) {
        const Tensor free = network(stack({2 * t - 1, x}, 1));
        return -sin(pi * x) * (1 - t) + t * (1 - square(x)) * free;
    };
    const Index side = options.count("points", 2);
    const Tensor t = reshape(broadcast_to(expand_dims(linspace(0, 1, side, f64), 1), {side, side}),
                             {side * side});
    const Tensor x = reshape(broadcast_to(linspace(-1, 1, side, f64), {side, side}), {side * side});
    train(
        network,
        [&] {
            const Field in_t = [&](const Tensor& at) { return u(at, x); };
            const Field in_x = [&](const Tensor& at) { return u(t, at); };
            return mean(
                square(slope(in_t, t) + u(t, x) * slope(in_x, x) - viscosity * curvature(in_x, x)));
        },
        options);
    double largest = 0;
    std::cout << "\n   x \\ t        0.25             0.5              1\n"
              << "          network  exact    network  exact    network  exact\n";
    for (const double at : {-0.8, -0.4, -0.1, 0.1, 0.4, 0.8}) {
        std::cout << std::fixed << std::setprecision(1) << std::setw(6) << at
                  << std::setprecision(3);
        for (const double when : {0.25, 0.5, 1.0}) {
            const double got = u(tensor(std::vector{when}), tensor(std::vector{at})).item<double>();
            const double wanted = burgers_solution(when, at);
            largest = std::max(largest, std::abs(got - wanted));
            std::cout << std::setw(11) << got << std::setw(7) << wanted;
        }
        std::cout << '\n';
    }
    std::cout << "Burgers: largest error " << std::setprecision(5) << largest << '\n';
}

void pinn(const Options& options) {
    oscillator(options);
    burgers(options);
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(
        argc, argv, "networks that solve differential equations",
        {.epochs = 3000,
         .learning_rate = 0.01,
         .training = examples::Training::none,
         .own = {{"points", "24", "points in each direction, for Burgers' equation"}}},
        pinn);
}
