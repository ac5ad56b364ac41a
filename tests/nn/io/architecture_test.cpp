// Architectures: models come back from their configurations, Keras's are read, and what can't be is
// refused by name.
#include <shikumi/nn/nn.hpp>

#include <string>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>

#include "catch.hpp"

using namespace shikumi;

namespace {

std::vector<std::vector<double>> numbers(const std::vector<Tensor>& tensors) {
    std::vector<std::vector<double>> all;
    for (const Tensor& t : tensors) all.push_back(t.to_vector<double>());
    return all;
}

Tensor sample_of(const Spec& input, Generator& rng) {
    const Shape shape = input.shape.with_front(3);
    return is_floating(input.dtype) ? random_normal(shape, rng, 0, 1, input.dtype)
                                    : full(shape, 2, input.dtype);
}

// The model that is read from what is written of this one, with its weights.
std::shared_ptr<nn::Model> twin_of(nn::Model& model) {
    const std::string text = nn::to_json(model);
    auto twin = nn::model_from_json(text);
    CHECK(nn::to_json(*twin) == text);
    CHECK(twin->name() == model.name());
    const std::vector<Parameter> before = model.parameters(), after = twin->parameters();
    REQUIRE(after.size() == before.size());
    for (std::size_t i = 0; i < after.size(); ++i) {
        CHECK(after[i].name() == before[i].name());
        CHECK(after[i].trainable() == before[i].trainable());
    }
    twin->set_weights(model.get_weights());
    return twin;
}

void check_round_trip(nn::Model& model, const std::vector<Spec>& inputs) {
    Generator rng(7);
    std::vector<Tensor> x;
    for (const Spec& input : inputs) x.push_back(sample_of(input, rng));
    const auto wanted = numbers(model.predict(x));
    const auto twin = twin_of(model);
    CHECK(numbers(twin->predict(x)) == wanted);
    CHECK(twin->output_names() == model.output_names());
    CHECK(twin->input_names() == model.input_names());
}

std::string refusal(const std::string& json, const nn::ModelBudget& budget = {}) {
    try {
        nn::model_from_json(json, budget);
    } catch (const Error& e) {
        return e.what();
    }
    return "read";
}

std::string refusal_of(const Config& layer) {
    try {
        nn::layer_from_config(layer);
    } catch (const Error& e) {
        return e.what();
    }
    return "read";
}

template <class F>
std::string error_of(F&& f) {
    try {
        f();
    } catch (const Error& e) {
        return e.what();
    }
    return "no error";
}

// Layers and models of one's own.

class Scale final : public nn::Layer {
public:
    explicit Scale(double factor) : factor_(factor) {}
    Tensor call(const Tensor& x, nn::Mode) override { return x * factor_; }
    Config get_config() const override { return ConfigWriter()("factor", factor_); }
    static Scale from_config(ConfigReader& config) { return Scale(config.get<double>("factor")); }

private:
    double factor_;
};

class Unregistered final : public nn::Layer {
public:
    Tensor call(const Tensor& x, nn::Mode) override { return x; }
    Config get_config() const override { return Config::Object{}; }
};

class Silent final : public nn::Layer {
public:
    Tensor call(const Tensor& x, nn::Mode) override { return x; }
};

class Pair final : public nn::Model {
public:
    Tensor call(const Tensor& x, nn::Mode mode) override { return second_(first_(x, mode), mode); }

private:
    nn::Dense first_{3, {.name = "first"}}, second_{2, {.name = "second"}};
};

class RegisteredPair final : public nn::Model {
public:
    explicit RegisteredPair(Index units) : units_(units), first_(units), second_(2) {}
    Tensor call(const Tensor& x, nn::Mode mode) override { return second_(first_(x, mode), mode); }
    Config get_config() const override { return ConfigWriter()("units", units_); }
    static RegisteredPair from_config(ConfigReader& config) {
        return RegisteredPair(config.get<Index>("units"));
    }

private:
    Index units_;
    nn::Dense first_, second_;
};

}  // namespace

