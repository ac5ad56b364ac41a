// Second order: Newton's method, Levenberg's and Marquardt's, and gradient descent fit a curve of
// four numbers; what the eigenvalues of the Hessian say of them.
#include <shikumi/shikumi.hpp>

#include <cmath>
#include <iomanip>
#include <iostream>
#include <numbers>
#include <string>
#include <vector>

#include "common/run.hpp"

using namespace shikumi;

namespace {

using examples::Options;

constexpr double truth[] = {2.0, 0.7, 3.0, 0.4};

// a·exp(-b·t)·cos(c·t + d) at the times t
Tensor curve(const Tensor& p, const Tensor& t) {
    return p[0] * exp(-p[1] * t) * cos(p[2] * t + p[3]);
}

// The residuals of a curve with the numbers p, and half their squares' sum.
struct Fit {
    explicit Fit(const Options& options) : times(linspace(0, 4, 60, f64)) {
        RandomStream random({options.seed, 6});
        std::vector<double> noise;
        for (Index i = 0; i < times.size(); ++i) noise.push_back(0.1 * (random.uniform() - 0.5));
        measured = curve(tensor(std::vector<double>(std::begin(truth), std::end(truth))), times) +
                   tensor(noise);
    }
    Tensor residuals(const Tensor& p) const { return curve(p, times) - measured; }
    Tensor loss(const Tensor& p) const { return sum(square(residuals(p))) / 2; }

    Tensor times, measured;
};

// A method: from one point to the next.
struct Method {
    std::string name;
    std::function<Tensor(const Tensor& p)> step;
};

// Along the gradient, by a length that is halved until the loss falls.
Tensor downhill(const Fit& fit, const Tensor& p, const Tensor& direction, double length) {
    const double before = fit.loss(p).item<double>();
    for (int i = 0; i < 40; ++i, length /= 2) {
        const Tensor next = p - length * direction;
        if (fit.loss(next).item<double>() < before) return next;
    }
    return p;
}

// p - H⁻¹·g with the magnitudes of H's eigenvalues, so that every direction leads down.
Tensor newton(const Fit& fit, const Tensor& p) {
    const Function loss = [&](const Tensor& x) { return fit.loss(x); };
    const auto [values, vectors] = eigh(hessian(loss)(p));
    const Tensor along = matmul(grad(loss)(p), vectors);
    return downhill(fit, p, matmul(vectors, along / maximum(abs(values), 1e-9)), 1);
}

// (JᵀJ + μ·diag JᵀJ)·d = Jᵀr; μ falls while the loss does, and rises until it does.
class LevenbergMarquardt {
public:
    explicit LevenbergMarquardt(const Fit& fit) : fit_(&fit) {}
    Tensor operator()(const Tensor& p) {
        const Function residuals = [this](const Tensor& x) { return fit_->residuals(x); };
        const Tensor j = jacobian(residuals)(p), normal = matmul(transpose(j), j);
        const Tensor right = matmul(transpose(j), residuals(p));
        const double before = fit_->loss(p).item<double>();
        for (int i = 0; i < 20; ++i, mu_ *= 4) {
            const Tensor damped = normal + diag(diag(normal)) * mu_;
            const Tensor next = p - cholesky_solve(cholesky(damped), right);
            if (fit_->loss(next).item<double>() >= before) continue;
            mu_ /= 10;
            return next;
        }
        return p;
    }

private:
    const Fit* fit_;
    double mu_ = 0.1;
};

// The losses before each step and after the last one, and where it ended.
struct Descent {
    std::vector<double> losses;
    Tensor end;
};
Descent descend(const Fit& fit, const Method& method, Tensor p, int steps) {
    Descent found;
    for (int i = 0; i < steps; ++i) {
        found.losses.push_back(fit.loss(p).item<double>());
        p = method.step(p);
        evaluate({p});
    }
    found.losses.push_back(fit.loss(p).item<double>());
    found.end = p;
    return found;
}

void show_numbers(const char* what, const Tensor& x) {
    std::cout << std::left << std::setw(34) << what << std::right << std::scientific
              << std::setprecision(3);
    for (const double v : x.to_vector<double>()) std::cout << std::setw(12) << v;
    std::cout << '\n';
}

void second_order(const Options& options) {
    const Fit fit(options);
    const Function loss = [&](const Tensor& x) { return fit.loss(x); };
    const Function residuals = [&](const Tensor& x) { return fit.residuals(x); };
    const Tensor start = tensor({1.0, 1.0, 2.5, 0.0}, f64);
    const std::vector<Method> methods{
        {"Newton", [&](const Tensor& p) { return newton(fit, p); }},
        {"Levenberg-Marquardt", LevenbergMarquardt(fit)},
        {"gradient descent",
         [&](const Tensor& p) { return downhill(fit, p, grad(loss)(p), options.learning_rate); }}};

    std::vector<Descent> descents;
    std::cout << "half the sum of squares after each step\n\n  step";
    for (const Method& m : methods) {
        std::cout << std::setw(22) << m.name;
        descents.push_back(descend(fit, m, start, options.epochs));
    }
    std::cout << std::scientific << std::setprecision(6) << '\n';
    for (std::size_t step = 0; step < descents[0].losses.size(); ++step) {
        std::cout << std::setw(6) << step;
        for (const Descent& d : descents) std::cout << std::setw(22) << d.losses[step];
        std::cout << '\n';
    }

    std::cout << '\n';
    show_numbers("the numbers that made the data",
                 tensor(std::vector<double>(std::begin(truth), std::end(truth))));
    for (std::size_t i = 0; i < methods.size(); ++i)
        show_numbers(methods[i].name.c_str(), descents[i].end);
    std::cout << '\n';
    const Tensor end = descents[1].end, j = jacobian(residuals)(end);
    show_numbers("eigenvalues of the Hessian, start", eigvalsh(hessian(loss)(start)));
    show_numbers("eigenvalues of the Hessian, end", eigvalsh(hessian(loss)(end)));
    show_numbers("of Gauss's and Newton's part", eigvalsh(matmul(transpose(j), j)));

    plot::LineChart chart{"Half the sum of squares", "step", "loss", {}};
    chart.y_scale = plot::Scale::log;
    for (std::size_t i = 0; i < methods.size(); ++i) {
        plot::Series line{methods[i].name, descents[i].losses, {}};
        for (std::size_t k = 0; k < line.values.size(); ++k)
            line.x.push_back(static_cast<double>(k));
        chart.series.push_back(line);
    }
    const auto file = options.out / "second_order.svg";
    plot::draw(chart).write(file);
    std::cout << "wrote " << file.string() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(
        argc, argv, "Newton's method beside others, and the Hessian",
        {.epochs = 15, .learning_rate = 0.1, .training = examples::Training::none}, second_order);
}
