#include <shikumi/nn/io/tfjs.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <shikumi/formats/file_format.hpp>
#include <shikumi/nn/io/json.hpp>
#include <shikumi/shikumi.hpp>

#include "catch.hpp"
#include "nn/io/some_pictures.hpp"
#include "support/temporary.hpp"
#include "support/weight_values.hpp"

using namespace shikumi;
using namespace shikumi::nn;
using shikumi_test::contains;
using shikumi_test::contents;
using shikumi_test::some_pictures;
using shikumi_test::TemporaryFolder;
using shikumi_test::weight_values;

namespace {

namespace fs = std::filesystem;

Sequential regularized_model() {
    return Sequential(
        Conv2D(3, 3, {.activation = relu, .kernel_regularizer = L2(0.5), .input_shape = {6, 6, 2}}),
        BatchNormalization(), MaxPooling2D(2), Flatten(), Dropout(0.2),
        Dense(2, {.activation = softmax, .name = "answer"}));
}

// The text that model.json has after one was exchanged for another.
void change(const std::string& path, const std::string& from, const std::string& to) {
    std::string text = contents(path);
    REQUIRE(text.find(from) != text.npos);
    text.replace(text.find(from), from.size(), to);
    std::ofstream(path) << text;
}

void check_refused(const std::string& path, const std::string& part) {
    CHECK_THROWS_AS(load_tfjs(path), IoError);
    CHECK_THROWS_WITH(load_tfjs(path), contains(part) && contains(path));
}

std::string refusal(Sequential model) {
    const TemporaryFolder folder;
    try {
        save_tfjs(model, (folder.path() / "model.json").string());
    } catch (const ValueError& e) {
        CHECK(folder.entries() == 0);
        return e.what();
    }
    return {};
}

}  // namespace

TEST_CASE("a model comes back from a layers-model with the same bits", "[tfjs]") {
    const TemporaryFolder folder;
    const std::string path = (folder.path() / "model.json").string();
    Sequential model = regularized_model();
    model.predict(some_pictures());
    save_tfjs(model, path);
    CHECK(folder.entries() == 2);
    CHECK(formats::file_format(path) == formats::FileFormat::tfjs);
    KerasReport report;
    const std::shared_ptr<Model> read = load_tfjs(path, {.report = &report});
    CHECK(report.text().empty());
    CHECK_FALSE(read->compiled());
    CHECK(weight_values<double>(*read) == weight_values<double>(model));
    CHECK(read->predict(some_pictures()).to_vector<float>() ==
          model.predict(some_pictures()).to_vector<float>());
    const std::string before = contents(path);
    save(*read, path);  // whose name says the format
    CHECK(contents(path) == before);
    CHECK(load(path)->count_params() == model.count_params());
    CHECK_THROWS_WITH(save(model, path, {.keep = 1}), contains("keep is not for layers-models"));
}

TEST_CASE("the files of a layers-model are what TensorFlow.js expects", "[tfjs]") {
    const TemporaryFolder folder;
    const std::string path = (folder.path() / "net.json").string();
    Sequential model = regularized_model();
    model.compile({.optimizer = optim::Adam(), .loss = "categorical_crossentropy"});
    save_tfjs(model, path);
    const Config json = parse_json(contents(path), "net.json");
    CHECK(*json.find("format") == "layers-model");
    const Config& topology = *json.find("modelTopology");
    CHECK(*topology.find("model_config")->find("class_name") == "Sequential");
    CHECK(topology.find("training_config"));
    CHECK(to_json(topology).find("\"L1L2\"") != std::string::npos);
    CHECK(to_json(topology).find("batch_input_shape") != std::string::npos);
    const Config& group = json.find("weightsManifest")->list()->front();
    CHECK(*group.find("paths") == Config::List{"net.weights.bin"});
    CHECK(group.find("weights")->list()->size() == 8);
    CHECK(*group.find("weights")->list()->back().find("name") == "answer/bias");
    CHECK(fs::file_size(folder.path() / "net.weights.bin") ==
          4 * static_cast<std::uintmax_t>(model.count_params()));
    KerasReport report;
    CHECK(load_tfjs(path, {.report = &report})->compiled());
    CHECK(report.text() == "the optimizer begins anew: its memory isn't read");
    save_tfjs(model, path, {.include_optimizer = false});
    CHECK_FALSE(load_tfjs(path)->compiled());
}

