// Shows the working: a textbook's network and the lecture's first layer, with every value, rule and
// derivative, as a table and as a page for a slide.
#include <shikumi/graph.hpp>
#include <shikumi/shikumi.hpp>

#include <filesystem>
#include <iostream>
#include <string>

#include "common/run.hpp"

using namespace shikumi;

namespace {

void show(const Explanation& explanation, const examples::Options& options,
          const std::string& name) {
    const auto file = options.out / ("show_working-" + name + ".html");
    explanation.write_html(file.string());
    std::cout << explanation.title << "\n\n"
              << explanation.text() << "\nwrote " << file.string() << "\n\n\n";
}

// Exclusive or of two inputs, by two hidden neurons and one output, with the weights and thresholds
// of M. Negnevitsky, "Artificial Intelligence: A Guide to Intelligent Systems", section 6.4.
void textbook(const examples::Options& options) {
    const Tensor x = tensor({{1, 1}}, f64), target = tensor({{0}}, f64);
    const Tensor w = tensor({{0.5, 0.9}, {0.4, 1.0}}, f64), theta = tensor({0.8, -0.1}, f64);
    const Tensor w5 = tensor({{-1.2}, {1.1}}, f64), theta5 = tensor({0.3}, f64);

    const Tensor z = matmul(x, w) - theta, y = sigmoid(z);
    const Tensor z5 = matmul(y, w5) - theta5, y5 = sigmoid(z5);
    const Tensor e = target - y5, loss = sum(square(e)) / 2;

    show(explain(
             loss, {{"W", w}, {"θ", theta}, {"w₅", w5}, {"θ₅", theta5}},
             {.title = "Exclusive or, by 2 + 2 + 1 neurons",
              .names =
                  {{"x", x}, {"z", z}, {"y", y}, {"z₅", z5}, {"y₅", y5}, {"e", e}, {"E", loss}}}),
         options, "textbook");
    const auto learned = [&](const Tensor& t) { return t - 0.1 * grad(loss, {t})[0]; };
    std::cout << "after a step of 0.1:\nW  = " << learned(w) << "\nθ  = " << learned(theta)
              << "\nw₅ = " << learned(w5) << "\nθ₅ = " << learned(theta5) << "\n\n\n";
}

// One pattern of 2 x 2 pixels in the first layer of the lecture's network, and the derivatives of
// half the squared length of what the layer says.
void lecture(const examples::Options& options) {
    nn::Dense layer(64, {.input_dim = 4, .name = "hidden"});
    const Tensor x = tensor({{0, 1, 0, 1}}, f32), z = layer(x), h = relu(z);
    const auto weights = layer.trainable_weights();
    show(explain(sum(square(h)) / 2, {{"x", x}, {"W", weights[0]}, {"b", weights[1]}},
                 {.title = "The lecture's first layer sees the pattern 0101",
                  .names = {{"z", z}, {"h", h}}}),
         options, "lecture");
}

void show_working(const examples::Options& options) {
    std::filesystem::create_directories(options.out);
    textbook(options);
    lecture(options);
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(argc, argv, "values, rules and derivatives, as on paper",
                                 {.training = examples::Training::none}, show_working);
}
