// Whole models in files: saved, loaded, trained on; damaged, of versions, of classes of one's own.
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/formats/file_format.hpp>
#include <shikumi/formats/npy.hpp>
#include <shikumi/formats/safetensors.hpp>
#include <shikumi/nn/io/architecture.hpp>
#include <shikumi/nn/io/model_file.hpp>
#include <shikumi/nn/nn.hpp>
#include <shikumi/optim/optim.hpp>

#include "catch.hpp"
#include "support/layers.hpp"
#include "support/libraries.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using shikumi_test::contains;

namespace {

namespace fs = std::filesystem;

Tensor samples(const Shape& shape, std::uint64_t seed = 1) {
    Generator rng(seed);
    return random_normal(shape, rng);
}

std::vector<std::vector<double>> values(const std::vector<Tensor>& tensors) {
    std::vector<std::vector<double>> all;
    for (const Tensor& t : tensors) all.push_back(t.cast(f64).to_vector<double>());
    return all;
}

std::vector<std::vector<double>> everything(nn::Model& model) {
    std::vector<Tensor> all = model.get_weights();
    for (const Parameter& p : model.optimizer().state()) all.push_back(p.value());
    return values(all);
}

nn::Sequential small_model() {
    nn::Sequential model;
    model.add(nn::Dense(4, {.activation = nn::relu, .input_dim = 3}));
    model.add(nn::BatchNormalization());
    model.add(nn::Dropout(0.3));
    model.add(nn::Dense(2));
    model.compile(
        {.optimizer = optim::Adam({.learning_rate = 0.02}), .loss = "mse", .metrics = {"mae"}});
    return model;
}

const nn::FitOptions two_epochs{.batch_size = 5, .epochs = 2, .verbose = 0};

// A layer of a user's own.
class Doubled final : public nn::Layer {
public:
    Tensor call(const Tensor& x, nn::Mode) override { return 2 * x; }
    Config get_config() const override { return Config::Object{}; }
    static Doubled from_config(ConfigReader&) { return {}; }
};

class Nameless final : public nn::Layer {
public:
    Tensor call(const Tensor& x, nn::Mode) override { return x; }
};

}  // namespace

TEST_CASE("a model is loaded without knowing what it is, and trains on with the same bits",
          "[nn]") {
    const shikumi_test::TemporaryFolder folder;
    const fs::path file = folder.path() / "model.safetensors";
    nn::Sequential model = small_model();
    const Tensor x = samples({20, 3}), y = samples({20, 2}, 2);
    model.fit(x, y, two_epochs);
    nn::save(model, file);
    const std::shared_ptr<nn::Model> loaded = nn::load(file);
    CHECK(values({loaded->predict(x)}) == values({model.predict(x)}));
    CHECK(loaded->evaluate(x, y).by_name() == model.evaluate(x, y).by_name());
    CHECK(everything(*loaded) == everything(model));
    CHECK(loaded->summary() == model.summary());
    const nn::History there = model.fit(x, y, two_epochs), here = loaded->fit(x, y, two_epochs);
    CHECK(here.history == there.history);
    CHECK(everything(*loaded) == everything(model));
}

TEST_CASE("a model is saved before it is trained, and without compile", "[nn]") {
    const shikumi_test::TemporaryFolder folder;
    const fs::path file = folder.path() / "model.safetensors";
    const Tensor x = samples({6, 3}), y = samples({6, 2}, 2);
    nn::Sequential fresh = small_model();
    nn::save(fresh, file);
    const std::shared_ptr<nn::Model> loaded = nn::load(file);
    nn::set_random_seed(4);  // it has drawn no random numbers yet
    const nn::History there = fresh.fit(x, y, two_epochs);
    nn::set_random_seed(4);
    CHECK(loaded->fit(x, y, two_epochs).history == there.history);

    nn::Sequential plain{nn::Dense(2, {.input_dim = 3})};
    nn::save(plain, file);
    CHECK(values({nn::load(file)->predict(x)}) == values({plain.predict(x)}));
    CHECK_FALSE(nn::load(file)->compiled());

    nn::save(fresh, file, {.include_optimizer = false, .keep = 1});
    CHECK_FALSE(nn::load(file)->compiled());
    CHECK(values({nn::load(file)->predict(x)}) == values({fresh.predict(x)}));
    CHECK(values({nn::load(file.string() + ".1")->predict(x)}) == values({plain.predict(x)}));

    nn::Sequential unknown{nn::Dense(2)};
    CHECK_THROWS_AS(nn::save(unknown, file), StateError);
    CHECK_FALSE(nn::load(file)->compiled());  // the old file is as it was
}