TEST_CASE("a layer's architecture is Keras's", "[nn][io]") {
    const nn::Dense layer(3, {.activation = nn::relu,
                              .kernel_regularizer = nn::L2(0.5),
                              .bias_constraint = nn::NonNeg(),
                              .name = "hidden"});
    const Config config = nn::architecture(layer);
    CHECK(*config.find("module") == "keras.layers");
    CHECK(*config.find("class_name") == "Dense");
    CHECK(config.find("registered_name")->is_null());
    CHECK(config.find("build_config") == nullptr);
    CHECK(nn::to_json(*config.find("config")) ==
          R"({"name":"hidden","trainable":true,"dtype":"float32","units":3,"activation":"relu",)"
          R"("use_bias":true,"kernel_initializer":{"module":"keras.initializers",)"
          R"("class_name":"GlorotUniform","config":{},"registered_name":null},)"
          R"("bias_initializer":{"module":"keras.initializers","class_name":"Zeros","config":{},)"
          R"("registered_name":null},"kernel_regularizer":{"module":"keras.regularizers",)"
          R"("class_name":"L2","config":{"l2":0.5},"registered_name":null},)"
          R"("bias_regularizer":null,"activity_regularizer":null,"kernel_constraint":null,)"
          R"("bias_constraint":{"module":"keras.constraints","class_name":"NonNeg","config":{},)"
          R"("registered_name":null}})");
}

TEST_CASE("Sequentials come back", "[nn][io]") {
    nn::Sequential known(nn::Input({8, 8, 1}), nn::Conv2D(3, 3, {.activation = nn::relu}),
                         nn::BatchNormalization({.momentum = 0.9}), nn::MaxPooling2D(),
                         nn::Flatten(), nn::Dropout(0.5),
                         nn::Dense(4, {.activation = nn::softmax}));
    check_round_trip(known, {{{1, 8, 8, 1}, f32}});
    nn::Sequential from_layer("mine");
    from_layer.add(nn::Dense(3, {.input_shape = {4}}));
    check_round_trip(from_layer, {{{1, 4}, f32}});
    nn::Sequential from_data(nn::Dense(3), nn::Dense(2));
    from_data.predict(ones({2, 5}));
    check_round_trip(from_data, {{{1, 5}, f32}});
    nn::Sequential words(nn::Input({6}, {.dtype = i64}), nn::Embedding(9, 4, {.mask_zero = true}),
                         nn::Bidirectional(nn::LSTM(3)), nn::Dense(1));
    check_round_trip(words, {{{1, 6}, i64}});
    nn::Sequential doubles(nn::Input({3}, {.dtype = f64}), nn::Dense(2, {.dtype = f64}));
    check_round_trip(doubles, {{{1, 3}, f64}});

    nn::Sequential unbuilt(nn::Dense(3), nn::Dense(2));
    const std::string text = nn::to_json(unbuilt);
    CHECK(nn::to_json(*nn::model_from_json(text)) == text);
    nn::Sequential empty;
    CHECK(nn::to_json(*nn::model_from_json(nn::to_json(empty))) == nn::to_json(empty));
}

TEST_CASE("frozen layers come back frozen", "[nn][io]") {
    nn::Dense frozen(3, {.name = "frozen"});
    frozen.set_trainable(false);
    nn::Sequential model;
    model.add(nn::Input({4}));
    model.add(std::move(frozen));
    model.add(nn::Dense(2));
    check_round_trip(model, {{{1, 4}, f32}});
    const auto twin = twin_of(model);
    CHECK(twin->trainable_weights().size() == 2);
}

