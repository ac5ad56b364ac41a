#include "models.hpp"

#include <algorithm>
#include <set>

#include <shikumi/shikumi.hpp>

#include "exchange/arrays.hpp"
#include "stacks.hpp"
#include "support/every_layer.hpp"

namespace shikumi::exchange {

namespace {

constexpr Index samples = 6;
constexpr std::uint32_t stacks = 200;

Shape with_batch(const Shape& sample) {
    std::vector<Index> sizes{samples};
    for (int axis = 0; axis < sample.rank(); ++axis) sizes.push_back(sample[axis]);
    return Shape(std::span<const Index>(sizes));
}

// Random numbers of that kind; integers from 1 on, smaller than `limit`.
Tensor random_input(const Spec& sample, Index limit, std::uint64_t seed) {
    Generator rng(seed);
    const Shape shape = with_batch(sample.shape);
    if (is_floating(sample.dtype)) return random_normal(shape, rng).cast(sample.dtype);
    return (random_uniform(shape, rng) * static_cast<float>(limit)).cast(sample.dtype);
}

Exchanged of_layer(const shikumi_test::LayerCase& the_case) {
    nn::set_random_seed(1);
    Exchanged all{std::make_shared<nn::Model>(the_case.model()), {}};
    for (const Spec& input : the_case.inputs)
        all.inputs.push_back(random_input(input, 5, all.inputs.size() + 1));
    return all;
}

Exchanged of_stack(std::uint32_t number) {
    Stack stack = random_stack(number);
    Exchanged all{std::make_shared<nn::Sequential>(std::move(stack.model)), {}};
    all.inputs.push_back(random_input(stack.input, stack.tokens, number));
    (*all.model)(all.inputs);
    return all;
}

}  // namespace

std::vector<std::pair<std::string, std::function<Exchanged()>>> all_models() {
    std::vector<std::pair<std::string, std::function<Exchanged()>>> all;
    const auto layers =
        std::make_shared<std::vector<shikumi_test::LayerCase>>(shikumi_test::every_layer_case());
    for (std::size_t i = 0; i < layers->size(); ++i)
        all.emplace_back("layer_" + std::to_string(i) + '_' + layers->at(i).name(),
                         [=] { return of_layer(layers->at(i)); });
    for (std::uint32_t i = 0; i < stacks; ++i)
        all.emplace_back("stack_" + std::to_string(i), [=] { return of_stack(i); });
    return all;
}

}  // namespace shikumi::exchange
