// An LSTM learns to write like Shakespeare, character by character, and shows what it writes.
#include <shikumi/shikumi.hpp>

#include <iomanip>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "common/characters.hpp"
#include "common/run.hpp"
#include "common/train.hpp"

using namespace shikumi;

namespace {

// Maps a character's number and the LSTM's states to the logits of the next character.
struct Writer {
    std::shared_ptr<nn::Embedding> embedding;
    std::shared_ptr<nn::LSTM> lstm;
    std::shared_ptr<nn::Dense> dense;

    // Appends `length` characters to `start`, each drawn from the model's distribution.
    std::string write(const examples::Characters& characters, const std::string& start, int length,
                      RandomStream& random) const {
        const NoGrad no_grad;
        std::string text = start;
        std::vector<Tensor> states;
        Tensor next = expand_dims(characters.numbers(start), 0);
        for (int i = 0; i < length; ++i) {
            std::vector<Tensor> in{(*embedding)(next)};
            in.insert(in.end(), states.begin(), states.end());
            std::vector<Tensor> out = (*lstm)(in);
            states.assign(out.begin() + 1, out.end());
            const Tensor logits = (*dense)(slice(out[0], 1, {-1, {}}));
            std::vector<Tensor> wanted = states;
            wanted.push_back(logits);
            evaluate(wanted);
            const Index number = examples::draw(logits.to_vector<double>(), 0.8, random);
            text += characters[number];
            next = full({1, 1}, number, i64);
        }
        return text;
    }
};

void char_rnn(const examples::Options& options) {
    const std::string text = datasets::shakespeare(options.data);
    const examples::Characters characters(text);
    const auto split = text.size() / 10 * 9;
    const auto train = examples::windows(characters.numbers(text.substr(0, split)), 64);
    const auto test = examples::windows(characters.numbers(text.substr(split)), 64);
    std::cout << text.size() << " characters, " << characters.count() << " different ones\n\n";

    const Writer writer{std::make_shared<nn::Embedding>(characters.count(), 64),
                        std::make_shared<nn::LSTM>(
                            256, nn::LSTMOptions{.return_sequences = true, .return_state = true}),
                        std::make_shared<nn::Dense>(characters.count())};
    nn::Sequential m;
    m.add(writer.embedding);
    m.add(writer.lstm);
    m.add(writer.dense);
    m.build(train.x.spec());
    std::cout << m.summary() << '\n';

    const double steps = options.steps(train.x.shape()[0]);
    m.compile({.optimizer =
                   optim::Adam({.learning_rate = optim::CosineDecay(options.learning_rate, steps)}),
               .loss = nn::sparse_categorical_crossentropy_from_logits});
    RandomStream random({options.seed, 1});
    const auto show = [&] {
        std::cout << "----\n"
                  << writer.write(characters, "ROMEO:\n", 300, random) << "\n----\n"
                  << std::flush;
    };
    const nn::History history = examples::fit(
        m, train.x, train.y, options,
        {.validation_data = {{test.x, test.y}}, .on_epoch_end = [&](nn::EpochLog&) { show(); }});
    if (history.epoch.empty()) show();  // a network from a file

    std::cout << "\nvalidation loss " << std::fixed << std::setprecision(3)
              << m.evaluate(test.x, test.y)["loss"] << " nats a character\n";
    examples::write_history(history, options);
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(argc, argv, "an LSTM writes like Shakespeare",
                                 {.epochs = 6, .batch_size = 32, .learning_rate = 0.005}, char_rnn);
}