TEST_CASE("graphs come back", "[nn][io]") {
    SECTION("a shared layer, two inputs, two outputs") {
        const nn::Input left({4}, {.name = "left"}), right({4}, {.name = "right"});
        const auto shared = nn::shared(nn::Dense(3, {.name = "shared"}));
        const nn::SymbolicTensor a = left | shared, b = right | shared;
        const nn::SymbolicTensor sum = nn::connect(nn::Add(), {a, b});
        nn::Model model({left, right}, {sum | nn::Dense(2), nn::connect(nn::Concatenate(), {b, a})},
                        "twins");
        check_round_trip(model, {{{1, 4}, f32}, {{1, 4}, f32}});
    }
    SECTION("named outputs") {
        const nn::Input x({4});
        nn::Model model(x, {{"score", x | nn::Dense(1)}, {"kind", x | nn::Dense(3)}});
        check_round_trip(model, {{{1, 4}, f32}});
        CHECK(twin_of(model)->output_names() == std::vector<std::string>{"score", "kind"});
    }
    SECTION("layers of several outputs") {
        const nn::Input x({5, 3});
        const auto lstm = nn::connect_all(nn::LSTM(4, {.return_state = true}), {x});
        nn::Model states(x, {lstm[0], nn::connect(nn::Add(), {lstm[1], lstm[2]})});
        check_round_trip(states, {{{1, 5, 3}, f32}});
        const auto two = nn::connect_all(
            nn::Bidirectional(nn::GRU(2), {.merge_mode = nn::MergeMode::none}), {x});
        nn::Model only_first(x, two[0]);
        check_round_trip(only_first, {{{1, 5, 3}, f32}});
    }
    SECTION("attention and initial states") {
        const nn::Input q({4, 6}, {.name = "q"}), v({5, 6}, {.name = "v"});
        const auto mixed = nn::connect(nn::MultiHeadAttention(2, 3), {q, v});
        const auto plain = nn::connect(nn::Attention({.use_scale = true}), {q, v});
        const auto state = v | nn::GlobalAveragePooling1D() | nn::Dense(2);
        const auto last = nn::connect(nn::GRU(2), {q, state});
        nn::Model model({q, v}, {mixed, plain, last});
        check_round_trip(model, {{{1, 4, 6}, f32}, {{1, 5, 6}, f32}});
    }
    SECTION("models inside of models") {
        const nn::Input x({4}), inner({3});
        nn::Model block(inner, inner | nn::Dense(3, {.activation = nn::tanh}), "block");
        const auto shared = nn::shared(std::move(block));
        nn::Sequential head(nn::Dense(3), nn::LayerNormalization());
        nn::Model model(x, x | std::move(head) | shared | shared | nn::Dense(2));
        check_round_trip(model, {{{1, 4}, f32}});
        nn::Sequential outer;
        outer.add(nn::Input({4}));
        outer.add(std::move(model));
        check_round_trip(outer, {{{1, 4}, f32}});
    }
    SECTION("wrappers and stacked cells") {
        const nn::Input x({3, 4, 2});
        const auto steps = x | nn::TimeDistributed(nn::Sequential(nn::Flatten(), nn::Dense(3)));
        const auto y = steps | nn::RNN(nn::StackedRNNCells(nn::LSTMCell(2), nn::SimpleRNNCell(3)),
                                       {.return_sequences = true});
        nn::Model model(x, {y, x | nn::ConvLSTM1D(2, 2)});
        check_round_trip(model, {{{1, 3, 4, 2}, f32}});
    }
}

TEST_CASE("what preprocessing layers have learned comes back", "[nn][io]") {
    nn::IntegerLookup lookup({.output_mode = nn::OutputMode::tf_idf});
    lookup.adapt(tensor({{5, 5, 9}, {9, 9, 7}}, i64));
    nn::Discretization bins({.num_bins = 3});
    bins.adapt(tensor({1.0, 2.0, 3.0, 4.0, 5.0, 6.0}));
    nn::Normalization given({.mean = {1, 2}, .variance = {4, 9}});
    const auto same = [](nn::Layer& layer, const Tensor& x) {
        const nn::SharedLayer twin = nn::layer_from_config(nn::architecture(layer));
        CHECK(nn::architecture(*twin.layer) == nn::architecture(layer));
        CHECK(numbers({(*twin.layer)(x)}) == numbers({layer(x)}));
    };
    same(lookup, tensor({{5, 7, 8}}, i64));
    same(bins, tensor({{0.5, 2.5, 9.0}}));
    same(given, tensor({{3.0, 5.0}}));

    nn::StringLookup strings(
        {.num_oov_indices = 2, .mask_token = "", .output_mode = nn::OutputMode::index});
    strings.adapt({"b", "a", "b"});
    const auto again = nn::StringLookup::from_config(strings.get_config());
    CHECK(again.get_config() == strings.get_config());
    CHECK(numbers({again({"a", "b", "", "zebra"})}) == numbers({strings({"a", "b", "", "zebra"})}));
    nn::TextVectorization texts({.standardize = nn::text::lower,
                                 .split = nn::text::character,
                                 .ngrams = {1, 2},
                                 .output_mode = nn::OutputMode::tf_idf});
    texts.adapt({"ab", "B"});
    const auto reader = nn::TextVectorization::from_config(
        nn::parse_json(nn::to_json(texts.get_config()), "texts"));
    CHECK(reader.get_config() == texts.get_config());
    CHECK(numbers({reader({"abba", "c"})}) == numbers({texts({"abba", "c"})}));
    CHECK(nn::TextVectorization::from_config({{"ngrams", 2}}).tokens("a b") ==
          std::vector<std::string>{"a", "b", "a b"});
    const nn::TextVectorization own(
        {.split = [](std::string_view) { return std::vector<std::string>{}; }});
    CHECK(error_of([&] { own.get_config(); }) ==
          "[text_vectorization] no file can hold the function of your own that is its 'split'");
}

