// Configurations of Keras: forms that its lines write are read, ours are opened by Keras itself and
// come back as they were. Looks for a Python with Keras as $SHIKUMI_PYTHON, else python3.
#include <shikumi/nn/nn.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/adam.hpp>
#include <shikumi/optim/configs.hpp>
#include <shikumi/optim/rmsprop.hpp>

#include "catch.hpp"
#include "support/every_layer.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using shikumi_test::contains;
using shikumi_test::contents;
using shikumi_test::TemporaryFolder;

namespace {

std::string refusal_of(const std::string& json) {
    try {
        nn::KerasReport report;
        nn::model_from_keras_config(nn::parse_json(json, "config"), report);
    } catch (const Error& e) {
        return e.what();
    }
    return "read";
}

// A Sequential of a layer for samples of 3 numbers.
std::string chain_of(const std::string& layer) {
    return R"({"module":"keras","class_name":"Sequential","config":{"name":"s","layers":[
        {"module":"keras.layers","class_name":"InputLayer",
         "config":{"batch_shape":[null,3],"name":"x"}},)" +
           layer + "]}}";
}

// A graph that calls a layer on an input (5) of numbers.
std::string graph_of(const std::string& layers, const std::string& output) {
    return R"({"class_name":"Functional","config":{"name":"f","layers":[
        {"class_name":"InputLayer","config":{"name":"x","batch_shape":[null,5,2]}},)" +
           layers + R"(],"input_layers":[["x",0,0]],"output_layers":[[")" + output + R"(",0,0]]}})";
}

std::string tensor_of(const std::string& layer) {
    return R"({"class_name":"__keras_tensor__","config":{"keras_history":[")" + layer +
           R"(",0,0]}})";
}

std::vector<double> outputs_of(nn::Model& model, const Tensor& x) {
    return model.predict(x).to_vector<double>();
}

std::string python() {
    const char* const given = std::getenv("SHIKUMI_PYTHON");
    return given ? given : "python3";
}

bool run(const TemporaryFolder& folder, const std::string& program) {
    folder.write("program.py",
                 "import os\nos.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'\n"
                 "os.environ['CUDA_VISIBLE_DEVICES'] = ''\n" +
                     program);
    const std::string command =
        "cd " + folder.path().string() + " && " + python() + " program.py >out 2>&1";
    return std::system(command.c_str()) == 0;
}

// Whether there is a package; says so where there isn't.
bool has(const TemporaryFolder& folder, const std::string& package) {
    if (run(folder, "import " + package)) return true;
    WARN("without Python's " << package << " this isn't tested");
    return false;
}

// Lets a line of Keras open each of these, and write what it has made of it.
std::vector<Config> through_keras(const TemporaryFolder& folder, const Config::List& ours,
                                  const std::string& program) {
    folder.write("ours.json", nn::to_json(Config(ours)));
    const bool done = run(folder, program);
    INFO(contents(folder.path() / "out"));
    REQUIRE(done);
    const Config back = nn::parse_json(contents(folder.path() / "back.json"), "back.json");
    return *back.list();
}

// A number, or a list of it for each axis, is the same to a layer.
bool is_repeated(const Config& number, const Config& list) {
    return number.integer() && list.list() && !list.list()->empty() &&
           std::ranges::all_of(*list.list(), [&](const Config& one) {
               return one == number || is_repeated(number, one);
           });
}

// What Keras puts in the place of an option: the one that nothing stands for, an axis counted from
// the front, the newer of two names.
bool is_put_for(const Config& theirs, const std::string& name, const Config& ours,
                const Config& our_options) {
    for (const auto& [option, stands_for] :
         {std::pair("strides", "pool_size"), std::pair("value_dim", "key_dim")}) {
        const Config* const meant = our_options.find(stands_for);
        if (name == option && ours.is_null() && meant)
            return theirs == *meant || is_repeated(*meant, theirs);
    }
    if (name == "axis") return theirs.integer() && ours.integer() && *ours.integer() < 0;
    return name.ends_with("activation") && theirs == "swish" && ours == "silu";
}

// The first place in which what Keras gives back differs from ours; empty where they are the same.
std::string difference(const Config& a, const Config& b) {
    if (a == b || is_repeated(a, b) || is_repeated(b, a)) return "";
    if (a.object() && b.object() && a.object()->size() == b.object()->size()) {
        for (const auto& [name, value] : *a.object()) {
            const Config* const other = b.find(name);
            if (!other) return name + ": missing";
            if (is_put_for(value, name, *other, b)) continue;
            if (const auto found = difference(value, *other); !found.empty())
                return name + ": " + found;
        }
        return "";
    }
    if (a.list() && b.list() && a.list()->size() == b.list()->size()) {
        for (std::size_t i = 0; i < a.list()->size(); ++i) {
            const auto found = difference((*a.list())[i], (*b.list())[i]);
            if (!found.empty()) return std::to_string(i) + ": " + found;
        }
        return "";
    }
    return nn::to_json(a) + " and " + nn::to_json(b);
}

