#include <shikumi/nn/io/keras_file.hpp>

#include <memory>
#include <string>
#include <vector>

#include <shikumi/formats/hdf5_file.hpp>
#include <shikumi/nn/io/detail/keras_archive.hpp>
#include <shikumi/shikumi.hpp>

#include "catch.hpp"
#include "nn/io/some_pictures.hpp"
#include "support/libraries.hpp"
#include "support/temporary.hpp"
#include "support/weight_values.hpp"

using namespace shikumi;
using namespace shikumi::nn;
using shikumi_test::contains;
using shikumi_test::contents;
using shikumi_test::has_hdf5;
using shikumi_test::has_zip;
using shikumi_test::some_pictures;
using shikumi_test::TemporaryFolder;
using shikumi_test::weight_values;

namespace {

Sequential some_model() {
    return Sequential(Conv2D(3, 3, {.activation = relu, .input_shape = {6, 6, 2}}),
                      BatchNormalization(), MaxPooling2D(2), Flatten(), Dropout(0.2),
                      Dense(2, {.activation = softmax}));
}

Tensor some_classes() { return tensor({0, 1, 1, 0, 1, 0, 0, 1}, i64); }

}  // namespace

TEST_CASE("a model comes back from Keras's files with the same bits", "[keras]") {
    const TemporaryFolder folder;
    if (!has_zip() || !has_hdf5()) return;
    for (const char* name : {"x.keras", "x.h5"}) {
        INFO(name);
        const std::string path = folder.path() / name;
        Sequential model = some_model();
        model.predict(some_pictures());
        save_keras(model, path);
        const std::shared_ptr<Model> read = load_keras(path);
        CHECK(read->compiled() == nullptr);
        CHECK(weight_values<double>(*read) == weight_values<double>(model));
        CHECK(read->predict(some_pictures()).to_vector<float>() ==
              model.predict(some_pictures()).to_vector<float>());
        const std::string before = contents(path);
        save_keras(*read, path);
        CHECK(contents(path) == before);
    }
}

TEST_CASE("a compiled model trains on from Keras's files", "[keras]") {
    const TemporaryFolder folder;
    if (!has_zip() || !has_hdf5()) return;
    const std::vector<optim::Optimizer> optimizers{
        optim::SGD({.momentum = 0.9}), optim::Adam({.amsgrad = true}),
        optim::RMSprop({.momentum = 0.5, .centered = true}), optim::Nadam()};
    for (const optim::Optimizer& optimizer : optimizers) {
        for (const char* name : {"x.keras", "x.h5"}) {
            INFO(optimizer.name() << " " << name);
            const std::string path = folder.path() / name;
            Sequential model(Dense(4, {.activation = tanh, .input_dim = 3}), BatchNormalization(),
                             Dense(1));
            model.compile({.optimizer = optimizer, .loss = mean_squared_error});
            const Tensor x = reshape(sin(arange(24).cast(f32)), {8, 3});
            const Tensor y = sum(x, {1}, true);
            for (int i = 0; i < 3; ++i) model.train_on_batch(x, y);
            save_keras(model, path);
            KerasReport report;
            const std::shared_ptr<Model> read = load_keras(path, {.report = &report});
            CHECK(report.text().empty());
            REQUIRE(read->compiled());
            CHECK(read->optimizer().iterations() == 3);
            for (int i = 0; i < 3; ++i) {
                const Logs a = model.train_on_batch(x, y), b = read->train_on_batch(x, y);
                CHECK(b["loss"] == Approx(a["loss"]).epsilon(1e-5));
            }
        }
    }
}

TEST_CASE("compile and the optimiser can be left out", "[keras]") {
    const TemporaryFolder folder;
    if (!has_zip() || !has_hdf5()) return;
    const std::string path = folder.path() / "x.keras";
    Sequential model = some_model();
    model.compile({.optimizer = "adam", .loss = sparse_categorical_crossentropy});
    model.train_on_batch(some_pictures(), some_classes());
    save_keras(model, path);
    CHECK(load_keras(path)->compiled());
    CHECK_FALSE(load_keras(path, {.compile = false})->compiled());
    save_keras(model, path, {.include_optimizer = false});
    CHECK_FALSE(load_keras(path)->compiled());
}

TEST_CASE("a file of Keras's that isn't right is refused with its name", "[keras]") {
    const TemporaryFolder folder;
    if (!has_zip() || !has_hdf5()) return;
    const auto check = [&](const std::string& path, const std::vector<std::string>& words) {
        try {
            load_keras(path);
            FAIL_CHECK(path << " was read");
        } catch (const Error& e) {
            for (const std::string& word : words) CHECK_THAT(e.what(), contains(word));
        }
    };
    const std::string path = folder.path() / "x.keras",
                      weights = formats::hdf5_bytes({.groups = {"layers"}});
    const auto write = [&](const std::string& config) {
        nn::detail::write_keras_archive("test", path, config, weights, 0);
    };
    write("{");
    check(path, {path, "config.json"});
    write(R"({"class_name": "Popen", "module": "subprocess", "config": {}})");
    check(path, {path, "Popen"});
    Sequential model(Dense(2, {.input_dim = 3, .name = "out"}));
    write(to_json(model));
    check(path, {path, "out/kernel", "out/bias"});
    const std::string text = folder.write("y.keras", "no archive"),
                      cut = folder.path() / "cut.keras";
    check(text, {text});
    save_keras(model, path);
    folder.write("cut.keras", contents(path).substr(0, contents(path).size() / 2));
    check(cut, {cut});
    formats::write_hdf5(folder.path() / "weights.h5", {.groups = {"layers"}});
    check(folder.path() / "weights.h5", {"weights.h5", "model_config"});
    CHECK_THROWS_AS(save_keras(model, folder.path() / "x.safetensors"), ValueError);
}