TEST_CASE("Keras 3's functional form is read", "[nn][io]") {
    const auto model = nn::model_from_json(R"({
      "module": "keras.src.models.functional", "class_name": "Functional",
      "config": {"name": "f", "trainable": true, "layers": [
        {"module": "keras.layers", "class_name": "Dense", "registered_name": null,
         "build_config": {"input_shape": [null, 3]},
         "config": {"name": "d", "trainable": true, "units": 2, "activation": "linear",
           "dtype": {"module": "keras", "class_name": "DTypePolicy",
                     "config": {"name": "float32"}, "registered_name": null},
           "kernel_initializer": {"module": "keras.initializers", "class_name": "GlorotUniform",
             "config": {"seed": null, "input_axes": null}, "registered_name": null},
           "quantization_config": null, "lora_rank": null},
         "name": "d", "inbound_nodes": [
           {"args": [{"class_name": "__keras_tensor__", "config": {"shape": [null, 3],
             "dtype": "float32", "keras_history": ["x", 0, 0]}}], "kwargs": {}},
           {"args": [{"class_name": "__keras_tensor__", "config": {"shape": [null, 3],
             "dtype": "float32", "keras_history": ["y", 0, 0]}}], "kwargs": {"training": false}}]},
        {"module": "keras.layers", "class_name": "InputLayer", "registered_name": null,
         "config": {"batch_shape": [null, 3], "dtype": "float32", "sparse": false,
           "ragged": false, "name": "x"}, "name": "x", "inbound_nodes": []},
        {"class_name": "InputLayer", "config": {"batch_input_shape": [null, 3], "name": "y"},
         "name": "y", "inbound_nodes": []},
        {"class_name": "Subtract", "config": {"name": "s", "trainable": true}, "name": "s",
         "inbound_nodes": [{"args": [[
           {"class_name": "__keras_tensor__", "config": {"keras_history": ["d", 0, 0]}},
           {"class_name": "__keras_tensor__", "config": {"keras_history": ["d", 1, 0]}}]],
           "kwargs": {"mask": [null, null]}}]}],
       "input_layers": [["x", 0, 0], ["y", 0, 0]], "output_layers": ["s", 0, 0]},
      "registered_name": "Functional", "build_config": {"input_shape": [[null, 3], [null, 3]]},
      "compile_config": {"optimizer": "adam"}})");
    CHECK(model->name() == "f");
    CHECK(model->input_names() == std::vector<std::string>{"x", "y"});
    CHECK(model->count_params() == 8);
    const Tensor x = ones({2, 3});
    CHECK(numbers(model->predict(std::vector{x, x})) ==
          std::vector<std::vector<double>>{{0, 0, 0, 0}});
}