constexpr auto open_all = R"(
import json
back = []
for config in json.load(open('ours.json')):
    names = [layer['name'] for layer in config['config']['layers']]
    model = opened(config)
    assert [layer.name for layer in model.layers] == names, (names, model.layers)
    back.append(json.loads(model.to_json()))
json.dump(back, open('back.json', 'w'))
)";

void check_all_layers(nn::KerasLine line, const std::string& package, const std::string& opened) {
    const TemporaryFolder folder;
    if (!has(folder, package)) return;
    Config::List ours, architectures;
    for (const shikumi_test::LayerCase& one : shikumi_test::every_layer_case()) {
        const nn::Model model = one.model();
        try {
            ours.push_back(nn::keras_config(model, line));
            architectures.push_back(nn::architecture(model));
        } catch (const ValueError& e) {  // what only Keras 3 has
            CHECK(line == nn::KerasLine::keras2);
            CHECK_THAT(e.what(), contains("Keras 2 has no"));
        }
    }
    const std::vector<Config> back = through_keras(folder, ours, opened + open_all);
    REQUIRE(back.size() == ours.size());
    for (std::size_t i = 0; i < back.size(); ++i) {
        INFO(nn::to_json(ours[i].find("config")->find("layers")->list()->back()));
        nn::KerasReport report;
        const auto model = nn::model_from_keras_config(back[i], report);
        CHECK(report.text() == "");
        // Keras names the layers inside of it.
        if (contains("\"Bidirectional\"").match(nn::to_json(ours[i]))) continue;
        CHECK(difference(nn::keras_config(*model, line), ours[i]) == "");
        CHECK(difference(nn::architecture(*model), architectures[i]) == "");
    }
}

}  // namespace

TEST_CASE("Keras 3 opens each layer's configuration, and gives it back", "[nn][io][python]") {
    check_all_layers(nn::KerasLine::keras3, "keras",
                     "import keras\nopened = keras.saving.deserialize_keras_object\n");
}

TEST_CASE("Keras 2 opens each layer's configuration, and gives it back", "[nn][io][python]") {
    check_all_layers(nn::KerasLine::keras2, "tf_keras",
                     "import json, tf_keras\n"
                     "opened = lambda c: tf_keras.models.model_from_json(json.dumps(c))\n");
}

TEST_CASE("unknown keys are reported, by layer", "[nn][io]") {
    const std::string json = chain_of(R"({"class_name":"Dense","config":{"name":"d","units":2,
        "bias_initializer":{"class_name":"Zeros","config":{"later":3}},"some_future_key":[1]}})");
    nn::KerasReport report;
    const auto model = nn::model_from_keras_config(nn::parse_json(json, "json"), report);
    CHECK(model->count_params() == 8);
    CHECK(report.text() ==
          "Dense: bias_initializer: Zeros has no 'later' (it is 3)\n"
          "Dense 'd' has no 'some_future_key' (it is a list of 1)");
    CHECK_THROWS_WITH(nn::model_from_json(json), contains("has no 'later'"));
}

TEST_CASE("types narrower than f32 become f32, and are reported", "[nn][io]") {
    nn::KerasReport report;
    const auto model = nn::model_from_keras_config(
        nn::parse_json(chain_of(R"({"class_name":"Dense","config":{"name":"d","units":2,
            "dtype":{"class_name":"DTypePolicy","config":{"name":"mixed_bfloat16"}}}})"),
                       "json"),
        report);
    CHECK(report.text() == "Dense 'd' is mixed_bfloat16, and float32 here");
    CHECK(model->dtype() == f32);
    CHECK_THAT(refusal_of(chain_of(R"({"class_name":"Dense","config":{"name":"d","units":2,
                   "dtype":{"class_name":"QuantizedDTypePolicy","config":{"mode":"int8"}}}})")),
               contains("[Dense 'd'] is quantised"));
}

