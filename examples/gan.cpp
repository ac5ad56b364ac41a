// Two networks compete: one draws digits, the other learns to tell them from real ones.
#include <shikumi/shikumi.hpp>

#include <filesystem>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "common/digits.hpp"
#include "common/run.hpp"
#include "common/terminal.hpp"
#include "common/train.hpp"

using namespace shikumi;

namespace {

constexpr Index latent = 64;  // random numbers for a digit

// Both networks halve or double the picture twice. The stride divides the window size, which avoids
// checkerboard patterns.
nn::ConvOptions twice(bool bias) {
    return {.strides = 2, .padding = Padding::same, .use_bias = bias};
}

nn::Sequential generator(Index side) {
    const Index start = side / 4;
    nn::Sequential m("generator");
    m.add(nn::Dense(start * start * 64, {.use_bias = false, .input_dim = latent}));
    m.add(nn::BatchNormalization({.momentum = 0.9}));
    m.add(nn::LeakyReLU(0.2));
    m.add(nn::Reshape({start, start, 64}));
    m.add(nn::Conv2DTranspose(32, 4, twice(false)));
    m.add(nn::BatchNormalization({.momentum = 0.9}));
    m.add(nn::LeakyReLU(0.2));
    m.add(nn::Conv2DTranspose(1, 4, twice(true)));
    m.add(nn::Activation(nn::sigmoid));
    return m;
}

// An output above 0 means a real digit.
nn::Sequential discriminator(Index side) {
    nn::Sequential m("discriminator");
    m.add(nn::Input({side, side, 1}));
    for (const Index filters : {32, 64}) {
        m.add(nn::Conv2D(filters, 4, twice(true)));
        m.add(nn::LeakyReLU(0.2));
        m.add(nn::Dropout(0.3));
    }
    m.add(nn::Flatten());
    m.add(nn::Dense(1));
    return m;
}

// I. Goodfellow et al., "Generative adversarial nets", NeurIPS 2014. With convolutions: A. Radford
// et al., ICLR 2016.
class Gan final : public nn::Model {
public:
    Gan(Index side, double learning_rate)
        : generator(::generator(side)), discriminator(::discriminator(side)) {
        for (nn::Sequential* m : {&generator, &discriminator})
            m->compile({.optimizer = optim::Adam({.learning_rate = learning_rate, .beta_1 = 0.5})});
        add_layer(generator);  // which `call` doesn't reach: its weights are the model's, too
        compile({});
    }
    Tensor call(const Tensor& x, nn::Mode mode) override { return discriminator(x, mode); }

    // Two losses of one graph, evaluated together. Each changes only the weights of its own
    // network: the generator's loss must not make the discriminator worse.
    nn::Logs train_step(const nn::Batch& batch) override {
        const nn::CallContext context;
        const Tensor drawn =
            generator(random_normal({batch.size(), latent}, rng()), nn::Mode::train);
        const Tensor of_real = discriminator(batch.x[0], nn::Mode::train);
        const Tensor of_drawn = discriminator(drawn, nn::Mode::train);
        const Tensor drawing = loss(1, of_drawn);
        // 0.9 instead of 1 smooths the labels (T. Salimans et al., NeurIPS 2016).
        const Tensor telling = (loss(0.9, of_real) + loss(0, of_drawn)) / 2;

        std::vector<Assignment> steps = context.updates();
        const auto improve = [&](nn::Model& m, const Tensor& loss) {
            const auto step = m.optimizer().minimize(loss, m.trainable_weights());
            steps.insert(steps.end(), step.begin(), step.end());
        };
        improve(generator, drawing);
        improve(discriminator, telling);
        shikumi::evaluate(std::vector{drawing, telling}, steps);
        nn::Logs logs;
        logs.add("generator_loss", drawing.item<double>());
        logs.add("discriminator_loss", telling.item<double>());
        return logs;
    }

    nn::Sequential generator, discriminator;

private:
    static Tensor loss(double target, const Tensor& logits) {
        return mean(nn::binary_crossentropy_from_logits(full(logits.shape(), target), logits));
    }
};

// (n, side, side, 1) from 0 to 1: MNIST with --data, else the library's few digits, of which an
// epoch has sixteen copies.
Tensor real_digits(const examples::Options& options) {
    const Tensor images = options.data.empty()
                              ? repeat(datasets::digits().images / 16, 16, 0)
                              : datasets::scale_pixels(examples::load_digits(options).train.images);
    return expand_dims(images, -1);
}

void gan(const examples::Options& options) {
    if (options.early_stopping)
        throw examples::BadOption(
            "--early-stopping means nothing here: what one network gains the other loses");
    const Tensor x = real_digits(options);
    Gan gan(x.shape()[1], options.learning_rate);
    std::cout << gan.generator.summary() << '\n' << gan.discriminator.summary() << '\n';

    // Draws the same 80 digits after each epoch.
    Generator rng(options.seed);
    const Tensor z = random_normal({80, latent}, rng);
    const auto draw = [&] { return squeeze(gan.generator.predict(z), -1); };
    const auto show = [&](nn::EpochLog& epoch) {
        std::ostringstream name;
        name << "gan-" << std::setw(2) << std::setfill('0') << epoch.epoch + 1 << ".png";
        const std::filesystem::path path = options.out / name.str();
        plot::write_png(path, plot::tiled(draw(), 10), 84 / x.shape()[1]);
        std::cout << "wrote " << path.string() << '\n' << std::flush;
    };
    examples::fit(gan, x, x, options, {.on_epoch_end = show});

    std::cout << "\nthe first three digits of the last epoch:\n"
              << examples::drawing(plot::tiled(slice(draw(), 0, {0, 3}), 3), 1,
                                   examples::colours_wanted());
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(argc, argv, "a generative adversarial network draws digits",
                                 {.epochs = 8, .batch_size = 64, .learning_rate = 0.001}, gan);
}
