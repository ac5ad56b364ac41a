// Every layer is saved by one process and loaded by another one, which knows nothing but the files:
// predictions are equal to the bit.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/formats/safetensors.hpp>
#include <shikumi/nn/nn.hpp>
#include <shikumi/optim/optim.hpp>

#include "catch.hpp"
#include "support/every_layer.hpp"
#include "support/process.hpp"
#include "support/temporary.hpp"

using namespace shikumi;

namespace {

namespace fs = std::filesystem;

constexpr const char* child_folder = "SHIKUMI_SAVED_MODELS";
constexpr const char* own_class = "own";  // the model that needs a registered class

// A layer of a user's own, with a weight and an option.
class Stretch final : public nn::Layer {
public:
    explicit Stretch(double by) : by_(by) {}
    void build(const Spec& input) override {
        factor_ = add_weight("factor", {input.shape.back()}, nn::ones_init());
    }
    Tensor call(const Tensor& x, nn::Mode) override { return x * factor_ * by_; }
    Config get_config() const override { return ConfigWriter()("by", by_); }
    static Stretch from_config(ConfigReader& config) { return Stretch(config.get<double>("by")); }

private:
    double by_;
    Parameter factor_;
};

Tensor input_of(const Shape& sample, DType dtype) {
    static Generator rng(1);
    const Shape batch = nn::batch_of(3, sample);
    return is_integer(dtype) ? floor(random_uniform(batch, rng, 0, 5)).cast(dtype)
                             : random_normal(batch, rng, 0, 1, dtype);
}

// Away from what a new model begins with.
void change_weights(nn::Model& model) {
    static Generator rng(2);
    for (Parameter& p : model.parameters()) {
        if (is_floating(p.dtype()))
            p.assign(p.value() + random_uniform(p.shape(), rng, 0.1, 0.5, p.dtype()));
    }
}

struct Saved {
    std::string name;  // of the file
    std::shared_ptr<nn::Model> model;
    std::vector<Tensor> x;
    std::vector<Tensor> y = {};  // where it is trained, too
};

class AllModels {
public:
    // A model of one layer.
    template <std::derived_from<nn::Layer> L>
    void of(L layer, const Shape& sample, DType dtype = f32) {
        nn::Sequential model;
        model.add(nn::Input(sample, {.dtype = dtype}));
        model.add(std::move(layer));
        add("", std::move(model), {input_of(sample, dtype)});
    }
    template <std::derived_from<nn::Model> M>
    nn::Model& add(const std::string& name, M model, std::vector<Tensor> x) {
        auto shared = std::make_shared<M>(std::move(model));
        change_weights(*shared);
        return keep(name, shared, std::move(x));
    }
    // What has learned something keeps it.
    nn::Model& keep(const std::string& name, std::shared_ptr<nn::Model> model,
                    std::vector<Tensor> x) {
        all.push_back({name.empty() ? std::to_string(all.size()) : name, std::move(model), x});
        return *all.back().model;
    }