TEST_CASE("Keras 2's functional form is read", "[nn][io]") {
    const auto model = nn::model_from_json(R"({"class_name": "Model", "keras_version": "2.4",
      "config": {"name": "m", "layers": [
        {"name": "a", "class_name": "InputLayer",
         "config": {"batch_input_shape": [null, 2], "dtype": "float32", "sparse": false,
                    "name": "a"}, "inbound_nodes": []},
        {"name": "d", "class_name": "Dense",
         "config": {"name": "d", "units": 2, "activation": {"class_name": "function",
           "config": "relu"}, "kernel_initializer": {"class_name": "VarianceScaling",
           "config": {"scale": 1, "mode": "fan_avg", "distribution": "normal", "seed": null}},
           "kernel_regularizer": {"class_name": "L1L2", "config": {"l1": 0.5, "l2": 0}}},
         "inbound_nodes": [[["a", 0, 0, {}]]]},
        {"name": "l", "class_name": "LeakyReLU", "config": {"name": "l", "alpha": 0.25},
         "inbound_nodes": [[["d", 0, 0, {}]]]},
        {"name": "m", "class_name": "Multiply", "config": {"name": "m"},
         "inbound_nodes": [[["l", 0, 0, {}], ["a", 0, 0, {}]]]}],
       "input_layers": [["a", 0, 0]], "output_layers": [["m", 0, 0]]}})");
    CHECK(model->count_params() == 6);
    CHECK(*nn::architecture(*model)
               .find("config")
               ->find("layers")
               ->list()
               ->at(2)
               .find("config")
               ->find("negative_slope") == 0.25);
}

TEST_CASE("to Keras 2, a model inside of another has a node more", "[nn][io]") {
    const auto model = nn::model_from_json(R"({"class_name":"Functional","config":{"name":"outer",
      "layers":[
        {"class_name":"InputLayer","config":{"name":"z","batch_input_shape":[null,2]},"name":"z"},
        {"class_name":"Sequential","name":"core","config":{"name":"core","layers":[
          {"class_name":"InputLayer","config":{"batch_input_shape":[null,2]}},
          {"class_name":"Dense","config":{"name":"inner","units":2}}]},
          "inbound_nodes":[[["z",0,0,{}]],[["d",0,0,{}]]]},
        {"class_name":"Dense","name":"d","config":{"name":"d","units":2},
          "inbound_nodes":[[["core",1,0,{}]]]}],
      "input_layers":[["z",0,0]],"output_layers":[["core",2,0]]}})");
    CHECK(model->count_params() == 12);
}

TEST_CASE("names, dtypes and forms of Keras are understood", "[nn][io]") {
    const auto read = [](const char* json) {
        return nn::layer_from_config(nn::parse_json(json, "layer")).layer;
    };
    CHECK(read(R"({"class_name":"Dense","config":{"units":2,"name":"d","dtype":"float64"}})")
              ->dtype() == f64);
    CHECK(read(R"({"class_name":"Dense","config":{"units":2,"batch_input_shape":[null,3]}})")
              ->input_shape() == Shape{3});
    CHECK(read(R"({"class_name":"BatchNormalization","config":{"axis":[1],"renorm":false,
                  "renorm_momentum":0.99}})") != nullptr);
    CHECK(read(R"({"class_name":"IntegerLookup","config":{"dtype":"int64","vocabulary":[3]}})")
              ->dtype() == f32);
    const auto lstm = read(R"({"class_name":"LSTM","config":{"units":2,
        "recurrent_activation":"hard_sigmoid","unroll":true,"implementation":1,"seed":3}})");
    CHECK(*nn::architecture(*lstm).find("config")->find("recurrent_activation") == "hard_sigmoid");
    const auto built = read(R"({"class_name":"Dense","config":{"units":2},
        "build_config":{"input_shape":[null,3]}})");
    CHECK(built->count_params() == 8);
    const auto open = read(R"({"class_name":"Dense","config":{"units":2},
        "build_config":{"input_shape":[null,null,3]}})");
    CHECK_FALSE(open->built());
}

