// Memory stays flat over a long training, whether the loss is read or not.
#include "catch.hpp"

#include <fstream>

#include <unistd.h>

#include <shikumi/shikumi.hpp>

using namespace shikumi;

namespace {

// The resident size of this process in bytes; 0 if the system doesn't report it.
std::int64_t resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    std::int64_t total = 0, resident = 0;
    statm >> total >> resident;
    return resident * sysconf(_SC_PAGESIZE);
}

struct Usage {
    std::int64_t nodes = shikumi::detail::live_nodes();
    std::size_t buffers = memory_stats().live;
    std::int64_t resident = resident_bytes();
};

void check_flat(const Usage& before, const Usage& after) {
    CHECK(after.nodes <= before.nodes + 16);
    CHECK(after.buffers <= before.buffers + 4096);
    // Sanitizer builds have no pool, and their quarantine keeps freed memory.
    if (memory_stats().cached > 0)
        CHECK(after.resident <= before.resident + (std::int64_t{2} << 20));
}

constexpr int warm = 2'000;
constexpr int step_count = 100'000;

}  // namespace

TEST_CASE("memory is flat over 100,000 step_count of the lecture's network", "[slow]") {
    const auto patterns = datasets::lecture_patterns();
    const Tensor x = patterns.features;
    const Tensor y = nn::to_categorical(patterns.labels);
    nn::Sequential m{nn::Dense(64, {.activation = nn::relu, .input_dim = 4}), nn::Dense(3)};
    optim::SGD sgd({.learning_rate = 0.01, .momentum = 0.9, .nesterov = true});
    const bool looks = GENERATE(false, true);

    Tensor last;
    const auto train = [&](int count) {
        for (int i = 0; i < count; ++i) {
            last = cross_entropy(m(x, nn::Mode::train), y);
            last.backward();
            sgd.step(m.parameters());
            if (looks && i % 100 == 0) CHECK(last.item<float>() < 2);
        }
    };
    train(warm);
    const Usage before;
    train(step_count - warm);
    check_flat(before, Usage());
    CHECK(last.item<float>() < 0.1);
}

TEST_CASE("memory is flat over 100,000 epochs of fit", "[slow]") {
    const auto patterns = datasets::lecture_patterns();
    nn::Sequential m{nn::Dense(64, {.activation = nn::relu, .input_dim = 4}),
                     nn::Dense(3, {.activation = nn::softmax})};
    m.compile({.optimizer = optim::SGD({.learning_rate = 0.01, .momentum = 0.9, .nesterov = true}),
               .loss = nn::sparse_categorical_crossentropy,
               .metrics = {nn::accuracy}});
    m.fit(patterns.features, patterns.labels, {.epochs = warm, .verbose = 0});
    const Usage before;
    for (int round = 0; round < 10; ++round)  // the history itself grows with the epochs
        m.fit(patterns.features, patterns.labels, {.epochs = step_count / 10, .verbose = 0});
    check_flat(before, Usage());
}