TEST_CASE("TensorFlow.js's names of optimisers and their options are known", "[tfjs]") {
    const TemporaryFolder folder;
    const std::string path = (folder.path() / "model.json").string();
    Sequential model(Dense(1, {.input_dim = 2}));
    save_tfjs(model, path);
    const auto with = [&](const std::string& optimizer) {
        save_tfjs(model, path);
        change(path, R"("format":)",
               R"("trainingConfig":{"loss":"mean_squared_error","metrics":["mae"],)"
               R"("optimizer_config":)" +
                   optimizer + R"(},"format":)");
        return to_config(load_tfjs(path)->optimizer());
    };
    const Config rms = with(R"({"class_name":"RMSProp","config":{"learningRate":0.5,"decay":0.25,)"
                            R"("momentum":0,"epsilon":1e-7,"centered":false}})");
    CHECK(*rms.find("class_name") == "RMSprop");
    CHECK(*rms.find("config")->find("rho") == 0.25);
    CHECK(*rms.find("config")->find("learning_rate") == 0.5);
    const Config momentum = with(
        R"({"class_name":"Momentum","config":{"learningRate":0.5,"momentum":0.25,"useNesterov":true}})");
    CHECK(*momentum.find("class_name") == "SGD");
    CHECK(*momentum.find("config")->find("momentum") == 0.25);
    CHECK(*momentum.find("config")->find("nesterov") == true);
}

TEST_CASE("what TensorFlow.js hasn't is refused by the layer's name", "[tfjs]") {
    CHECK(refusal(Sequential(GRU(3, {.input_shape = {4, 2}, .name = "memory"}))) ==
          "[GRU 'memory'] TensorFlow.js has no 'reset_after' that is true in this place");
    CHECK_THAT(refusal(Sequential(Conv1D(
                   2, 3, {.padding = Padding::causal, .input_shape = {8, 2}, .name = "past"}))),
               contains("Conv1D 'past'") && contains("causal padding"));
    CHECK_THAT(refusal(Sequential(
                   Dense(2, {.activation = exponential, .input_shape = {2}, .name = "grows"}))),
               contains("Dense 'grows'") && contains("activation 'exponential'"));
    CHECK_THAT(refusal(Sequential(Dense(2, {.input_shape = {4, 3}}),
                                  BatchNormalization({.axis = 1, .name = "across"}))),
               contains("BatchNormalization 'across'") && contains("'axis' that is 1"));
    CHECK_THAT(refusal(Sequential(Dense(
                   2, {.activity_regularizer = L2(0.5), .input_shape = {4}, .name = "calm"}))),
               contains("Dense 'calm'") && contains("activity_regularizer"));
    CHECK_THAT(refusal(Sequential(Dense(2, {.input_shape = {4}}),
                                  GroupNormalization({.groups = 2, .name = "groups"}))),
               contains("GroupNormalization 'groups'"));
    CHECK_THAT(refusal(Sequential(Dense(2, {.input_shape = {4}, .name = "exact", .dtype = f64}))),
               contains("float64"));
    const TemporaryFolder folder;
    Sequential model = regularized_model();
    CHECK_THROWS_WITH(save_tfjs(model, (folder.path() / "model.js").string()),
                      contains("ends in .json"));
    // Two models inside, both with a layer of that name.
    Sequential twice(Input({2}), Sequential(Dense(2, {.input_shape = {2}, .name = "same"})),
                     Sequential(Dense(2, {.input_shape = {2}, .name = "same"})));
    CHECK_THAT(refusal(std::move(twice)), contains("'same/kernel'"));
}