TEST_CASE("what is no layer of Keras's, or no option here, is refused by name", "[nn][io]") {
    CHECK_THAT(refusal_of(chain_of(R"({"module":"subprocess","class_name":"Popen",
                   "config":{"name":"p","args":["echo"]}})")),
               contains("[Popen 'p'] is a class of the module 'subprocess'"));
    CHECK_THAT(refusal_of(chain_of(R"({"class_name":"Dense","config":{"name":"d","units":2,
                   "kernel_initializer":{"module":"os","class_name":"system","config":{}}}})")),
               contains("[system] is a class of the module 'os'"));
    CHECK_THAT(refusal_of(chain_of(R"({"module":null,"class_name":"Wobble","registered_name":
                   "a>Wobble","config":{"name":"w"}})")),
               contains("there is no 'Wobble'") && contains("Wobble 'w'"));
    CHECK_THAT(refusal_of(chain_of(R"({"class_name":"Lambda","config":{"name":"l","function":
                   {"class_name":"__lambda__","config":{"code":"x"}}}})")),
               contains("[Lambda] holds code") && contains("Lambda 'l'"));
    CHECK_THAT(refusal_of(chain_of(R"({"class_name":"Dense","config":{"name":"d","units":2,
                   "lora_rank":4}})")),
               contains("[Dense: lora_rank] can only be nothing, got 4"));
    CHECK_THAT(refusal_of(chain_of(R"({"class_name":"BatchNormalization","config":{"name":"b",
                   "renorm":true}})")),
               contains("[BatchNormalization: renorm] can only be false"));
}

