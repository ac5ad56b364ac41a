#include <shikumi/nn/io/keras_weights.hpp>

#include <memory>
#include <string>
#include <vector>

#include <shikumi/formats/hdf5_file.hpp>
#include <shikumi/shikumi.hpp>

#include "catch.hpp"
#include "support/libraries.hpp"
#include "support/temporary.hpp"
#include "support/weight_values.hpp"

using namespace shikumi;
using namespace shikumi::nn;
using formats::Hdf5File;
using shikumi_test::contains;
using shikumi_test::has_hdf5;
using shikumi_test::TemporaryFolder;
using shikumi_test::weight_values;

namespace {

Sequential two_dense(const std::string& first = {}, const std::string& second = {}) {
    return Sequential(Dense(3, {.activation = relu, .input_dim = 2, .name = first}),
                      Dense(1, {.name = second}));
}

using Values = std::vector<std::vector<double>>;

void set_to(Model& model, double number) {
    std::vector<Tensor> all;
    for (const Tensor& weight : model.get_weights())
        all.push_back(full(weight.shape(), number, weight.dtype()));
    model.set_weights(all);
}

// Writes the weights in a form, changes them, reads them, and compares.
void check_round_trip(Model& model, const std::string& path) {
    INFO(path);
    save_keras_weights(model, path);
    const Values before = weight_values<double>(model);
    set_to(model, 0.125);
    const WeightsReport report = load_keras_weights(model, path);
    CHECK(report.complete());
    CHECK(report.taken.size() == before.size());
    CHECK(weight_values<double>(model) == before);
}

void check_refused(Model& model, const std::string& path, const std::vector<std::string>& words) {
    const Values before = weight_values<double>(model);
    try {
        load_keras_weights(model, path);
        FAIL_CHECK("was read");
    } catch (const Error& e) {
        for (const std::string& word : words) CHECK_THAT(e.what(), contains(word));
    }
    CHECK(weight_values<double>(model) == before);
}

}  // namespace

TEST_CASE("weights have the places that Keras 3 gives them", "[keras]") {
    if (!has_hdf5()) return;
    const TemporaryFolder folder;
    const std::string path = folder.path() / "x.weights.h5";
    const Input x({5, 4});
    SymbolicTensor y = x | Bidirectional(LSTM(3, {.return_sequences = true}));
    y = y | RNN(StackedRNNCells(GRUCell(3), GRUCell(2)), {.return_sequences = true});
    y = y | TimeDistributed(Dense(2)) | BatchNormalization() | Flatten();
    y = y | Dense(2, {.name = "own name"}) | Dense(1);
    Model model(x, y);
    check_round_trip(model, path);

    const Hdf5File file(path);
    const std::string lstm = "layers/bidirectional/forward_layer/cell/vars/";
    CHECK(file.spec(lstm + "0") == Spec{{4, 12}, f32});
    CHECK(file.spec(lstm + "1") == Spec{{3, 12}, f32});
    CHECK(file.spec(lstm + "2") == Spec{{12}, f32});
    CHECK(file.contains("layers/bidirectional/backward_layer/cell/vars/2"));
    CHECK(file.spec("layers/rnn/cell/cells/gru_cell/vars/0") == Spec{{6, 9}, f32});
    CHECK(file.spec("layers/rnn/cell/cells/gru_cell_1/vars/0") == Spec{{3, 6}, f32});
    CHECK(file.spec("layers/time_distributed/layer/vars/0") == Spec{{2, 2}, f32});
    CHECK(file.contains("layers/batch_normalization/vars/3"));
    CHECK(file.spec("layers/dense/vars/0") == Spec{{10, 2}, f32});
    CHECK(file.spec("layers/dense_1/vars/0") == Spec{{2, 1}, f32});
    REQUIRE(file.texts("layers/dense/vars", "name"));
    CHECK(*file.texts("layers/dense/vars", "name") == Hdf5File::Texts{"own name"});
    CHECK(file.has_group("layers/flatten/vars"));
}

TEST_CASE("attention's projections are layers in Keras", "[keras]") {
    if (!has_hdf5()) return;
    const TemporaryFolder folder;
    const std::string path = folder.path() / "x.weights.h5";
    const Input x({5, 4});
    SymbolicTensor y = x | MultiHeadAttention(2, 3);
    y = y | GroupQueryAttention(3, 4, 2);
    Model model(x, y);
    check_round_trip(model, path);
    const Hdf5File file(path);
    CHECK(file.spec("layers/multi_head_attention/query_dense/vars/0") == Spec{{4, 2, 3}, f32});
    CHECK(file.spec("layers/multi_head_attention/output_dense/vars/1") == Spec{{4}, f32});
    CHECK(file.spec("layers/grouped_query_attention/_key_dense/vars/0") == Spec{{4, 2, 3}, f32});
}

