// Transforms of functions: derivatives by structs, a batch of examples, less memory, derivatives
// and kernels of your own.
#include <shikumi/shikumi.hpp>

#include <iostream>

#include "common/run.hpp"

using namespace shikumi;

namespace {

struct Weights {
    Tensor w, b;
};

Tensor loss(const Weights& p, const Tensor& x, const Tensor& y) {
    return mean(square(matmul(x, p.w) + p.b - y));
}

// The gradient of the whole batch, and of each of its samples.
void derivatives(const Weights& weights, const Tensor& x, const Tensor& y) {
    const auto [value, slope] = value_and_grad(loss)(weights, x, y);
    std::cout << "loss " << value << ", its slope by w " << slope.w << " and by b " << slope.b
              << '\n';
    const auto [by_x, by_y] = grad<1, 2>(loss)(weights, x, y);
    std::cout << "by x and y: " << by_x.shape() << " and " << by_y.shape() << '\n';

    const auto per_sample = vmap(grad(loss), {.in_axes = {not_mapped, 0, 0}});
    const Weights each = per_sample(weights, x, y);
    std::cout << "the slope of each sample:\n"
              << each.w << "\nand their mean, the slope of all: " << mean(each.w, 0) << "\n\n";
}

void curvature(const Weights& weights, const Tensor& x, const Tensor& y) {
    const auto by_w = [&](const Tensor& w) { return loss({w, weights.b}, x, y); };
    std::cout << "the Hessian by w:\n" << hessian(by_w)(weights.w) << '\n';
    std::cout << "its product with (1, -1): " << hvp(by_w, weights.w, tensor({1, -1}, f64)) << '\n';
    const auto [value, linear] = linearize(by_w, weights.w);
    std::cout << "the loss near w is " << value << " + " << linear(tensor({1, 0}, f64)) << " dw0 + "
              << linear(tensor({0, 1}, f64)) << " dw1\n\n";
}

void memory(const Weights& weights, const Tensor& x) {
    const auto block = checkpoint([&](const Tensor& h) { return tanh(matmul(h, weights.w)); });
    std::cout << "through a checkpoint: " << grad(sum(block(x)), {weights.w})[0] << "\n\n";
}

void rules_of_your_own(const Tensor& x) {
    const auto clipped = custom_function(
        [](const Tensor& t) { return t; },
        [](const Tensor&, const Tensor&, const Tensor& g) { return clip(g, -1, 1); });
    std::cout << "a slope that is clipped: "
              << grad([&](const Tensor& t) { return sum(square(clipped(t))); })(x) << '\n';

    const auto cube = custom_op(
        "cube",
        [](auto in, auto out) {
            for (std::size_t i = 0; i < in.size(); ++i) out[i] = in[i] * in[i] * in[i];
        },
        [](const Tensor& t, const Tensor&, const Tensor& g) { return g * 3 * t * t; });
    std::cout << "a kernel and its second derivative: " << cube(x) << " and "
              << grad([&](const Tensor& t) {
                     return sum(grad([&](const Tensor& u) { return sum(cube(u)); })(t));
                 })(x)
              << '\n';
    check_gradients([&](const Tensor& t) { return cube(t); }, x);
    std::cout << "Both derivatives are right.\n";

    grad([](const Tensor& t) {
        return sum(square(
            on_gradient(t, [](const Tensor& g) { std::cout << "a hook sees " << g << "\n\n"; })));
    })(x);
}

void anomalies(const Tensor& x) {
    const DetectAnomaly guard;
    try {
        mean(log(x - 1));
    } catch (const AnomalyError& error) {
        std::cout << error.what() << '\n';
    }
}

void transforms(const examples::Options&) {
    const Tensor x = reshape(tensor({1, 2, 3, 4, 5, 6}, f64), {3, 2}) / 6;
    const Tensor y = tensor({1, 0, 1}, f64);
    const Weights weights{tensor({0.5, -1}, f64), scalar(0.25, f64)};
    derivatives(weights, x, y);
    curvature(weights, x, y);
    memory(weights, x.reshape({3, 2}));
    rules_of_your_own(y * 2 - 0.5);
    anomalies(y);
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(argc, argv, "derivatives, batches and rules of your own", {},
                                 transforms);
}
