// The kind "screens": summaries and progress, byte by byte.
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <regex>
#include <sstream>

#include "cases.hpp"
#include "compare.hpp"
#include "readers.hpp"

namespace shikumi::golden {

namespace {

using nn::SummaryStyle;

void compare_text(const std::string& got, const std::string& expected) {
    if (got == expected) return;
    const auto at = static_cast<std::size_t>(
        std::mismatch(got.begin(), got.end(), expected.begin(), expected.end()).first -
        got.begin());
    const std::size_t from = at < 40 ? 0 : at - 40;
    const auto part = [&](const std::string& text) {
        return json(text.substr(std::min(from, text.size()), 120))
            .dump(-1, ' ', true, json::error_handler_t::replace);
    };
    throw Different("byte " + std::to_string(at) + ": got " + part(got) + ", expected " +
                    part(expected));
}

// ---- summaries ----------------------------------------------------------------------------------

using ModelPointer = std::unique_ptr<nn::Model>;

template <class... L>
ModelPointer chain(const char* name, L... layers) {
    auto model = std::make_unique<nn::Sequential>(name);
    (model->add(std::move(layers)), ...);
    return model;
}

template <class L>
L named(const char* name, L layer) {
    layer.set_default_name(name);
    return layer;
}

ModelPointer lecture() {
    return chain("sequential", named("dense", nn::Dense(64, {.input_dim = 4})),
                 named("dense_1", nn::Dense(3)));
}

ModelPointer cnn() {
    return chain("sequential", nn::Input({28, 28, 1}), named("conv2d", nn::Conv2D(32, 3)),
                 named("max_pooling2d", nn::MaxPooling2D(2)),
                 named("conv2d_1", nn::Conv2D(64, 3, {.padding = Padding::same})),
                 named("flatten", nn::Flatten()), named("dropout", nn::Dropout(0.5)),
                 named("dense", nn::Dense(1000)), named("dense_1", nn::Dense(10)));
}

ModelPointer batch_norm() {
    return chain("with_batch_norm", named("dense", nn::Dense(16, {.input_dim = 7})),
                 named("batch_normalization", nn::BatchNormalization()),
                 named("activation", nn::Activation(nn::relu)), named("dense_1", nn::Dense(1)));
}

// Sequences have a length here. One of four digits takes the room of Keras's "None".
constexpr Index long_sequence = 1234;

ModelPointer recurrent() {
    return chain(
        "sequential", nn::Input({long_sequence}, {.dtype = i64}),
        named("embedding", nn::Embedding(5000, 32)),
        named("bidirectional", nn::Bidirectional(nn::LSTM(24, {.return_sequences = true}))),
        named("gru", nn::GRU(16)), named("dense", nn::Dense(2)));
}

ModelPointer functional() {
    const nn::Input left({8}, {.name = "left"}), right({6}, {.name = "right"});
    const auto a = left | named("dense_left", nn::Dense(4));
    const auto b = right | named("dense_right", nn::Dense(4));
    const auto join = nn::connect(named("join", nn::Concatenate()), {a, b});
    return std::make_unique<nn::Model>(nn::SymbolicTensors{left, right},
                                       nn::SymbolicTensors{join | named("value", nn::Dense(1)),
                                                           join | named("label", nn::Dense(3))},
                                       "two_in_two_out");
}

ModelPointer residual() {
    const nn::Input input({16}, {.name = "input"});
    const auto a = input | named("a", nn::Dense(16));
    const auto b = a | named("b", nn::Dense(16));
    const auto sum = nn::connect(named("sum", nn::Add()), {input, a, b});
    return std::make_unique<nn::Model>(input, sum | named("out", nn::Dense(2)), "residual");
}

ModelPointer nested() {
    nn::Sequential encoder("encoder");
    encoder.add(named("e1", nn::Dense(8, {.input_dim = 10})));
    encoder.add(named("e2", nn::Dense(4)));
    const nn::Input code({4}, {.name = "code"});
    nn::Model decoder(code, code | named("d1", nn::Dense(8)) | named("d2", nn::Dense(10)),
                      "decoder");
    auto model = std::make_unique<nn::Sequential>("autoencoder");
    model->add(nn::Input({10}));
    model->add(std::move(encoder));
    model->add(std::move(decoder));
    return model;
}

ModelPointer frozen() {
    auto model = std::make_unique<nn::Sequential>("frozen");
    model->add(named("fixed", nn::Dense(7, {.input_dim = 5})));
    model->add(named("bn", nn::BatchNormalization()));
    model->add(named("free", nn::Dense(2)));
    model->layers()[0]->set_trainable(false);
    return model;
}

ModelPointer long_names() {
    return chain("long_names",
                 named("a_very_long_name_for_a_hidden_layer_that_has_to_wrap",
                       nn::Dense(100, {.input_dim = 12})),
                 named("huge", nn::Dense(1234567)), named("x", nn::Dense(1)));
}

ModelPointer unbuilt() {
    return chain("unbuilt", named("dense", nn::Dense(3)), named("dense_1", nn::Dense(2)));
}

ModelPointer trained(const optim::Optimizer& optimizer) {
    ModelPointer model = chain("trained", named("dense", nn::Dense(8, {.input_dim = 4})),
                               named("dense_1", nn::Dense(1)));
    model->compile({.optimizer = optimizer, .loss = nn::mean_squared_error});
    model->fit(ones({4, 4}), ones({4, 1}), {.verbose = 0});
    return model;
}

ModelPointer states() {
    const nn::Input input({6, 5}, {.name = "input"});
    const auto outputs = nn::connect_all(
        named("lstm", nn::LSTM(3, {.return_sequences = true, .return_state = true})), {input});
    return std::make_unique<nn::Model>(input, nn::SymbolicTensors(outputs), "states");
}

ModelPointer read_model(const std::string& name) {
    static const std::map<std::string, std::function<ModelPointer()>> models{
        {"lecture", lecture},
        {"cnn", cnn},
        {"batch_norm", batch_norm},
        {"recurrent", recurrent},
        {"functional", functional},
        {"residual", residual},
        {"nested", nested},
        {"frozen", frozen},
        {"long_names", long_names},
        {"unbuilt", unbuilt},
        {"trained_adam", [] { return trained(optim::Adam()); }},
        {"trained_sgd", [] { return trained(optim::SGD()); }},
        {"states", states}};
    const auto found = models.find(name);
    if (found == models.end()) throw Unknown("model " + name);
    return found->second();
}

// The first columns of each line: what a terminal shows of Keras 3's table.
std::string cropped(const std::string& text, std::size_t columns) {
    std::istringstream lines(text);
    std::string shown;
    for (std::string line; std::getline(lines, line); shown += '\n') {
        std::size_t seen = 0;
        for (const char c : line) {
            if ((static_cast<unsigned char>(c) & 0xC0) != 0x80 && ++seen > columns) break;
            shown += c;
        }
    }
    return shown;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
        text.replace(at, what.size(), by);
    return text;
}

void run_summary(const json& theme, const json& c, SummaryStyle style) {
    const json& arguments = c.at("arguments");
    nn::SummaryOptions options{.style = style,
                               .line_length = arguments.value("line_length", 0),
                               .positions = arguments.value("positions", std::vector<double>()),
                               .expand_nested = arguments.value("expand_nested", false),
                               .show_trainable = arguments.value("show_trainable", false)};
    const ModelPointer model = read_model(c.at("model"));
    if (c.contains("error") && !c.at("error").is_null()) {
        try {
            model->summary(options);
        } catch (const StateError&) {
            return;
        }
        throw Different("no error");
    }
    std::string got = model->summary(options);
    if (c.at("model") == "recurrent") got = replaced(got, std::to_string(long_sequence), "None");
    if (style == SummaryStyle::keras3) {
        got = cropped(got, theme.at("columns"));
        // Learning rate and count of updates take 8 bytes each here, 4 and 8 there.
        for (const auto& [ours, keras] : {std::pair("149 (604.00 B)", "149 (600.00 B)"),
                                          {"100 (408.00 B)", "100 (404.00 B)"},
                                          {"51 (212.00 B)", "51 (208.00 B)"},
                                          {"2 (16.00 B)", "2 (12.00 B)"}})
            got = replaced(got, ours, keras);
    }
    std::string expected = c.at("print_fn");
    while (!expected.empty() && expected.back() == '\n') expected.pop_back();
    compare_text(got, expected + "\n");
}

// ---- progress -----------------------------------------------------------------------------------

// A clock that moves before each batch's end is shown.
struct Clock final : nn::Hooks {
    explicit Clock(const json& steps)
        : train(steps.at("train")), test(steps.at("test")), predict(steps.at("predict")) {}
    void on_train_batch_end(nn::Run&) override { now += train; }
    void on_test_batch_end(nn::Run&) override { now += test; }
    void on_predict_batch_end(nn::Run&) override { now += predict; }
    double train, test, predict, now = 1000;
};

ModelPointer shown_model() {
    ModelPointer model =
        chain("sequential",
              nn::Dense(4, {.activation = nn::activation("tanh"),
                            .kernel_initializer = nn::ones_init(),
                            .input_dim = 3}),
              nn::Dense(3, {.activation = nn::softmax, .kernel_initializer = nn::zeros_init()}));
    model->compile({.optimizer = optim::SGD({.learning_rate = 0.1}),
                    .loss = nn::sparse_categorical_crossentropy,
                    .metrics = {nn::accuracy}});
    return model;
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

struct Show {
    Show(const json& theme, const json& c, nn::ProgressStyle style, std::ostream& out)
        : about(c.at("about")), clock(std::make_shared<Clock>(c.at("seconds_per_batch"))) {
        const json& data = theme.at("data");
        x = reshape(tensor(read_numbers(data.at("x"))).cast(f32), {20, 3});
        y = tensor(read_numbers(data.at("y"))).cast(i64);
        const int verbose = has(about, "verbose=0") ? 0 : has(about, "verbose=2") ? 2 : 1;
        options.batch_size = 4;
        options.epochs = has(about, "two epochs") || has(about, "Scheduler") ? 2 : 1;
        options.verbose = verbose;
        options.shuffle = false;
        options.out = &out;
        options.callbacks = {clock};
        progress = nn::Progress({.style = style,
                                 .verbose = verbose,
                                 .terminal = true,
                                 .columns = 0,
                                 .clock = [ticking = clock] { return ticking->now; }});
        if (has(about, "validation"))
            options.validation_data = nn::ValidationData(slice(x, 0, {0, 8}), slice(y, 0, {0, 8}));
    }

    void run() {
        const ModelPointer model = shown_model();
        if (has(about, "evaluate") || has(about, "predict")) return measure(*model);
        if (has(about, "EarlyStopping")) {
            options.epochs = 3;
            options.callbacks.push_back(nn::ReduceLROnPlateau(
                {.monitor = "loss", .patience = 1, .verbose = 1, .min_delta = 1}));
            options.callbacks.push_back(nn::EarlyStopping({.monitor = "loss",
                                                           .min_delta = 1,
                                                           .patience = 2,
                                                           .verbose = 1,
                                                           .restore_best_weights = true}));
        }
        if (has(about, "Scheduler"))
            options.callbacks.push_back(nn::LearningRateScheduler(
                [](int epoch) { return epoch == 0 ? 0.1 : 0.05; }, {.verbose = 1}));
        if (has(about, "initial_epoch 3 of 4, steps_per_epoch 2")) {
            options.epochs = 4;
            options.initial_epoch = 3;
            options.steps_per_epoch = 2;
        }
        options.callbacks.push_back(*progress);
        if (!has(about, "generator")) {
            model->fit(x, y, options);
            return;
        }
        Index row = 0;
        model->fit(
            nn::BatchSource([&]() -> std::optional<nn::Batch> {
                if (row == 12) return std::nullopt;
                row += 4;
                return nn::Batch{{slice(x, 0, {row - 4, row})}, {slice(y, 0, {row - 4, row})}};
            }),
            options);
    }

    void measure(nn::Model& model) {
        options.callbacks.push_back(*progress);
        if (has(about, "evaluate"))
            model.evaluate(
                x, y,
                nn::EvaluateOptions{
                    .batch_size = 4, .callbacks = options.callbacks, .out = options.out});
        else
            model.predict(x,
                          nn::PredictOptions{
                              .batch_size = 4, .callbacks = options.callbacks, .out = options.out});
    }

    std::string about;
    std::shared_ptr<Clock> clock;
    Tensor x, y;
    nn::FitOptions options;
    std::optional<nn::Progress> progress;
};

// Rates are kept in float64 here, so they print with other digits.
std::string same_rates(const std::string& text) {
    static const std::regex rate("(setting|reducing) learning rate to ([0-9.e-]*[0-9])");
    std::string same;
    std::sregex_iterator found(text.begin(), text.end(), rate);
    std::size_t end = 0;
    for (; found != std::sregex_iterator(); ++found) {
        same += text.substr(end, static_cast<std::size_t>(found->position(2)) - end);
        std::ostringstream digits;
        digits << std::stod((*found)[2]);  // six of them
        same += digits.str();
        end = static_cast<std::size_t>(found->position(2) + found->length(2));
    }
    return same + text.substr(end);
}

void run_progress(const json& theme, const json& c, nn::ProgressStyle style) {
    std::ostringstream out;
    json whole = theme;
    if (!whole.contains("data")) throw Unknown("no data");
    Show(whole, c, style, out).run();
    compare_text(same_rates(out.str()), same_rates(c.at("text")));
}

// On a pseudo-terminal each newline becomes CR LF. Keras lets lines that are wider than the
// terminal wrap, here they are shortened: the case is run as if the terminal were wide enough.
void run_terminal(const json& c, nn::ProgressStyle style) {
    std::ostringstream out;
    static const json data = json::parse(R"({
        "x": [-0.8, -1.32, -0.25, 0.42, 1.14, 0.11, -0.55, -0.78, 0.75, 1.63, 0.27, -1.23, -0.96,
              1.6, 0.2, -1.73, -0.08, -1.16, -0.63, -0.49, -0.71, 0.55, -0.06, -0.59, 0.41, 0.83,
              -1.64, -0.26, -0.98, -0.17, -1.29, 0.02, -0.04, -0.3, -1.05, -0.4, -1.09, -1.36, 0.22,
              -1.11, 1.17, 0.72, -2, 0.27, -1.1, 0.03, 0.04, -1.99, -0.23, -0.26, 0.96, -1.18, 0.74,
              -1.1, -0.33, -0.84, 1.45, 0.57, 2.43, 0.64],
        "y": [2, 2, 1, 1, 2, 0, 1, 1, 1, 0, 0, 2, 2, 1, 2, 1, 0, 2, 0, 0]})");
    Show({{"data", data}}, c, style, out).run();
    compare_text(replaced(out.str(), "\n", "\r\n"), c.at("text"));
}

void run_screens(const json& theme, const json& c) {
    const std::string name = theme.at("name");
    const bool second = name.rfind("keras2", 0) == 0;
    const nn::ProgressStyle style = second ? nn::ProgressStyle::lecture : nn::ProgressStyle::keras3;
    if (has(name, "summary"))
        return run_summary(theme, c, second ? SummaryStyle::classic213 : SummaryStyle::keras3);
    if (has(name, "terminal")) return run_terminal(c, style);
    run_progress(theme, c, style);
}

const Kind screens("screens", run_screens);

}  // namespace

}  // namespace shikumi::golden
