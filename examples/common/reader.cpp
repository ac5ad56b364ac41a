#include "reader.hpp"

#include <iostream>

#include "train.hpp"

namespace examples {

using namespace shikumi;

Tensor as_pictures(const Tensor& images) { return expand_dims(datasets::scale_pixels(images), -1); }

nn::Sequential trained_reader(const datasets::Images& train, const Options& options) {
    nn::Sequential m{
        nn::Conv2D(32, 3, {.activation = nn::relu, .input_shape = {28, 28, 1}}),
        nn::MaxPooling2D(2),
        nn::Conv2D(64, 3, {.activation = nn::relu}),
        nn::MaxPooling2D(2),
        nn::Flatten(),
        nn::Dropout(0.5),
        nn::Dense(10, {.activation = nn::softmax}),
    };
    std::cout << m.summary() << '\n';
    m.compile({.optimizer = optim::Adam({.learning_rate = options.learning_rate}),
               .loss = nn::sparse_categorical_crossentropy,
               .metrics = {nn::accuracy}});
    fit(m, as_pictures(train.images), train.labels, options);
    return m;
}

}  // namespace examples