TEST_CASE("what a layer can't take is refused by layer and option", "[nn][io]") {
    const auto dense = [](Config more) {
        Config config{{"name", "d"}, {"units", 2}};
        for (const auto& [name, value] : *more.object()) config.set(name, value);
        return refusal_of({{"class_name", "Dense"}, {"config", config}});
    };
    const std::string where = ", in the configuration of Dense 'd'";
    CHECK(dense({{"units", -2}}) == "[dense] the number of units must be positive, got -2" + where);
    CHECK(dense({{"units", "two"}}) ==
          "[Dense: units] wants an integer, got the text 'two'" + where);
    const std::string activation = dense({{"activation", "rellu"}});
    CHECK_THAT(activation, Catch::Matchers::StartsWith("[activation] there is no 'rellu'"));
    CHECK_THAT(activation, shikumi_test::contains("in Dense: activation" + where));
    CHECK_THAT(dense({{"kernel_initializer", {{"class_name", "GlorotUnifrom"}}}}),
               Catch::Matchers::StartsWith("[Dense: kernel_initializer] there is no "
                                           "'GlorotUnifrom': did you mean 'glorot_uniform'"));
    CHECK(dense({{"kernel_initializer",
                  {{"class_name", "RandomNormal"}, {"config", {{"stddev", -1}}}}}}) ==
          "[random_normal] stddev must not be negative, got -1" + where);
    CHECK(dense({{"kernel_initializer",
                  {{"class_name", "RandomNormal"}, {"config", {{"deviation", 1}}}}}}) ==
          "[Dense: kernel_initializer: RandomNormal] has no 'deviation' (it is 1)" + where);
    CHECK(dense({{"dtype", "int32"}}) == "[layer] weights are f32 or f64, got i32" + where);
    CHECK(dense({{"lora_rank", 4}}) == "[Dense: lora_rank] can only be nothing, got 4" + where);
    CHECK(dense({{"batch_shape", Config::List{{}, {}, 3}}}) ==
          "[Dense: batch_shape] wants all sizes but the batch's, got [null, null, 3]: a model here "
          "is built for one shape of its inputs. Save it with that shape, or make a model here and "
          "load the weights alone" + where);
    CHECK(refusal_of({{"class_name", "Dense"}}) ==
          "[Dense] the field 'units' is missing, in the configuration of Dense");
    CHECK(refusal_of({{"class_name", "Conv2D"},
                      {"config",
                       {{"name", "c"},
                        {"filters", 2},
                        {"kernel_size", 3},
                        {"data_format", "channels_first"}}}}) ==
          "[Conv2D: data_format] can only be the text 'channels_last', got the text "
          "'channels_first', in the configuration of Conv2D 'c'");
    CHECK_THAT(refusal_of({{"class_name", "Dens"}, {"config", {{"name", "d"}}}}),
               Catch::Matchers::StartsWith("[layer] there is no 'Dens': did you mean 'Dense'"));
    CHECK_THAT(refusal_of({{"module", "subprocess"}, {"class_name", "Popen"}}),
               shikumi_test::contains("[Popen] is a class of the module 'subprocess'"));
    CHECK(refusal_of({{"class_name", "Lambda"}, {"config", {{"name", "l"}, {"function", "x"}}}}) ==
          "[Lambda] holds code, and nothing in a file is ever run, in the configuration of Lambda "
          "'l'");
    CHECK(refusal_of(7) == "[layer] wants a name, or an object with class_name and config, got 7");
    CHECK_THAT(refusal(R"({"class_name":"Dense","config":{"units":2}})"),
               Catch::Matchers::StartsWith("[model] wants a model, got the layer Dense"));
    CHECK(
        refusal_of(
            {{"class_name", "Bidirectional"},
             {"config",
              {{"name", "b"},
               {"layer", {{"class_name", "LSTM"}, {"config", {{"units", 2}}}}},
               {"backward_layer",
                {{"class_name", "LSTM"}, {"config", {{"units", 3}, {"go_backwards", true}}}}}}}}) ==
        "[Bidirectional] backward_layer isn't the mirror image of layer, in the configuration of "
        "Bidirectional 'b'");
}