TEST_CASE("groups of a graph are counted in Keras's order of layers", "[keras]") {
    if (!has_hdf5()) return;
    const TemporaryFolder folder;
    const std::string path = folder.path() / "x.weights.h5";
    // The longer branch is joined second; its first layer is further from the output.
    const Input x({4});
    const SymbolicTensor near = x | Dense(2, {.name = "near"});
    const SymbolicTensor far = x | Dense(3, {.name = "far"}) | Dense(2, {.name = "middle"});
    Model model(x, connect(Add(), {near, far}));
    check_round_trip(model, path);
    const Hdf5File file(path);
    const auto name_of = [&](const std::string& group) {
        const Hdf5File::Texts* const texts = file.texts(group, "name");
        return texts ? texts->front() : std::string("none");
    };
    CHECK(name_of("layers/dense/vars") == "far");
    CHECK(name_of("layers/dense_1/vars") == "near");
    CHECK(name_of("layers/dense_2/vars") == "middle");
}

TEST_CASE("a nested model has its groups in its own, and one entry in older files", "[keras]") {
    if (!has_hdf5()) return;
    const TemporaryFolder folder;
    Sequential inner(Dense(3, {.input_dim = 4}), BatchNormalization(), Dense(3));
    Sequential model(std::move(inner), Dense(1));
    model.build({{1, 4}, f32});
    check_round_trip(model, folder.path() / "x.weights.h5");
    check_round_trip(model, folder.path() / "x.h5");
    CHECK(Hdf5File(folder.path() / "x.weights.h5")
              .contains("layers/sequential/layers/dense_1/vars/0"));

    // First what is trained, then all else.
    const Hdf5File file(folder.path() / "x.h5");
    const Hdf5File::Texts& layers = *file.texts("", "layer_names");
    REQUIRE(layers.size() == 2);
    const Hdf5File::Texts& weights = *file.texts(layers.front(), "weight_names");
    REQUIRE(weights.size() == 8);
    CHECK(weights[6].ends_with("/moving_mean"));
    CHECK(weights[7].ends_with("/moving_variance"));
    // A frozen layer's weights move to the others.
    model.layers().front()->inner_layers().front()->set_trainable(false);
    check_round_trip(model, folder.path() / "frozen.h5");
    const Hdf5File frozen(folder.path() / "frozen.h5");
    CHECK(frozen.texts(layers.front(), "weight_names")->at(4).ends_with("/kernel"));
    CHECK(frozen.texts(layers.front(), "weight_names")->at(5).ends_with("/bias"));
}

TEST_CASE("older files are matched by position, and by name where they don't fit", "[keras]") {
    if (!has_hdf5()) return;
    const TemporaryFolder folder;
    const std::string path = folder.path() / "x.h5";
    Sequential saved = two_dense("one", "two"), same = two_dense("three", "four");
    save_keras_weights(saved, path);
    // Keras 2 asks for them before it takes weights as they are.
    CHECK(Hdf5File(path).texts("", "keras_version") != nullptr);
    CHECK(Hdf5File(path).texts("", "backend") != nullptr);
    CHECK(load_keras_weights(same, path).complete());
    CHECK(weight_values<double>(same) == weight_values<double>(saved));

    Sequential longer(Dense(3, {.input_dim = 2, .name = "one"}), Dense(3, {.name = "new"}),
                      Dense(1, {.name = "two"}));
    check_refused(longer, path, {path, "new/kernel"});
    const WeightsReport report = load_keras_weights(longer, path, {.strict = false});
    CHECK(report.taken ==
          std::vector<std::string>{"one/kernel", "one/bias", "two/kernel", "two/bias"});
    CHECK(report.missing == std::vector<std::string>{"new/kernel", "new/bias"});
}

TEST_CASE("weights that don't fit are refused by their names, and nothing changes", "[keras]") {
    if (!has_hdf5()) return;
    const TemporaryFolder folder;
    for (const char* name : {"x.weights.h5", "x.h5"}) {
        const std::string path = folder.path() / name;
        Sequential saved = two_dense("a", "b");
        save_keras_weights(saved, path);
        Sequential wider(Dense(4, {.input_dim = 2, .name = "a"}), Dense(1, {.name = "b"}));
        check_refused(wider, path, {path, "a/kernel", "(2, 4)", "(2, 3)", "b/kernel"});
        Sequential without_bias(Dense(3, {.use_bias = false, .input_dim = 2, .name = "a"}),
                                Dense(1, {.name = "b"}));
        check_refused(without_bias, path, {path, "unexpected"});
    }
    Sequential model = two_dense();
    formats::write_hdf5(folder.path() / "other.h5", {.datasets = {{"a", tensor({1})}}});
    check_refused(model, folder.path() / "other.h5", {"as Keras has them"});
    formats::write_hdf5(folder.path() / "lacking.h5",
                        {.attributes = {{"", "layer_names", {"a"}, true}}});
    check_refused(model, folder.path() / "lacking.h5", {"'a'", "no group"});
    CHECK_THROWS_AS(load_keras_weights(model, folder.path() / "absent.h5"), IoError);
    CHECK_THROWS_AS(save_keras_weights(model, folder.path() / "x.safetensors"), ValueError);
}