TEST_CASE("the name of a file chooses the format of a model", "[nn]") {
    const shikumi_test::TemporaryFolder folder;
    nn::Sequential model = small_model();
    const Tensor x = samples({20, 3});
    model.fit(x, samples({20, 2}, 2), two_epochs);
    for (const char* const name : {"m.safetensors", "m.keras", "m.h5"}) {
        INFO(name);
        const std::string file = (folder.path() / name).string();
        if (fs::path(name).extension() != ".safetensors" &&
            (!shikumi_test::has_zip() || !shikumi_test::has_hdf5()))
            continue;
        nn::save(model, file);
        const std::shared_ptr<nn::Model> loaded = nn::load(file);
        CHECK(values({loaded->predict(x)}) == values({model.predict(x)}));
        CHECK(loaded->compiled());
        CHECK(formats::file_format(file) ==
              (fs::path(name).extension() == ".keras" ? formats::FileFormat::keras
               : fs::path(name).extension() == ".h5"  ? formats::FileFormat::hdf5
                                                      : formats::FileFormat::safetensors));
        nn::save(model, file, {.include_optimizer = false});
        CHECK_FALSE(nn::load(file)->compiled());
    }
    for (const char* const name : {"m.weights.h5", "m.npz", "m.pt", "m.pth"})
        CHECK_THROWS_WITH(nn::save(model, (folder.path() / name).string()),
                          shikumi_test::contains("save_weights"));
}

TEST_CASE("checkpoints are written for Keras, too", "[nn]") {
    if (!shikumi_test::has_zip() || !shikumi_test::has_hdf5()) return;
    const shikumi_test::TemporaryFolder folder;
    nn::Sequential model = small_model();
    const Tensor x = samples({20, 3}), y = samples({20, 2}, 2);
    const std::string whole = (folder.path() / "{epoch}.keras").string(),
                      weights = (folder.path() / "{epoch}.weights.h5").string();
    model.fit(x, y,
              {.epochs = 2,
               .verbose = 0,
               .callbacks = {nn::ModelCheckpoint(whole),
                             nn::ModelCheckpoint(weights, {.save_weights_only = true})}});
    CHECK(folder.entries() == 4);
    CHECK(values({nn::load((folder.path() / "2.keras").string())->predict(x)}) ==
          values({model.predict(x)}));
    const std::shared_ptr<nn::Model> first = nn::load((folder.path() / "1.keras").string());
    nn::Sequential again = small_model();
    nn::load_weights(again, (folder.path() / "1.weights.h5").string());
    CHECK(values({first->predict(x)}) == values({again.predict(x)}));
    CHECK(values({first->predict(x)}) != values({model.predict(x)}));
    CHECK_THROWS_AS(nn::ModelCheckpoint(weights), ValueError);
    CHECK_THROWS_AS(nn::ModelCheckpoint(whole, {.save_weights_only = true}), ValueError);
}

TEST_CASE("a graph of layers with several inputs and a model inside is saved", "[nn]") {
    const shikumi_test::TemporaryFolder folder;
    const fs::path file = folder.path() / "model.safetensors";
    const nn::SymbolicTensor a = nn::Input({3}), b = nn::Input({3});
    auto inner = std::make_shared<nn::Sequential>();
    inner->add(nn::Dense(4, {.activation = nn::tanh, .input_dim = 3}));
    inner->add(nn::Dropout(0.2));
    const nn::SharedLayer twice(inner);
    const nn::SymbolicTensor both = nn::connect(nn::Concatenate(), {a | twice, b | twice});
    nn::Model model({a, b}, {both | nn::Dense(2), both | nn::Dense(1)});
    model.compile({.optimizer = "rmsprop", .loss = "mse"});
    const std::vector<Tensor> x{samples({8, 3}), samples({8, 3}, 4)};
    const std::vector<Tensor> y{samples({8, 2}, 5), samples({8, 1}, 6)};
    model.fit(x, y, two_epochs);
    nn::save(model, file);
    const std::shared_ptr<nn::Model> loaded = nn::load(file);
    CHECK(values(loaded->predict(x)) == values(model.predict(x)));
    CHECK(loaded->fit(x, y, two_epochs).history == model.fit(x, y, two_epochs).history);
    CHECK(everything(*loaded) == everything(model));
}