TEST_CASE("graphs that don't fit together are refused", "[nn][io]") {
    const auto graph = [](const std::string& history, const std::string& more = "",
                          const std::string& output = R"(["d",0,0])") {
        return refusal(R"({"class_name":"Functional","config":{"name":"f","layers":[
            {"class_name":"InputLayer","config":{"name":"x","batch_shape":[null,2]}},
            {"class_name":"Dense","config":{"name":"d","units":2},"inbound_nodes":[{"args":[
              {"class_name":"__keras_tensor__","config":{"keras_history":)" +
                       history + R"(}}],"kwargs":{)" + more + R"(}}]}],
            "input_layers":["x",0,0],"output_layers":)" +
                       output + "}}");
    };
    const std::string where = ", in the configuration of Functional 'f'";
    CHECK(graph(R"(["x",0,0])") == "read");
    CHECK(graph(R"(["y",0,0])") == "[f] there is no layer 'y'" + where);
    CHECK(graph(R"(["x",1,0])") == "[f] 'x' has 1 nodes, there is none of number 1" + where);
    CHECK(graph(R"(["x",0,1])") == "[f] 'x' has 1 outputs, there is none of number 1" + where);
    CHECK(graph(R"(["x",0,-1])") ==
          "[f: the call of 'd'] wants [layer, node, output], got a list of 3" + where);
    CHECK(graph(R"(["d",0,0])") == "[f] 1 calls of layers wait for each other in a circle" + where);
    CHECK(graph(R"(["x",0,0])", R"("training":true)") == "read");
    CHECK(graph(R"(["x",0,0])", R"("scale":true)") ==
          "[f: the call of 'd'] has no 'scale' (it is true)");
    CHECK(graph(R"(["x",0,0])", "", R"(["z",0,0])") == "[f] there is no layer 'z'" + where);
    CHECK(graph(R"(["x",0,0])", "", R"(["d",0,5])") ==
          "[f] 'd' has 1 outputs, there is none of number 5" + where);
    CHECK(graph(R"(["x",0,0])", "", R"([["d",0,0],["d"]])") ==
          "[Functional: output_layers] wants [layer, node, output], got a list of 1" + where);
    CHECK(refusal(R"({"class_name":"Functional","config":{"name":"f","layers":[
            {"class_name":"InputLayer","config":{"name":"x","batch_shape":[null,2]}},
            {"class_name":"InputLayer","config":{"name":"x","batch_shape":[null,2]}}],
            "input_layers":["x",0,0],"output_layers":["x",0,0]}})") ==
          "[f] two layers are called 'x'" + where);
    CHECK(refusal(R"({"class_name":"Functional","config":{"name":"f","layers":[
            {"class_name":"Dense","config":{"name":"d","units":1}}],
            "input_layers":["d",0,0],"output_layers":["d",0,0]}})") ==
          "[f] 'd' has no list of inbound_nodes" + where);
    const nn::Input x({2}, {.name = "x"});
    const nn::Model same_names(x, x | nn::Dense(2, {.name = "d"}) | nn::Dense(2, {.name = "d"}));
    CHECK_THAT(error_of([&] { nn::architecture(same_names); }),
               shikumi_test::contains("two layers are called 'd': in a file their names must "
                                      "differ"));
}

TEST_CASE("a file's weights stay within a budget before they are made", "[nn][io]") {
    const std::string huge = R"({"class_name":"Sequential","config":{"name":"s","layers":[
        {"class_name":"InputLayer","config":{"batch_shape":[null,1000000]}},
        {"class_name":"Dense","config":{"name":"d","units":1000000}}]},
        "build_config":{"input_shape":[null,1000000]}})";
    CHECK_THAT(refusal(huge),
               Catch::Matchers::StartsWith("[d] wants a weight f32 (1000000, 1000000), and all "
                                           "weights may take 17179869184 bytes together"));
    const std::string small = R"({"class_name":"Dense","config":{"name":"d","units":10},
        "build_config":{"input_shape":[null,9]}})";
    const Config config = nn::parse_json(small, "small");
    CHECK(nn::layer_from_config(config, {.weight_bytes = 400}).layer->count_params() == 100);
    CHECK_THROWS_AS(nn::layer_from_config(config, {.weight_bytes = 399}), ValueError);
    nn::Dense free(1000);  // the budget ends with the reading
    CHECK(free(ones({1, 1000})).shape() == Shape{1, 1000});
}