TEST_CASE("a class is known by the name that it has in Keras's program", "[nn][io]") {
    const std::string json = graph_of(
        R"({"class_name":"GroupedQueryAttention","config":{"name":"a","head_dim":3,
            "num_query_heads":4,"num_key_value_heads":2},"name":"a",
            "inbound_nodes":[{"args":[)" +
            tensor_of("x") + ',' + tensor_of("x") + R"(],"kwargs":{}}]})",
        "a");
    nn::KerasReport report;
    const auto model = nn::model_from_keras_config(nn::parse_json(json, "json"), report);
    CHECK(model->inner_layers().back()->class_name() == "GroupQueryAttention");
}

TEST_CASE("a model of one tensor takes and gives it alone in Keras 3", "[nn][io]") {
    const nn::Input x({3}, {.name = "x"});
    nn::Model model({x}, x | nn::Dense(2, {.name = "d"}), "m");
    const auto said = [&](nn::KerasLine line, const char* name) {
        return nn::to_json(*nn::keras_config(model, line).find("config")->find(name));
    };
    CHECK(said(nn::KerasLine::keras3, "input_layers") == R"(["x",0,0])");
    CHECK(said(nn::KerasLine::keras3, "output_layers") == R"(["d",0,0])");
    CHECK(said(nn::KerasLine::keras2, "output_layers") == R"([["d",0,0]])");
}

TEST_CASE("operations of tensors are layers", "[nn][io]") {
    const std::string json = graph_of(
        R"({"module":"keras.src.ops.numpy","class_name":"Subtract","config":{"name":"o"},"name":"o",
            "inbound_nodes":[{"args":[1,)" +
            tensor_of("x") + R"(],"kwargs":{}}]})",
        "o");
    nn::KerasReport report;
    const auto model = nn::model_from_keras_config(nn::parse_json(json, "json"), report);
    CHECK(outputs_of(*model, full({1, 5, 2}, 3.0)) == std::vector<double>(10, -2));
    const Config written = nn::keras_config(*model);
    const Config& layer = written.find("config")->find("layers")->list()->at(1);
    CHECK(*layer.find("module") == "keras.src.ops.numpy");
    CHECK(*layer.find("class_name") == "Subtract");
    CHECK(*layer.find("inbound_nodes")->list()->front().find("args")->list()->begin() == 1);
    CHECK(nn::keras_config(*nn::model_from_keras_config(written, report)) == written);
    const Config in_keras2 = nn::keras_config(*model, nn::KerasLine::keras2);
    CHECK(outputs_of(*nn::model_from_keras_config(in_keras2, report), full({1, 5, 2}, 3.0)) ==
          std::vector<double>(10, -2));
    CHECK_THAT(refusal_of(graph_of(
                   R"({"module":"keras.src.ops.numpy","class_name":"Mean","config":{"name":"o",
                   "axis":1},"name":"o","inbound_nodes":[{"args":[)" +
                       tensor_of("x") + R"(],"kwargs":{}}]})",
                   "o")),
               contains("[Mean 'o'] is the operation 'Mean' of tensors"));
}

TEST_CASE("masks that are tensors go to the layer, and come back", "[nn][io]") {
    const nn::Input x({5, 2}, {.name = "x"}), shown({5}, {.dtype = bool_, .name = "shown"});
    nn::Model model({x, shown},
                    nn::connect(nn::WithMask(), {x, shown}) | nn::LSTM(2, {.name = "rnn"}), "f");
    const Config written = nn::keras_config(model);
    const Config::List& layers = *written.find("config")->find("layers")->list();
    REQUIRE(layers.size() == 3);
    const Config& node = layers.back().find("inbound_nodes")->list()->front();
    CHECK(node.find("kwargs")->find("mask") != nullptr);
    nn::KerasReport report;
    for (const nn::KerasLine line : {nn::KerasLine::keras3, nn::KerasLine::keras2}) {
        const auto twin = nn::model_from_keras_config(nn::keras_config(model, line), report);
        twin->set_weights(model.get_weights());
        const std::vector<Tensor> given{
            tensor({{{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}, {7.0, 8.0}, {9.0, 10.0}}}),
            tensor({{1, 1, 0, 1, 0}}, bool_)};
        CHECK(twin->predict(given).front().to_vector<double>() ==
              model.predict(given).front().to_vector<double>());
        CHECK(nn::keras_config(*twin) == written);
    }
    nn::Model masked_dense({x, shown},
                           nn::connect(nn::WithMask(), {x, shown}) | nn::Dense(2, {.name = "d"}));
    CHECK_THROWS_WITH(nn::keras_config(masked_dense), contains("Keras's Dense takes no mask"));
}

TEST_CASE("options of a call are options of the layer here", "[nn][io]") {
    const nn::Input q({4, 6}, {.name = "q"}), v({5, 6}, {.name = "v"}), h({2}, {.name = "h"});
    nn::Model model({q, v, h},
                    {nn::connect(nn::MultiHeadAttention(2, 3, {.use_causal_mask = true}), {q, v}),
                     nn::connect(nn::GRU(2), {q, h})});
    const Config written = nn::keras_config(model);
    CHECK_THAT(nn::to_json(written),
               contains(R"("use_causal_mask":true)") && contains(R"("initial_state":[)"));
    nn::KerasReport report;
    for (const nn::KerasLine line : {nn::KerasLine::keras3, nn::KerasLine::keras2})
        CHECK(nn::keras_config(
                  *nn::model_from_keras_config(nn::keras_config(model, line), report)) == written);
    nn::Sequential chain(nn::Input({4, 6}),
                         nn::MultiHeadAttention(2, 3, {.use_causal_mask = true}));
    CHECK_THROWS_WITH(nn::keras_config(chain), contains("'use_causal_mask' is an argument"));
}

TEST_CASE("Keras 2's hard_sigmoid is another one than Keras 3's", "[nn][io]") {
    const auto value = [](const std::string& shape) {
        nn::KerasReport report;
        const auto model = nn::model_from_keras_config(
            nn::parse_json(R"({"class_name":"Sequential","config":{"name":"s","layers":[
                {"class_name":"InputLayer","config":{"name":"x",")" +
                               shape + R"(":[null,1]}},
                {"class_name":"Activation","config":{"name":"a","activation":"hard_sigmoid"}}]}})",
                           "json"),
            report);
        return outputs_of(*model, ones({1, 1})).front();
    };
    CHECK(value("batch_input_shape") == Approx(0.7));
    CHECK(value("batch_shape") == Approx(1.0 / 6 + 0.5));
}