TEST_CASE("a stateful layer goes on with the states that it had", "[nn]") {
    const shikumi_test::TemporaryFolder folder;
    const fs::path file = folder.path() / "model.safetensors";
    nn::Sequential model;
    model.add(nn::Input({4, 2}));
    model.add(nn::LSTM(3, {.stateful = true}));
    model.add(nn::Dense(1));
    const Tensor x = samples({5, 4, 2});
    model.predict(x, 5);
    nn::save(model, file);
    const std::shared_ptr<nn::Model> loaded = nn::load(file);
    CHECK(values({loaded->predict(x, 5)}) == values({model.predict(x, 5)}));
}

TEST_CASE("classes of one's own are loaded once they are registered, else refused by name",
          "[nn]") {
    const shikumi_test::TemporaryFolder folder;
    const fs::path file = folder.path() / "model.safetensors";
    nn::Sequential model;
    model.add(nn::Dense(2, {.input_dim = 3}));
    model.add(Doubled());
    CHECK_THROWS_WITH(nn::save(model, file), contains("Doubled"));
    CHECK_FALSE(fs::exists(file));
    nn::register_layer<Doubled>();
    nn::save(model, file);
    const Tensor x = samples({4, 3});
    CHECK(values({nn::load(file)->predict(x)}) == values({model.predict(x)}));

    nn::Sequential other;
    other.add(nn::Dense(2, {.input_dim = 3}));
    other.add(Nameless());
    CHECK_THROWS_WITH(nn::save(other, file), contains("Nameless"));
    // A class that is only named in a file.
    std::string bytes = shikumi_test::contents(file);
    for (std::size_t at = 0; (at = bytes.find("Doubled", at)) != std::string::npos;)
        bytes.replace(at, 7, "Strange");
    folder.write("strange.safetensors", bytes);
    CHECK_THROWS_WITH(nn::load(folder.path() / "strange.safetensors"),
                      contains("strange.safetensors"));

    nn::Sequential own_loss{nn::Dense(1, {.input_dim = 3})};
    own_loss.compile(
        {.loss = nn::Loss([](const Tensor& t, const Tensor& p) { return mean(abs(t - p), 1); })});
    CHECK_THROWS_WITH(nn::save(own_loss, file), contains("register_loss"));
    nn::save(own_loss, file, {.include_optimizer = false});
}

TEST_CASE("damage is refused in words", "[nn]") {
    const shikumi_test::TemporaryFolder folder;
    const fs::path file = folder.path() / "model.safetensors";
    nn::Sequential model{nn::Dense(2, {.input_dim = 3, .name = "only"})};
    model.compile({.optimizer = optim::SGD({.momentum = 0.9}), .loss = "mse"});
    nn::save(model, file);
    const std::string good = shikumi_test::contents(file);
    const auto refused = [&](const std::string& bytes) {
        folder.write("bad.safetensors", bytes);
        try {
            const std::shared_ptr<nn::Model> read = nn::load(folder.path() / "bad.safetensors");
            return nn::to_json(*read) == nn::to_json(model) &&
                   everything(*read) == everything(model);  // a checksum in capitals, a space
        } catch (const Error& e) {
            return std::string(e.what()).find("bad.safetensors") != std::string::npos;
        }
        return false;
    };
    int accepted = 0;
    for (std::size_t size = 0; size < good.size(); size += 7)
        accepted += refused(good.substr(0, size)) ? 0 : 1;
    for (std::size_t at = 0; at < good.size(); at += 3) {
        std::string bytes = good;
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
        accepted += refused(bytes) ? 0 : 1;
    }
    CHECK(accepted == 0);
    CHECK(refused(good + "x"));
    CHECK(refused("PK\3\4 is another format"));
    CHECK_THROWS_WITH(nn::load(folder.path() / "missing.safetensors"), contains("missing"));
}

