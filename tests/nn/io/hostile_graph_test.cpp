// Files that mean harm: graphs of layers, in the forms of Keras 3 and Keras 2, whose calls refer to
// what isn't there, to themselves, or to too much.
#include <shikumi/nn/nn.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "support/harmful.hpp"

using namespace shikumi;
using shikumi_test::contains;

namespace {

constexpr nn::ModelBudget budget{.weight_bytes = 1 << 20, .steps = 100};

// Two inputs, a layer that is called twice, masks and states by name, an operation, a model inside
// and outputs with names.
constexpr const char* keras_3 = R"({"class_name": "Functional", "module": "keras", "config": {
  "name": "graph", "trainable": true, "layers": [
  {"class_name": "InputLayer", "name": "words",
   "config": {"name": "words", "batch_shape": [null, 5, 3]}, "inbound_nodes": []},
  {"class_name": "InputLayer", "name": "start",
   "config": {"name": "start", "batch_shape": [null, 4]}, "inbound_nodes": []},
  {"class_name": "NotEqual", "module": "keras.src.ops.numpy", "name": "not_equal",
   "config": {"name": "not_equal"}, "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__",
    "config": {"shape": [null, 4], "dtype": "float32", "keras_history": ["start", 0, 0]}}, 0.5],
    "kwargs": {}}]},
  {"class_name": "GRU", "name": "gru", "config": {"name": "gru", "units": 4, "return_state": true},
   "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__",
    "config": {"shape": [null, 5, 3], "dtype": "float32", "keras_history": ["words", 0, 0]}}],
    "kwargs": {"initial_state": {"class_name": "__keras_tensor__",
    "config": {"shape": [null, 4], "dtype": "float32", "keras_history": ["start", 0, 0]}},
    "training": false, "mask": null}}]},
  {"class_name": "Sequential", "name": "core", "config": {"name": "core", "layers": [
    {"class_name": "InputLayer", "config": {"name": "in", "batch_shape": [null, 4]}},
    {"class_name": "Dense", "config": {"name": "inner", "units": 4}}]},
   "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {"shape": [null, 4],
    "dtype": "float32", "keras_history": ["gru", 0, 0]}}], "kwargs": {}},
    {"args": [{"class_name": "__keras_tensor__", "config": {"shape": [null, 4],
    "dtype": "float32", "keras_history": ["gru", 0, 1]}}], "kwargs": {}}]},
  {"class_name": "Add", "name": "add", "config": {"name": "add"}, "inbound_nodes": [{"args": [[
    {"class_name": "__keras_tensor__", "config": {"shape": [null, 4], "dtype": "float32",
     "keras_history": ["core", 0, 0]}},
    {"class_name": "__keras_tensor__", "config": {"shape": [null, 4], "dtype": "float32",
     "keras_history": ["core", 1, 0]}}]], "kwargs": {}}]}],
  "input_layers": [["words", 0, 0], ["start", 0, 0]],
  "output_layers": {"sum": ["add", 0, 0], "state": ["gru", 0, 1]}}})";

constexpr const char* keras_2 = R"({"class_name": "Functional", "keras_version": "2.15.0",
  "config": {"name": "graph", "trainable": true, "layers": [
  {"class_name": "InputLayer", "name": "words",
   "config": {"name": "words", "batch_input_shape": [null, 5, 3], "dtype": "float32"},
   "inbound_nodes": []},
  {"class_name": "InputLayer", "name": "start",
   "config": {"name": "start", "batch_input_shape": [null, 4], "dtype": "float32"},
   "inbound_nodes": []},
  {"class_name": "GRU", "name": "gru", "config": {"name": "gru", "units": 4, "return_state": true},
   "inbound_nodes": [[["words", 0, 0, {"initial_state": ["start", 0, 0]}]]]},
  {"class_name": "TFOpLambda", "name": "tf.math.add",
   "config": {"name": "tf.math.add", "function": "math.add"},
   "inbound_nodes": [["gru", 0, 0, {"y": 0.5, "name": null}]]},
  {"class_name": "Functional", "name": "core", "config": {"name": "core", "layers": [
    {"class_name": "InputLayer", "name": "in", "inbound_nodes": [],
     "config": {"name": "in", "batch_input_shape": [null, 4], "dtype": "float32"}},
    {"class_name": "Dense", "name": "inner", "config": {"name": "inner", "units": 4},
     "inbound_nodes": [[["in", 0, 0, {}]]]}],
    "input_layers": [["in", 0, 0]], "output_layers": [["inner", 0, 0]]},
   "inbound_nodes": [[["tf.math.add", 0, 0, {}]], [["gru", 0, 1, {}]]]},
  {"class_name": "Concatenate", "name": "both", "config": {"name": "both", "axis": -1},
   "inbound_nodes": [[["core", 1, 0, {}], ["core", 2, 0, {}]]]}],
  "input_layers": [["words", 0, 0], ["start", 0, 0]],
  "output_layers": [["both", 0, 0], ["core", 1, 0]]}})";

