// Every system call of a save fails once: what was saved before stays whole.
#include <cerrno>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/io/model_file.hpp>
#include <shikumi/nn/nn.hpp>
#include <shikumi/optim/optim.hpp>

#include "catch.hpp"
#include "support/io_faults.hpp"
#include "support/temporary.hpp"
#include "support/weight_values.hpp"

using namespace shikumi;
using shikumi_test::contains;
using shikumi_test::IoFaults;
using shikumi_test::weight_values;

namespace {

namespace fs = std::filesystem;

const Tensor x = tensor({{1.0}, {2.0}, {3.0}, {4.0}}).cast(f32), y = 2 * x;

std::unique_ptr<nn::Sequential> line() {
    nn::clear_session();
    auto model = std::make_unique<nn::Sequential>();
    model->add(nn::Dense(8, {.activation = nn::tanh, .input_dim = 1}));
    model->add(nn::Dropout(0.2));
    model->add(nn::Dense(1));
    model->compile({.optimizer = optim::Adam({.learning_rate = 0.05}), .loss = "mse"});
    return model;
}

}  // namespace

TEST_CASE("a save that fails leaves the file before it", "[faults]") {
    const shikumi_test::TemporaryFolder folder;
    const fs::path file = folder.path() / "model.safetensors";
    const auto old = line(), fresh = line();
    nn::save(*old, file);
    fresh->fit(x, y, {.batch_size = 2, .verbose = 0});
    int calls = 0;
    {
        const IoFaults counted;
        nn::save(*fresh, folder.path() / "other.safetensors");
        calls = counted.calls();
    }
    fs::remove(folder.path() / "other.safetensors");
    REQUIRE(calls >= 5);  // open, write, fsync, a link, rename, fsync of the folder
    for (const int error : {ENOSPC, EIO}) {
        for (int call = 0; call < calls; ++call) {
            CAPTURE(error, call, calls);
            nn::save(*old, file);
            bool failed = false;
            try {
                const IoFaults faults(call, error);
                nn::save(*fresh, file);
            } catch (const IoError& e) {
                failed = true;
                CHECK_THAT(std::string(e.what()), contains("model.safetensors"));
            }
            const auto found = weight_values<float>(*nn::load(file));
            CHECK((found == weight_values<float>(*old) || found == weight_values<float>(*fresh)));
            if (!failed) CHECK(found == weight_values<float>(*fresh));
            CHECK(folder.entries() == 1);
        }
    }
}

TEST_CASE("a training whose backup fails goes on from the one before it", "[faults]") {
    const auto train = [](const nn::Resume& resume) {
        const auto model = line();
        model->fit(x, y, {.batch_size = 2, .epochs = 4, .verbose = 0, .resume = resume});
        return weight_values<float>(*model);
    };
    const auto wanted = train({});
    int calls = 0;
    {
        const shikumi_test::TemporaryFolder folder;
        const IoFaults counted;
        train((folder.path() / "state").string());
        calls = counted.calls();
    }
    REQUIRE(calls >= 20);
    for (int call = 0; call < calls; ++call) {
        CAPTURE(call, calls);
        const shikumi_test::TemporaryFolder folder;
        const nn::Resume resume((folder.path() / "state").string());
        try {
            const IoFaults faults(call, ENOSPC);
            const auto got = train(resume);
            CHECK(got == wanted);  // where it does without that call
        } catch (const IoError& e) {
            CHECK_THAT(std::string(e.what()), contains("training.safetensors"));
        }
        CHECK(train(resume) == wanted);
    }
}

TEST_CASE("a folder that can't be written ends a training before it begins", "[faults]") {
    const auto model = line();
    const auto before = weight_values<float>(*model);
    CHECK_THROWS_AS(model->fit(x, y, {.verbose = 0, .resume = "/proc/nowhere/at/all"}), IoError);
    CHECK(weight_values<float>(*model) == before);
}

TEST_CASE("a damaged backup is refused by name, and the one before it is taken", "[faults]") {
    const shikumi_test::TemporaryFolder folder;
    const std::string state = (folder.path() / "state").string();
    const auto train = [&](int epochs, const nn::Resume& resume) {
        const auto model = line();
        model->fit(x, y, {.batch_size = 2, .epochs = epochs, .verbose = 0, .resume = resume});
        return weight_values<float>(*model);
    };
    const auto wanted = train(5, {});
    train(3, state);
    const fs::path file = fs::path(state) / "training.safetensors";
    std::string bytes = shikumi_test::contents(file);
    bytes[bytes.size() - 3] ^= 1;
    folder.write("state/training.safetensors", bytes);
    CHECK(train(5, state) == wanted);
    folder.write("state/training.safetensors", bytes);
    folder.write("state/training.safetensors.1", bytes);
    CHECK_THROWS_WITH(train(5, state), contains("training.safetensors.1"));
}