TEST_CASE("other files and other versions are told apart", "[nn]") {
    const shikumi_test::TemporaryFolder folder;
    const fs::path file = folder.path() / "file.safetensors";
    const std::vector<formats::NamedTensor> tensors{{"kernel", samples({3, 2})}};
    formats::write_safetensors(file, tensors);
    CHECK_THROWS_WITH(nn::load(file), contains("holds no model of shikumi"));
    formats::write_safetensors(file, tensors, {.metadata = {{"shikumi", "2"}, {"training", "{}"}}});
    CHECK_THROWS_WITH(nn::load(file), contains("version '2'"));
    formats::write_safetensors(file, tensors, {.metadata = {{"shikumi", "1"}, {"training", "{}"}}});
    CHECK_THROWS_WITH(nn::load(file), contains("not what the model is made of"));
    // A few bytes that ask for a huge model.
    nn::Sequential model{nn::Dense(2, {.input_dim = 3})};
    std::string made_of = nn::to_json(model);
    const std::string units = "\"units\":2";
    REQUIRE(made_of.find(units) != std::string::npos);
    made_of.replace(made_of.find(units), units.size(), "\"units\":2000000000");
    formats::write_safetensors(
        file, tensors,
        {.metadata = {{"shikumi", "1"}, {"training", "{}"}, {"architecture", made_of}}});
    CHECK_THROWS_AS(nn::load(file), Error);
}

namespace {

const fs::path& data() {
    static const fs::path folder = fs::path(SHIKUMI_TEST_SOURCE_DIR) / "tests/nn/io/data";
    return folder;
}
const Tensor golden_x = tensor({{0.5, -1.0}, {1.5, 0.25}, {-2.0, 1.0}, {0.0, 3.0}}).cast(f32);
const Tensor golden_y = tensor({{1.0}, {0.0}, {-1.0}, {2.0}}).cast(f32);

}  // namespace

TEST_CASE("a file of version 1 is read", "[nn]") {
    const std::shared_ptr<nn::Model> model = nn::load(data() / "model_1.safetensors");
    CHECK(model->optimizer().name() == "Adam");
    CHECK(model->optimizer().iterations() == 6);
    const Tensor wanted = formats::read_npy(data() / "model_1_predictions.npy");
    CHECK(max(abs(model->predict(golden_x) - wanted)).item<double>() < 1e-6);
    model->fit(golden_x, golden_y, {.batch_size = 2, .verbose = 0, .shuffle = false});
    const Tensor after = formats::read_npy(data() / "model_1_predictions_after.npy");
    CHECK(max(abs(model->predict(golden_x) - after)).item<double>() < 1e-5);
}

TEST_CASE("write a file of this version", "[.write]") {
    fs::create_directories(data());
    nn::clear_session();
    nn::set_random_seed(3);
    nn::Sequential model;
    model.add(nn::Dense(3, {.activation = nn::relu, .input_dim = 2, .name = "hidden"}));
    model.add(nn::BatchNormalization());
    model.add(nn::Dropout(0.25));
    model.add(nn::Dense(1, {.kernel_regularizer = nn::L2(0.01), .name = "out"}));
    model.compile({.optimizer = optim::Adam(
                       {.learning_rate = optim::ExponentialDecay(0.05, 4, 0.9), .use_ema = true}),
                   .loss = "mse",
                   .metrics = {"mae"}});
    const nn::FitOptions how{.batch_size = 2, .epochs = 3, .verbose = 0, .shuffle = false};
    model.fit(golden_x, golden_y, how);
    nn::save(model, data() / "model_1.safetensors");
    formats::write_npy(data() / "model_1_predictions.npy", model.predict(golden_x));
    model.fit(golden_x, golden_y, {.batch_size = 2, .verbose = 0, .shuffle = false});
    formats::write_npy(data() / "model_1_predictions_after.npy", model.predict(golden_x));
}
