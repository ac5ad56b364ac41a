// compile's memory_budget: fit uses less memory and gives the same bits.
#include <shikumi/shikumi.hpp>

#include "catch.hpp"

using namespace shikumi;

namespace {

constexpr std::size_t unlimited = EvaluationOptions().memory_budget;

// The weights after a few training steps of a convolutional network.
std::vector<float> trained(std::size_t budget) {
    Generator rng(4);
    const Tensor x(random_normal({24, 12, 12, 3}, rng).array());
    const Tensor y = one_hot(cast(random_uniform({24}, rng, 0, 3), i64), 3);
    nn::set_random_seed(7);
    nn::Sequential m;
    for (int block = 0; block < 6; ++block) {
        m.add(nn::Conv2D(8, {3, 3}, {.padding = Padding::same}));
        m.add(nn::BatchNormalization());
        m.add(nn::Activation(nn::relu));
        m.add(nn::Dropout(0.2));
    }
    m.add(nn::GlobalAveragePooling2D());
    m.add(nn::Dense(3, {.activation = nn::softmax}));
    m.compile({.optimizer = optim::Adam(),
               .loss = nn::categorical_crossentropy,
               .memory_budget = budget});
    m.fit(x, y, {.batch_size = 8, .epochs = 2, .verbose = 0});
    std::vector<float> all;
    for (const Tensor& w : m.get_weights()) {
        const auto own = w.to_vector<float>();
        all.insert(all.end(), own.begin(), own.end());
    }
    return all;
}

}  // namespace

TEST_CASE("fit within a memory budget trains to the same bits", "[nn]") {
    const auto free = trained(unlimited);
    // Without a budget the stored values take 1.25 MB.
    for (const std::size_t budget : {800'000, 520'000}) CHECK(trained(budget) == free);
    CHECK_THROWS_AS(trained(10'000), ValueError);
}
