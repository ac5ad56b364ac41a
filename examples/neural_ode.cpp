// A neural ordinary differential equation: a network is the velocity of a point, learned from where
// points go. Derivatives come from the adjoint equation, solved backwards in time, so that no step
// of the solver is kept (L. Pontryagin 1962; R. Chen et al., "Neural Ordinary Differential
// Equations", NeurIPS 2018).
#include <shikumi/shikumi.hpp>

#include <cmath>
#include <iomanip>
#include <iostream>
#include <string>
#include <tuple>
#include <vector>

#include "common/run.hpp"

using namespace shikumi;

namespace {

using examples::Options;

struct Weights {
    Tensor w1, b1, w2, b2;
};

// dy/dt at the points y (n, 2).
Tensor velocity(const Weights& p, const Tensor& y) {
    return matmul(tanh(matmul(y, p.w1) + p.b1), p.w2) + p.b2;
}

// A point of the backward solution: where it is, its adjoint, and the weights' gradients so far.
struct Backward {
    Tensor y, adjoint;
    Weights gradient;
};

// a + h·b for trees of tensors.
Tensor moved(const Tensor& a, double h, const Tensor& b) { return a + h * b; }
Weights moved(const Weights& a, double h, const Weights& b) {
    return {moved(a.w1, h, b.w1), moved(a.b1, h, b.b1), moved(a.w2, h, b.w2), moved(a.b2, h, b.b2)};
}
Backward moved(const Backward& a, double h, const Backward& b) {
    return {moved(a.y, h, b.y), moved(a.adjoint, h, b.adjoint), moved(a.gradient, h, b.gradient)};
}

// The solution of dz/dt = f(z) after `steps` steps of length h, by the classical method of Runge
// and Kutta.
template <class State, class F>
State solved(F f, State z, double h, int steps) {
    for (int i = 0; i < steps; ++i) {
        const State k1 = f(z), k2 = f(moved(z, h / 2, k1)), k3 = f(moved(z, h / 2, k2)),
                    k4 = f(moved(z, h, k3));
        z = moved(moved(moved(moved(z, h / 6, k1), h / 3, k2), h / 3, k3), h / 6, k4);
    }
    return z;
}

// Where points go in a time.
struct Flow {
    double time = 1;
    int steps = 10;

    Tensor operator()(const Weights& p, const Tensor& y) const {
        return solved([&](const Tensor& at) { return velocity(p, at); }, y, time / steps, steps);
    }
    // The same with the adjoint equation: dy/dt = f, da/dt = -aᵀ·∂f/∂y, dg/dt = -aᵀ·∂f/∂p.
    auto with_adjoint() const {
        const auto back = [*this](const Weights& p, const Tensor&, const Tensor& end,
                                  const Tensor& cotangent) {
            const auto backwards = [&](const Backward& z) {
                const auto [speed, pulled] = vjp(velocity, std::tuple(p, z.y), z.adjoint);
                const auto& [by_weights, by_y] = pulled;
                return Backward{speed, -by_y, moved(zeros_of(p), -1, by_weights)};
            };
            const Backward begin =
                solved(backwards, Backward{end, cotangent, zeros_of(p)}, -time / steps, steps);
            return std::tuple(begin.gradient, begin.adjoint);
        };
        return custom_function(*this, back, nullptr, "neural_ode");
    }

private:
    static Weights zeros_of(const Weights& p) {
        return {zeros_like(p.w1), zeros_like(p.b1), zeros_like(p.w2), zeros_like(p.b2)};
    }
};

// Where the spiral dy/dt = A·y has taken each point after a time: cos and sin of it, damped.
Tensor spiral(const Tensor& y, double time) {
    const double r = std::exp(-0.3 * time), c = r * std::cos(2 * time), s = r * std::sin(2 * time);
    return matmul(y, tensor({{c, s}, {-s, c}}, f64));
}

std::vector<Tensor> tensors(const Weights& p) { return {p.w1, p.b1, p.w2, p.b2}; }

// The derivatives of a loss by the adjoint equation and through the solver.
void compare(const Weights& p, const Tensor& y, const Tensor& target) {
    std::cout << "the adjoint equation's derivatives and those through the solver:\n"
                 " steps  largest difference\n";
    for (const int steps : {4, 8, 16, 32}) {
        const Flow flow{1, steps};
        const auto with = flow.with_adjoint();
        const auto loss = [&](const auto& f) {
            return [&](const Weights& at) { return mean(square(f(at, y) - target)); };
        };
        const auto a = tensors(grad(loss(with))(p)), b = tensors(grad(loss(flow))(p));
        double largest = 0;
        for (std::size_t i = 0; i < a.size(); ++i)
            largest = std::max(largest, max(abs(a[i] - b[i])).item<double>());
        std::cout << std::setw(6) << steps << std::scientific << std::setprecision(2)
                  << std::setw(20) << largest << '\n';
    }
    std::cout << '\n';
}

void neural_ode(const Options& options) {
    Generator random(options.seed);
    const auto glorot = nn::glorot_normal();
    Parameter w1("w1", glorot({2, 32}, random, f64)), b1("b1", zeros({32}, f64));
    Parameter w2("w2", glorot({32, 2}, random, f64)), b2("b2", zeros({2}, f64));
    const auto weights = [&] { return Weights{w1, b1, w2, b2}; };
    const Tensor y = random_uniform({64, 2}, random, -2, 2, f64);
    const Tensor target = spiral(y, 1);
    compare(weights(), y, target);

    const auto flow = Flow{1, 10}.with_adjoint();
    optim::Adam adam({.learning_rate = options.learning_rate});
    auto step = capture([&] {
        const Tensor loss = mean(square(flow(weights(), y) - target));
        loss.backward();
        adam.step({w1, b1, w2, b2});
        return loss;
    });
    std::cout << "a spiral, learned from where 64 points are after a time of 1:\n";
    for (int i = 1; i <= options.epochs; ++i) {
        const double loss = step().item<double>();
        if (i % std::max(1, options.epochs / 5) == 0)
            std::cout << "  step" << std::setw(5) << i << "  loss " << std::scientific
                      << std::setprecision(2) << loss << '\n';
    }

    std::cout << "\nfrom (1, 0.5), also beyond the time that was learned:\n"
                 "  time         network           spiral\n";
    const Tensor start = tensor({{1.0, 0.5}}, f64);
    double largest = 0;
    for (const double time : {0.5, 1.0, 2.0, 3.0}) {
        const auto got = Flow{time, 40}(weights(), start).to_vector<double>();
        const auto wanted = spiral(start, time).to_vector<double>();
        for (std::size_t i = 0; i < 2; ++i)
            largest = std::max(largest, std::abs(got[i] - wanted[i]));
        std::cout << std::fixed << std::setprecision(1) << std::setw(6) << time
                  << std::setprecision(4) << std::setw(10) << got[0] << std::setw(9) << got[1]
                  << std::setw(9) << wanted[0] << std::setw(9) << wanted[1] << '\n';
    }
    std::cout << "largest error " << largest << '\n';
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(
        argc, argv, "a differential equation learned by its adjoint",
        {.epochs = 1500, .learning_rate = 0.01, .training = examples::Training::none}, neural_ode);
}