// What a reference to a tensor may turn into, beside the values that harm anywhere.
std::vector<Config> harmful_references() {
    std::vector<Config> all = shikumi_test::harmful_values();
    for (const char* const name : {"gru", "core", "nobody"}) {
        all.emplace_back(name);
        for (const std::int64_t number : {std::int64_t{0}, std::int64_t{7}, std::int64_t{-1},
                                          std::numeric_limits<std::int64_t>::min()}) {
            all.push_back(Config::List{name, number, 0});
            all.push_back(Config::List{name, 0, number});
            all.push_back({{"class_name", "__keras_tensor__"},
                           {"config", {{"keras_history", Config::List{name, number, 0}}}}});
        }
    }
    return all;
}

bool refers_to_tensors(const shikumi_test::Place& place) {
    return std::ranges::any_of(place, [](const shikumi_test::Step& step) {
        return step.name == "inbound_nodes" || step.name.ends_with("put_layers");
    });
}

void sweep(const char* json) {
    const Config graph = nn::parse_json(json, "graph");
    nn::KerasReport report;
    REQUIRE_NOTHROW(nn::model_from_keras_config(graph, report, budget));
    const std::vector<Config> references = harmful_references();
    int refused = 0, tried = 0;
    shikumi_test::for_each_place(graph, [&](const shikumi_test::Place& place) {
        for (const Config& value :
             refers_to_tensors(place) ? references : shikumi_test::harmful_values()) {
            ++tried;
            try {
                nn::KerasReport ignored;
                nn::model_from_keras_config(shikumi_test::replaced(graph, place, value), ignored,
                                            budget);
            } catch (const Error&) {  // nothing else, and no end of the program
                ++refused;
            }
        }
    });
    CHECK(tried > 3000);
    CHECK(refused > tried / 3);
}

// A graph of layers called "a", "b", … with an Input "x" of four features before them.
struct Call {
    std::string name, input;
    int node = 0, output = 0;
};

std::string graph_of(const std::vector<Call>& calls, const std::string& output,
                     const std::string& input = "x") {
    std::string layers = R"({"class_name":"InputLayer","name":"x","inbound_nodes":[],
        "config":{"name":"x","batch_shape":[null,4]}})";
    for (const Call& call : calls)
        layers +=
            sentence(R"(,{"class_name":"Dense","name":")", call.name,
                     R"(","config":{"units":4,"name":")", call.name,
                     R"("},"inbound_nodes":[{"args":[{"class_name":"__keras_tensor__",
                           "config":{"keras_history":[")",
                     call.input, R"(",)", call.node, ",", call.output, R"(]}}],"kwargs":{}}]})");
    return sentence(R"({"class_name":"Functional","config":{"name":"g","layers":[)", layers,
                    R"(],"input_layers":[[")", input, R"(",0,0]],"output_layers":[[")", output,
                    R"(",0,0]]}})");
}

void check_refused(const std::string& json, const std::string& part) {
    INFO(json);
    CHECK_THROWS_AS(nn::model_from_json(json, budget), ValueError);
    CHECK_THROWS_WITH(nn::model_from_json(json, budget), contains(part));
}

}  // namespace