TEST_CASE("layers and weights have TensorFlow.js's names", "[tfjs]") {
    const TemporaryFolder folder;
    const std::string path = (folder.path() / "model.json").string();
    Sequential model(DepthwiseConv2D(2, {.input_shape = {3, 4, 2}, .name = "deep"}),
                     Reshape({6, 2}), Bidirectional(LSTM(3, {.name = "memory"}), {.name = "both"}));
    save_tfjs(model, path);
    const std::string json = contents(path);
    CHECK_THAT(json, contains("\"deep/depthwise_kernel\"") &&
                         contains("\"both/backward_memory/lstm_cell/bias\"") &&
                         contains("\"name\":\"memory\"") && !contains("backward_layer"));
    CHECK(weight_values<double>(*load_tfjs(path)) == weight_values<double>(model));
    save_tfjs(*load_tfjs(path), path);
    CHECK(contents(path) == json);
    // In a graph, too.
    const SymbolicTensor x = symbolic_input({{6, 2}, f32}, "x");
    Model graph({x}, {x | Bidirectional(LSTM(3, {.name = "memory"}), {.name = "both"})});
    save_tfjs(graph, (folder.path() / "graph.json").string());
    CHECK(weight_values<double>(*load_tfjs((folder.path() / "graph.json").string())) ==
          weight_values<double>(graph));
    // TensorFlow.js leaves a size open in its own way, and writes no cells.
    change(path, R"("target_shape":[6,2])", R"("target_shape":[null,2])");
    for (const char* const part : {"kernel", "recurrent_kernel", "bias"})
        for (const std::string layer : {"both/forward_memory/", "both/backward_memory/"})
            change(path, layer + "lstm_cell/" + part + '"', layer + part + '"');
    CHECK(weight_values<double>(*load_tfjs(path)) == weight_values<double>(model));
}

TEST_CASE("files of weights that are missing, short, long or elsewhere are refused", "[tfjs]") {
    const TemporaryFolder folder;
    const std::string path = (folder.path() / "model.json").string();
    const fs::path weights = folder.path() / "model.weights.bin";
    Sequential model = regularized_model();
    save_tfjs(model, path);
    const std::string json = contents(path), bytes = contents(weights);
    folder.write("model.weights.bin", bytes.substr(1));
    check_refused(path, "its weights are of");
    folder.write("model.weights.bin", bytes + "x");
    check_refused(path, "its weights are of");
    fs::remove(weights);
    check_refused(path, "'model.weights.bin', which is not there");
    folder.write("elsewhere", bytes);
    fs::create_symlink("elsewhere", weights);
    check_refused(path, "which is a link");
    fs::remove(weights);
    for (const std::string place : {"../model.weights.bin", "/etc/passwd", "sub/w.bin", ".."}) {
        std::ofstream(path) << json;
        change(path, "model.weights.bin", place);
        check_refused(path, "which is not a file in the model's folder");
    }
    std::ofstream(path) << json;
    folder.write("model.weights.bin", bytes);
    CHECK(load_tfjs(path)->count_params() == model.count_params());
    change(path, "answer/bias", "answer/biased");
    check_refused(path, "answer/biased");
    std::ofstream(path) << json;
    change(path, R"("dtype":"float32"}])", R"("dtype":"string"}])");
    check_refused(path, "'answer/bias' is of the type 'string'");
    CHECK_THROWS_WITH(load_tfjs(path, {.budget = {.bytes = 100}}), contains("budget"));
}

TEST_CASE("weights may be cut over files and quantised", "[tfjs]") {
    const TemporaryFolder folder;
    const std::string path = (folder.path() / "model.json").string();
    Sequential model(Dense(2, {.input_dim = 2, .name = "d"}));
    save_tfjs(model, path);
    const std::string bytes = contents(folder.path() / "model.weights.bin");
    folder.write("a", bytes.substr(0, 5));
    folder.write("b", bytes.substr(5));
    change(path, R"("model.weights.bin")", R"("a","b")");
    CHECK(weight_values<double>(*load_tfjs(path)) == weight_values<double>(model));
    change(path, R"("name":"d/kernel")",
           R"("quantization":{"dtype":"uint16","min":-1,"scale":0.5},"name":"d/kernel")");
    change(path, R"("name":"d/bias")", R"("quantization":{"dtype":"float16"},"name":"d/bias")");
    folder.write("a", std::string("\0\0\1\0\0", 5));
    folder.write("b", std::string("\1\3\0\0\x3c\0\xc0", 7));
    CHECK(load_tfjs(path)->get_weights()[0].to_vector<float>() ==
          std::vector<float>{-1, -0.5F, 127, 0.5F});
    CHECK(load_tfjs(path)->get_weights()[1].to_vector<float>() == std::vector<float>{1, -2});
}