TEST_CASE("smaller floats become f32, and integers count", "[keras]") {
    if (!has_hdf5()) return;
    const TemporaryFolder folder;
    const std::string path = folder.path() / "x.weights.h5";
    Sequential model(Normalization(), Dense(1));
    model.build({{1, 2}, f32});
    check_round_trip(model, path);
    CHECK(Hdf5File(path).spec("layers/normalization/vars/2") == Spec{{}, i64});

    formats::Hdf5Content half;
    const Hdf5File file(path);
    for (const std::string& name : file.names()) {
        formats::StoredTensor stored = file.read_stored(name);
        if (name.starts_with("layers/dense")) stored = stored.as(formats::StoredType::bf16);
        half.datasets.push_back({name, stored});
    }
    formats::write_hdf5(path, half);
    CHECK(load_keras_weights(model, path).complete());
}

TEST_CASE("groups that mean nothing here are passed over", "[keras]") {
    if (!has_hdf5()) return;
    const TemporaryFolder folder;
    const std::string path = folder.path() / "x.weights.h5";
    Sequential model = two_dense();
    save_keras_weights(model, path);
    const Hdf5File file(path);
    formats::Hdf5Content more;
    for (const std::string& name : file.names())
        more.datasets.push_back({name, file.read_stored(name)});
    more.datasets.push_back({"metrics/mean/vars/0", tensor({1})});
    more.datasets.push_back({"layers/dropout/seed_generator/vars/0", tensor({1}, i64)});
    formats::write_hdf5(path, more);
    CHECK(load_keras_weights(model, path).complete());
    more.datasets.push_back({"layers/dense_7/vars/0", tensor({1})});
    formats::write_hdf5(path, more);
    check_refused(model, path, {"layers/dense_7/vars/0"});
}

TEST_CASE("files of Keras 2.12 count layers with weights twice", "[keras]") {
    if (!has_hdf5()) return;
    const TemporaryFolder folder;
    const std::string path = folder.path() / "x.weights.h5";
    Sequential model = two_dense();
    save_keras_weights(model, path);
    const Hdf5File file(path);
    formats::Hdf5Content old;
    for (const std::string& name : file.names()) {
        const bool second = name.starts_with("layers/dense_1/");
        old.datasets.push_back({std::string("_layer_checkpoint_dependencies/dense") +
                                    (second ? "_2/" : "/") + name.substr(name.find("vars")),
                                file.read_stored(name)});
    }
    formats::write_hdf5(path, old);
    const Values before = weight_values<double>(model);
    set_to(model, 0);
    CHECK(load_keras_weights(model, path).complete());
    CHECK(weight_values<double>(model) == before);
}

TEST_CASE("a compiled model's optimiser goes with its weights", "[keras]") {
    if (!has_hdf5()) return;
    const TemporaryFolder folder;
    const std::string path = folder.path() / "x.weights.h5";
    const Tensor x = tensor({{1, 2}, {3, -1}, {0, 1}}), y = tensor({{1}, {0}, {2}});
    const auto compiled = [&](const optim::Optimizer& optimizer) {
        Sequential model = two_dense();
        model.compile({.optimizer = optimizer, .loss = mean_squared_error});
        return model;
    };
    Sequential model = compiled(optim::Adam({.amsgrad = true}));
    for (int i = 0; i < 3; ++i) model.train_on_batch(x, y);
    save_keras_weights(model, path);
    Sequential again = compiled(optim::Adam({.amsgrad = true}));
    load_keras_weights(again, path);
    CHECK(again.optimizer().iterations() == 3);
    for (int i = 0; i < 3; ++i) {
        model.train_on_batch(x, y);
        again.train_on_batch(x, y);
    }
    CHECK(weight_values<double>(again) == weight_values<double>(model));

    Sequential other = compiled(optim::SGD({.momentum = 0.9}));
    check_refused(other, path, {path, "SGD", "14 variables"});
    CHECK(load_keras_weights(other, path, {.include_optimizer = false}).complete());
}