TEST_CASE("a harmful value anywhere in a graph of Keras 3 is refused, or means something",
          "[nn][io]") {
    sweep(keras_3);
}

TEST_CASE("a harmful value anywhere in a graph of Keras 2 is refused, or means something",
          "[nn][io]") {
    sweep(keras_2);
}

TEST_CASE("graphs that don't hold together are refused in words", "[nn][io]") {
    CHECK_NOTHROW(nn::model_from_json(graph_of({{"a", "x"}, {"b", "a"}}, "b"), budget));
    check_refused(graph_of({{"a", "b"}, {"b", "a"}}, "b"), "wait for each other in a circle");
    check_refused(graph_of({{"a", "a"}}, "a"), "wait for each other in a circle");
    check_refused(graph_of({{"a", "x"}, {"b", "c"}, {"c", "d"}, {"d", "b"}}, "a"), "circle");
    check_refused(graph_of({{"a", "nobody"}}, "a"), "there is no layer 'nobody'");
    check_refused(graph_of({{"a", "x", 1}}, "a"), "there is none of number 1");
    check_refused(graph_of({{"a", "x", 0, 1}}, "a"), "there is none of number 1");
    check_refused(graph_of({{"a", "x", -1}}, "a"), "wants [layer, node, output]");
    check_refused(graph_of({{"a", "x"}}, "nobody"), "there is no layer 'nobody'");
    check_refused(graph_of({{"a", "x"}}, "a", "nobody"), "there is no layer 'nobody'");
    check_refused(graph_of({{"a", "x"}, {"a", "x"}}, "a"), "two layers are called 'a'");
    check_refused(graph_of({{"x", "x"}}, "x"), "two layers are called 'x'");
}

TEST_CASE("layers in any order and long chains are read in a moment", "[nn][io]") {
    constexpr int length = 2000;
    std::vector<Call> calls;
    for (int i = length; i > 0; --i)
        calls.push_back({sentence("l", i), i == 1 ? "x" : sentence("l", i - 1)});
    const auto model = nn::model_from_json(graph_of(calls, sentence("l", length)), budget);
    CHECK(model->inner_layers().size() >= length);
}

TEST_CASE("a graph whose paths double with each layer is read in a moment", "[nn][io]") {
    std::string layers = R"({"class_name":"InputLayer","name":"x0","inbound_nodes":[],
        "config":{"name":"x0","batch_shape":[null,4]}})";
    for (int i = 1; i <= 64; ++i)
        layers += sentence(R"(,{"class_name":"Add","name":"x)", i, R"(","config":{"name":"x)", i,
                           R"("},"inbound_nodes":[[["x)", i - 1, R"(",0,0,{}],["x)", i - 1,
                           R"(",0,0,{}]]]})");
    const auto model = nn::model_from_json(
        sentence(R"({"class_name":"Functional","keras_version":"2.15.0","config":{"name":"g",
        "layers":[)",
                 layers, R"(],"input_layers":[["x0",0,0]],"output_layers":[["x64",0,0]]}})"),
        budget);
    CHECK(model->summary().find("x64") != std::string::npos);
}

TEST_CASE("arguments and models a thousand levels deep are refused", "[nn][io]") {
    constexpr int depth = 1000;
    const std::string open(depth, '['), close(depth, ']');
    check_refused(R"({"class_name":"Functional","config":{"name":"g","layers":[
        {"class_name":"InputLayer","name":"x","inbound_nodes":[],
         "config":{"name":"x","batch_shape":[null,4]}},
        {"class_name":"Dense","name":"a","config":{"units":4,"name":"a"},
         "inbound_nodes":[{"args":)" +
                      open + close +
                      R"(,"kwargs":{}}]}],"input_layers":[["x",0,0]],
        "output_layers":[["a",0,0]]}})",
                  "levels");
    std::string nested = R"({"class_name":"Dense","config":{"units":1}})";
    for (int i = 0; i < depth; ++i)
        nested = R"({"class_name":"Sequential","config":{"name":"s","layers":[)" + nested + "]}}";
    check_refused(nested, "levels");
}