    std::vector<Saved> all = {};
};

void add_each_layer(AllModels& m) {
    for (const shikumi_test::LayerCase& one : shikumi_test::every_layer_case()) {
        std::vector<Tensor> x;
        for (const Spec& input : one.inputs) x.push_back(input_of(input.shape, input.dtype));
        m.add("", one.model(), x);
    }
}

// What isn't known by the class alone: f64, cells, states that stay.
void add_others(AllModels& m) {
    m.of(nn::Dense(3, {.activation = nn::tanh, .kernel_regularizer = nn::L2(0.1), .dtype = f64}),
         {4}, f64);
    m.of(nn::RNN(nn::StackedRNNCells(nn::LSTMCell(2), nn::GRUCell(3), nn::SimpleRNNCell(2))),
         {4, 2});
    m.of(nn::TimeDistributed(nn::Sequential(nn::Flatten(), nn::Dense(3))), {3, 4, 2});
    m.of(nn::ConvLSTMCell(1, 2, 2), {3, 1});
    nn::Sequential stateful{nn::Input({4, 2}), nn::LSTM(3, {.stateful = true})};
    const Tensor x = input_of({4, 2}, f32);
    m.add("stateful", std::move(stateful), {x}).predict(x);
}

// What layers learn by `adapt` is in the file, too.
void add_learned(AllModels& m) {
    const auto learned = [&](auto layer, const Tensor& data, DType dtype) {
        layer.adapt(data);
        auto model = std::make_shared<nn::Sequential>();
        model->add(nn::Input({3}, {.dtype = dtype}));
        model->add(std::move(layer));
        m.keep("", model, {input_of({3}, dtype)});
    };
    learned(nn::Normalization(), input_of({3}, f32) * 3 + 1, f32);
    learned(nn::Discretization({.num_bins = 4}), input_of({3}, f32), f32);
    learned(nn::IntegerLookup({.output_mode = nn::OutputMode::tf_idf}), input_of({3}, i64), i64);
}

void add_masked(AllModels& m) {
    nn::Sequential words{nn::Input({6}, {.dtype = i64}), nn::Embedding(5, 4, {.mask_zero = true}),
                         nn::Bidirectional(nn::LSTM(3, {.return_sequences = true})),
                         nn::LayerNormalization(), nn::GlobalAveragePooling1D()};
    m.add("words", std::move(words), {input_of({6}, i64)});
    nn::Sequential steps{nn::Input({4, 2}), nn::Masking(), nn::GRU(3)};
    const Tensor padded = pad(input_of({2, 2}, f32), {{0, 0}, {0, 2}, {0, 0}});
    m.add("masked", std::move(steps), {padded});
}

void add_graphs(AllModels& m) {
    const nn::Input left({4}, {.name = "left"}), right({4}, {.name = "right"});
    nn::Sequential inner("inner");
    inner.add(nn::Dense(3, {.activation = nn::tanh, .input_dim = 4}));
    inner.add(nn::BatchNormalization());
    nn::Model block(left, nn::connect(nn::Add(), {left | nn::Dense(4), left}), "block");
    const auto twice = nn::shared(std::move(inner));
    const nn::SymbolicTensor a = left | std::move(block) | twice, b = right | twice;
    nn::Model graph({left, right},
                    {{"score", nn::connect(nn::Concatenate(), {a, b}) | nn::Dense(1)},
                     {"both", nn::connect(nn::Multiply(), {a, b})}});
    m.add("graph", std::move(graph), {input_of({4}, f32), input_of({4}, f32)});

    const nn::Input sequence({5, 3});
    const auto states = nn::connect_all(nn::LSTM(4, {.return_state = true}), {sequence});
    m.add("states", nn::Model(sequence, {states[0], states[1], states[2]}),
          {input_of({5, 3}, f32)});

    const nn::Input steps({5});
    const auto mask = nn::connect(nn::Operation("greater", {std::nullopt, 0.0}), {steps});
    m.add("mask of a tensor",
          nn::Model({sequence, steps}, nn::connect(nn::WithMask(), {sequence, mask}) | nn::LSTM(2)),
          {input_of({5, 3}, f32), input_of({5}, f32)});

    nn::Sequential own{nn::Input({4}), nn::Dense(3), Stretch(1.5)};
    m.add(own_class, std::move(own), {input_of({4}, f32)});
}

void add_trained(AllModels& m) {
    nn::Sequential model{nn::Input({8}), nn::Dense(16, {.activation = nn::relu}),
                         nn::BatchNormalization(), nn::Dropout(0.3), nn::Dense(2)};
    model.compile(
        {.optimizer = optim::Adam({.learning_rate = optim::CosineDecay(0.01, 50), .use_ema = true}),
         .loss = "mse",
         .metrics = {"mae"}});
    Generator rng(3);
    const Tensor x = random_normal({40, 8}, rng), y = random_normal({40, 2}, rng);
    model.fit(x, y, {.batch_size = 7, .epochs = 2, .verbose = 0});
    m.keep("trained", std::make_shared<nn::Sequential>(std::move(model)), {x});
    m.all.back().y = {y};
}

std::vector<Saved> all_models() {
    AllModels m;
    add_each_layer(m);
    add_others(m);
    add_learned(m);
    add_masked(m);
    add_graphs(m);
    add_trained(m);
    return m.all;
}

// What a model does, in names of tensors: predictions, a step of training after a seed, and, with
// targets, the weights after an epoch.
std::vector<formats::NamedTensor> doings(nn::Model& model, const std::vector<Tensor>& x,
                                         const std::vector<Tensor>& y) {
    std::vector<formats::NamedTensor> all;
    const auto note = [&](const std::string& what, const std::vector<Tensor>& tensors) {
        for (std::size_t i = 0; i < tensors.size(); ++i)
            all.push_back({what + "/" + std::to_string(i), tensors[i]});
    };
    note("predicted", model.predict(x));
    nn::set_random_seed(5);
    note("trained", model(x, nn::Mode::train));
    if (y.empty()) return all;
    model.fit(x, y, {.batch_size = 7, .verbose = 0});
    note("weights", model.get_weights());
    std::vector<Tensor> memory;
    for (const Parameter& p : model.optimizer().state()) memory.push_back(p.value());
    note("optimizer", memory);
    return all;
}

std::vector<Tensor> tensors_of(const formats::TensorFile& file, const std::string& group) {
    std::vector<Tensor> tensors;
    for (std::string name = group + "/0"; file.contains(name);
         name = group + "/" + std::to_string(tensors.size()))
        tensors.push_back(file.read(name));
    return tensors;
}

// Names of the classes in a configuration.
void collect_classes(const Config& config, std::set<std::string>& names) {
    if (const Config::List* const list = config.list()) {
        for (const Config& one : *list) collect_classes(one, names);
    }
    if (!config.object()) return;
    for (const auto& [name, value] : *config.object()) {
        if (name == "class_name" && value.text()) names.insert(*value.text());
        collect_classes(value, names);
    }
}

// The classes of the library that files can hold, from the source: a new one must get a case here.
std::set<std::string> known_classes() {
    const std::string source =
        shikumi_test::contents(fs::path(SHIKUMI_TEST_SOURCE_DIR) / "nn/io/architecture.cpp");
    const std::size_t begin = source.find("known = classes<"), end = source.find(">()", begin);
    REQUIRE(end != std::string::npos);
    const std::string list = source.substr(begin + 15, end - begin - 15);
    const std::regex word(R"(\w+)");
    std::set<std::string> names{std::sregex_token_iterator(list.begin(), list.end(), word), {}};
    names.insert({"InputLayer", "Functional"});
    names.erase("Lambda");  // holds a function of one's own, so no file can hold it
    return names;
}

void save_all(const fs::path& folder) {
    nn::register_layer<Stretch>();
    std::set<std::string> saved;
    for (const Saved& one : all_models()) {
        INFO(one.name << ": " << one.model->summary());
        collect_classes(nn::architecture(*one.model), saved);
        const fs::path file = folder / (one.name + ".safetensors");
        nn::save(*one.model, file);
        std::vector<formats::NamedTensor> noted = doings(*one.model, one.x, one.y);
        for (std::size_t i = 0; i < one.x.size(); ++i)
            noted.push_back({"x/" + std::to_string(i), one.x[i]});
        for (std::size_t i = 0; i < one.y.size(); ++i)
            noted.push_back({"y/" + std::to_string(i), one.y[i]});
        formats::write_safetensors(folder / (one.name + ".noted"), noted);
    }
    for (const std::string& name : known_classes()) {
        INFO("no model here has a layer " << name);
        CHECK(saved.contains(name));
    }
}

void load_all(const fs::path& folder) {
    nn::register_layer<Stretch>();
    std::size_t loaded = 0;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() != ".safetensors") continue;
        const std::shared_ptr<nn::Model> model = nn::load(entry.path());
        INFO(entry.path().filename() << ": " << model->summary());
        const formats::SafetensorsFile noted(fs::path(entry.path()).replace_extension(".noted"));
        for (const formats::NamedTensor& now :
             doings(*model, tensors_of(noted, "x"), tensors_of(noted, "y"))) {
            INFO(now.name);
            const formats::StoredTensor before = noted.read_stored(now.name);
            CHECK(before.shape() == now.value.shape());
            CHECK(before.type() == now.value.type());
            CHECK(std::ranges::equal(before.bytes(), now.value.bytes()));
        }
        ++loaded;
    }
    CHECK(loaded > 100);
}

void in_child(const std::function<void(const fs::path&)>& f) {
    if (const char* const folder = std::getenv(child_folder)) f(folder);
}

}  // namespace

TEST_CASE("save each layer", "[.child]") { in_child(save_all); }
TEST_CASE("load each layer", "[.child]") { in_child(load_all); }
TEST_CASE("load a class that isn't registered", "[.child]") {
    in_child([](const fs::path& folder) {
        const fs::path file = folder / (std::string(own_class) + ".safetensors");
        CHECK_THROWS_WITH(nn::load(file), shikumi_test::contains("Stretch") &&
                                              shikumi_test::contains("register_layer"));
    });
}

TEST_CASE("each layer is loaded by a fresh process and gives the same bits", "[nn][io]") {
    const shikumi_test::TemporaryFolder folder;
    const fs::path said = folder.path() / "said.txt";
    for (const char* const test :
         {"save each layer", "load each layer", "load a class that isn't registered"}) {
        const bool passed =
            shikumi_test::test_passes(test, {{child_folder, folder.path().string()}}, said);
        INFO(test << '\n' << shikumi_test::contents(said));
        CHECK(passed);
    }
}
