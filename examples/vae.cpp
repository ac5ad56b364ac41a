// A variational autoencoder: learns to draw digits from two numbers and shows what they mean.
#include <shikumi/shikumi.hpp>

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "common/run.hpp"
#include "common/terminal.hpp"
#include "common/train.hpp"

using namespace shikumi;

namespace {

constexpr Index side = 8, pixels = side * side;

// Maps the means and log variances of a code to a random code in training, else to the mean. Adds
// the Kullback-Leibler divergence from the standard normal distribution, divided by the number of
// pixels, to the loss: ½ Σ (σ² + μ² − 1 − log σ²).
class Sampling final : public nn::Layer {
public:
    Tensor call(const Tensor& x, nn::Mode mode) override {
        const std::vector<Tensor> parts = split(x, 2, -1);
        const Tensor& middle = parts[0];
        const Tensor& log_variance = parts[1];
        const Tensor distance = exp(log_variance) + square(middle) - 1 - log_variance;
        add_loss(mean(sum(distance, -1)) / (2.0 * pixels));
        if (mode == nn::Mode::infer) return middle;
        return middle + exp(log_variance / 2) * random_normal(middle.shape(), rng());
    }
};

// D. Kingma, M. Welling, "Auto-encoding variational Bayes", ICLR 2014.
struct Autoencoder {
    std::shared_ptr<nn::Layer> look = std::make_shared<nn::Dense>(256, relu());
    std::shared_ptr<nn::Layer> code = std::make_shared<nn::Dense>(4);
    std::shared_ptr<nn::Layer> sample = std::make_shared<Sampling>();
    std::shared_ptr<nn::Layer> think = std::make_shared<nn::Dense>(256, relu());
    std::shared_ptr<nn::Layer> draw =
        std::make_shared<nn::Dense>(pixels, nn::DenseOptions{.activation = nn::sigmoid});

    Tensor encode(const Tensor& x) const { return (*sample)((*code)((*look)(x))); }
    Tensor decode(const Tensor& z) const { return (*draw)((*think)(z)); }

private:
    static nn::DenseOptions relu() {
        return {.activation = nn::relu, .kernel_initializer = nn::he_normal()};
    }
};

plot::ScatterChart places(const Tensor& z, const Tensor& labels) {
    plot::ScatterChart chart{"Where the digits lie", "first number", "second number", {}};
    for (int digit = 0; digit < 10; ++digit)
        chart.groups.push_back({std::to_string(digit), {}, {}});
    const auto numbers = z.to_vector<double>();
    const auto classes = labels.to_vector<Index>();
    for (std::size_t i = 0; i < classes.size(); ++i) {
        auto& group = chart.groups[static_cast<std::size_t>(classes[i])];
        group.x.push_back(numbers[2 * i]);
        group.y.push_back(numbers[2 * i + 1]);
    }
    return chart;
}

// One picture of the digits decoded from a grid of codes from −2 to 2.
Tensor grid(const Autoencoder& model, Index count) {
    const Tensor line = linspace(-2, 2, count);
    const Shape all{count, count};
    const Tensor across = broadcast_to(expand_dims(line, 0), all);
    const Tensor down = broadcast_to(expand_dims(-line, 1), all);
    const Tensor z = reshape(stack({across, down}, -1), {-1, 2});
    return plot::tiled(reshape(model.decode(z), {-1, side, side}), count);
}

void vae(const examples::Options& options) {
    const datasets::Images digits = datasets::digits();
    const Tensor x = reshape(digits.images, {-1, pixels}) / 16;

    const Autoencoder model;
    nn::Sequential m;
    for (const auto& layer : {model.look, model.code, model.sample, model.think, model.draw})
        m.add(layer);
    m.build(x.spec());
    std::cout << m.summary() << '\n';
    m.compile({.optimizer = optim::Adam({.learning_rate = options.learning_rate}),
               .loss = nn::binary_crossentropy});
    examples::fit(m, x, x, options, {.verbose = 2});

    std::cout << "\ndigits drawn from codes between -2 and 2:\n"
              << examples::drawing(grid(model, 5), 1, examples::colours_wanted());
    const std::filesystem::path scatter = options.out / "vae-places.svg";
    const std::filesystem::path drawn = options.out / "vae-digits.png";
    draw(places(model.encode(x), digits.labels)).write(scatter);
    plot::write_png(drawn, grid(model, 15), 4);
    std::cout << "\nwrote " << scatter.string() << "\nwrote " << drawn.string() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(argc, argv, "an autoencoder draws digits from two numbers",
                                 {.epochs = 300, .batch_size = 64, .learning_rate = 0.002}, vae);
}