TEST_CASE("a file's recurrences stay within a budget of steps", "[nn][io]") {
    const auto rnn = [](const std::string& steps) {
        return R"({"class_name":"Sequential","config":{"name":"s","layers":[
            {"class_name":"InputLayer","config":{"batch_shape":[null,)" +
               steps + R"(,2]}},
            {"class_name":"SimpleRNN","config":{"name":"r","units":2}}]},
            "build_config":{"input_shape":[null,)" +
               steps + ",2]}}";
    };
    CHECK(refusal(rnn("50"), {.steps = 500}) == "read");  // it is tried more than once
    CHECK_THAT(refusal(rnn("1000000000")),
               shikumi_test::contains("goes through 1000000000 steps one by one, and all layers "
                                      "may go through 100000 together"));
}

TEST_CASE("functions of one's own are refused by layer and option", "[nn][io]") {
    const auto twice = [](const Tensor& x) { return x * 2; };
    const nn::Sequential model(nn::Dense(2, {.activation = twice, .name = "d"}));
    CHECK(error_of([&] { nn::architecture(model); }) ==
          "[activation] a file can't hold the function 'custom': it isn't one of the library's, in "
          "'activation', in layer 'd' (Dense 2), in layer '" +
              model.name() + "' (Sequential)");
    const nn::Dense named(2, {.activation = {twice, "relu"}, .name = "d"});
    CHECK_THAT(error_of([&] { nn::architecture(named); }),
               Catch::Matchers::StartsWith("[activation] a file can't hold the function 'relu'"));
    const nn::Dense penalty(
        2, {.kernel_regularizer = {[](const Tensor& w) { return sum(w); }, "L2"}, .name = "d"});
    CHECK(error_of([&] { nn::architecture(penalty); }) ==
          "[regularizer] a file can't hold the function 'L2': it isn't one of the library's, in "
          "'kernel_regularizer', in layer 'd' (Dense 2)");
    CHECK_THAT(error_of([&] { nn::architecture(nn::Lambda(twice)); }),
               Catch::Matchers::StartsWith("[Lambda] no file can hold the function"));
}

TEST_CASE("classes of one's own are registered, or refused by name", "[nn][io]") {
    CHECK_THAT(error_of([] { nn::architecture(Silent()); }),
               Catch::Matchers::StartsWith(
                   "[Silent] the class has no get_config, so no file can hold it, in layer"));
    CHECK(error_of([] { nn::architecture(Unregistered()); }) ==
          "[Unregistered] the class isn't registered, so no file could be read that holds it: call "
          "register_layer<Unregistered>() before");
    nn::register_layer<Scale>();
    nn::register_layer<Scale>();
    nn::Sequential model(nn::Input({3}), nn::Dense(2), Scale(0.5));
    check_round_trip(model, {{{1, 3}, f32}});
    const Config config = nn::architecture(Scale(3));
    CHECK(config.find("module")->is_null());
    CHECK(*config.find("registered_name") == "Scale");
    struct Outer {
        struct Scale final : nn::Layer {
            Tensor call(const Tensor& x, nn::Mode) override { return x; }
            static Scale from_config(ConfigReader&) { return {}; }
        };
        struct Dense final : nn::Layer {
            Tensor call(const Tensor& x, nn::Mode) override { return x; }
            static Dense from_config(ConfigReader&) { return {}; }
        };
    };
    CHECK_THROWS_WITH(nn::register_layer<Outer::Scale>(),
                      "[register_layer] another class is called Scale");
    CHECK_THROWS_WITH(nn::register_layer<Outer::Dense>(),
                      "[register_layer] another class is called Dense");
}

TEST_CASE("models of one's own are refused, or registered and built", "[nn][io]") {
    Pair pair;
    pair.predict(ones({2, 4}));
    CHECK_THAT(error_of([&] { nn::architecture(pair); }),
               Catch::Matchers::StartsWith("[Pair] the class has no get_config, so no file can "
                                           "hold its architecture; its weights can be saved"));
    CHECK(pair.get_weights().size() == 4);
    nn::register_layer<RegisteredPair>();
    RegisteredPair registered(5);
    registered.predict(ones({2, 4}));
    const auto twin = nn::model_from_json(nn::to_json(registered));
    CHECK(twin->built());
    twin->set_weights(registered.get_weights());
    CHECK(numbers({twin->predict(ones({2, 4}))}) == numbers({registered.predict(ones({2, 4}))}));
}