TEST_CASE("compile options of both lines are read", "[nn][io]") {
    const auto read = [](const std::string& json, nn::KerasReport& report) {
        return nn::compile_options_from_keras_config(nn::parse_json(json, "json"), {"out"}, report);
    };
    nn::KerasReport report;
    CHECK_FALSE(read("{}", report));
    CHECK(report.text() == "");
    CHECK_FALSE(read(R"({"loss":"mse","metrics":null})", report));
    CHECK_THAT(report.text(), contains("the optimiser is unknown"));

    report = {};
    const auto keras3 = read(R"({"optimizer":{"module":"keras.optimizers","class_name":"Adam",
        "config":{"name":"adam","learning_rate":{"module":"keras.optimizers.schedules",
        "class_name":"ExponentialDecay","config":{"initial_learning_rate":0.02,"decay_steps":7,
        "decay_rate":0.8,"staircase":true,"name":"e"}},"global_clipnorm":0.8,"amsgrad":true,
        "later":3}},"loss":"mse","loss_weights":null,"metrics":["mae"],"weighted_metrics":null,
        "run_eagerly":null,"steps_per_execution":1,"jit_compile":false,"auto_scale":true})",
                             report);
    REQUIRE(keras3);
    CHECK(report.text() ==
          "the optimiser Adam has no 'later' (it is 3)\n"
          "compile has no 'auto_scale' (it is true)");
    const Config adam = optim::to_config(keras3->optimizer);
    CHECK(*adam.find("config")->find("amsgrad") == true);
    CHECK(*adam.find("config")->find("learning_rate")->find("class_name") == "ExponentialDecay");

    report = {};
    const auto legacy = read(R"({"loss":{"class_name":"MeanSquaredError","config":
        {"reduction":"auto","name":"mean_squared_error"}},"metrics":[[{"class_name":
        "MeanMetricWrapper","config":{"name":"accuracy","dtype":"float32",
        "fn":"categorical_accuracy"}}]],"optimizer_config":{"class_name":"SGD","config":
        {"name":"SGD","learning_rate":0.5,"decay":0.25,"momentum":0.75,"nesterov":true}}})",
                             report);
    REQUIRE(legacy);
    CHECK(report.text() == "");
    CHECK(legacy->metrics.of_all().size() + legacy->metrics.by_name().values().size() == 1);
    const Config rate = *optim::to_config(legacy->optimizer).find("config")->find("learning_rate");
    CHECK(*rate.find("class_name") == "InverseTimeDecay");

    const auto newer = read(R"({"loss":"mse","optimizer_config":{"class_name":"Custom>Adam",
        "config":{"name":"Adam","is_legacy_optimizer":false,"jit_compile":true,
        "learning_rate":0.005,"beta_1":0.8}}})",
                            report);
    REQUIRE(newer);
    CHECK(*optim::to_config(newer->optimizer).find("config")->find("beta_1") == 0.8);
    const auto js = read(R"({"loss":"mean_squared_error","metrics":["mae"],"optimizer_config":
        {"class_name":"Adam","config":{"learningRate":0.01,"beta1":0.75,"beta2":0.999}}})",
                         report);
    REQUIRE(js);
    CHECK(*optim::to_config(js->optimizer).find("config")->find("beta_1") == 0.75);
    CHECK(report.text() == "");
}

TEST_CASE("compile options come back from what is written", "[nn][io]") {
    const nn::CompileOptions options{
        .optimizer = optim::RMSprop({.learning_rate = optim::ExponentialDecay(0.5, 10, 0.25),
                                     .momentum = 0.5,
                                     .clipnorm = 2}),
        .loss = {nn::Huber({.delta = 2}), nn::categorical_crossentropy},
        .loss_weights = {0.75, 0.25}};
    const std::vector<std::string> outputs{"a", "b"};
    const Config written = nn::keras_compile_config(options, outputs);
    for (const Config& form :
         {written, nn::keras_training_config(options, outputs),
          nn::keras_training_config(options, outputs, nn::KerasLine::keras2)}) {
        nn::KerasReport report;
        const auto read = nn::compile_options_from_keras_config(form, outputs, report);
        REQUIRE(read);
        CHECK(report.text() == "");
        CHECK(nn::to_json(nn::keras_compile_config(*read, outputs)) == nn::to_json(written));
    }
    CHECK_THROWS_WITH(
        nn::keras_compile_config({.optimizer = optim::torch::SGD(), .loss = nn::mean_squared_error},
                                 {"a"}),
        contains("Keras has no optimiser or schedule 'SGD'"));
}

TEST_CASE("Keras 3 compiles a model as it was told here", "[nn][io][python]") {
    const TemporaryFolder folder;
    if (!has(folder, "keras")) return;
    nn::Sequential model(nn::Input({3}), nn::Dense(2));
    const nn::CompileOptions options{.optimizer = optim::Adam({.learning_rate = 0.25}),
                                     .loss = nn::CategoricalCrossentropy({.label_smoothing = 0.25}),
                                     .metrics = {nn::mean_absolute_error}};
    Config whole = nn::keras_config(model);
    whole.set("compile_config", nn::keras_compile_config(options, {"dense"}));
    const std::vector<Config> back = through_keras(folder, {whole}, R"(
import json, keras
model = keras.saving.deserialize_keras_object(json.load(open('ours.json'))[0])
assert float(model.optimizer.learning_rate) == 0.25
assert model.loss.label_smoothing == 0.25
json.dump([model.get_compile_config()], open('back.json', 'w'))
)");
    nn::KerasReport report;
    const auto read = nn::compile_options_from_keras_config(back.front(), {"dense"}, report);
    REQUIRE(read);
    CHECK(report.text() == "");
    CHECK(difference(nn::keras_compile_config(*read, {"dense"}), *whole.find("compile_config")) ==
          "");
}
