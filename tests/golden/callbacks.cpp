// The kind "callbacks": trainings under Keras's callbacks, and the order of the hooks.
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <sstream>

#include <shikumi/nn/io/detail/write_beside.hpp>

#include "cases.hpp"
#include "compare.hpp"
#include "models.hpp"

namespace shikumi::golden {

namespace {

nn::MonitorMode mode(const json& config) {
    const std::string name = config.value("mode", "auto");
    return name == "min"   ? nn::MonitorMode::min
           : name == "max" ? nn::MonitorMode::max
                           : nn::MonitorMode::automatic;
}

nn::EarlyStopping read_early_stopping(const json& c) {
    only(c, "EarlyStopping",
         {"monitor", "min_delta", "patience", "mode", "baseline", "restore_best_weights",
          "start_from_epoch"});
    nn::EarlyStoppingOptions options{.monitor = c.value("monitor", "val_loss"),
                                     .min_delta = c.value("min_delta", 0.0),
                                     .patience = c.value("patience", 0),
                                     .mode = mode(c),
                                     .restore_best_weights = c.value("restore_best_weights", false),
                                     .start_from_epoch = c.value("start_from_epoch", 0)};
    if (c.contains("baseline")) options.baseline = c.at("baseline").get<double>();
    return nn::EarlyStopping(options);
}

nn::ReduceLROnPlateau read_plateau(const json& c) {
    only(c, "ReduceLROnPlateau",
         {"monitor", "factor", "patience", "mode", "min_delta", "cooldown", "min_lr"});
    return nn::ReduceLROnPlateau({.monitor = c.value("monitor", "val_loss"),
                                  .factor = c.value("factor", 0.1),
                                  .patience = c.value("patience", 10),
                                  .mode = mode(c),
                                  .min_delta = c.value("min_delta", 1e-4),
                                  .cooldown = c.value("cooldown", 0),
                                  .min_lr = c.value("min_lr", 0.0)});
}

nn::LearningRateScheduler read_scheduler(const json& c) {
    const json& schedule = c.at("schedule");
    if (schedule.contains("table"))
        return nn::LearningRateScheduler([table = read_numbers(schedule.at("table"))](int epoch) {
            return table.at(static_cast<std::size_t>(epoch));
        });
    return nn::LearningRateScheduler([factor = schedule.at("multiply").get<double>()](
                                         int, double rate) { return factor * rate; });
}

// What a case watches besides the history.
struct Watch final : nn::Hooks {
    void on_epoch_begin(nn::Run& run) override { rates.push_back(run.optimizer().learning_rate()); }
    void on_train_batch_end(nn::Run& run) override {
        batch_losses.push_back(run.logs()["loss"]);
        last_batch = run.batch();
    }
    void on_train_end(nn::Run& run) override {
        for (const auto& entry : run.logs()) keys.push_back(entry.first);
    }

    std::vector<double> rates, batch_losses;
    std::vector<std::string> keys;
    Index last_batch = -1;
};

// A model, its data and how a case is trained.
struct Setting {
    Setting(const json& theme, const json& c)
        : model(read_model(theme.at("model"))), data(theme.at("data")) {
        model->parameters();
        set_weights(*model, theme.at("initial_weights"));
        static const json usual{
            {"optimizer", {{"class_name", "SGD"}, {"config", {{"learning_rate", 0.1}}}}},
            {"loss", "mse"},
            {"metrics", {"mae"}}};
        compiled = c.value("compile", usual);
        model->compile(read_compile(compiled, *model));
        options.batch_size = theme.at("fit").at("batch_size");
        options.shuffle = false;
        options.verbose = 0;
        options.out = &said;
        options.epochs = c.value("epochs", 1);
        options.initial_epoch = c.value("initial_epoch", 0);
        if (c.value("validation", false))
            options.validation_data = nn::ValidationData(array("x_val"), array("y_val"));
    }
    Tensor array(const std::string& key) const { return read_tensor(data.at(key)); }
    nn::History fit() { return model->fit(array("x"), array("y"), options); }

    std::unique_ptr<nn::Model> model;
    const json& data;
    json compiled;
    nn::FitOptions options;
    std::ostringstream said;
};

void compare_keys(const std::vector<std::string>& got, const json& expected) {
    if (got != expected.get<std::vector<std::string>>())
        throw Different("keys of the logs: expected " + expected.dump());
}

void compare_training(const nn::History& history, const Watch& watch, const json& expected,
                      double tolerance) {
    if (history.epoch != expected.at("epoch").get<std::vector<int>>())
        throw Different("got " + std::to_string(history.epoch.size()) + " epochs, expected " +
                        expected.at("epoch").dump());
    if (expected.contains("history_keys")) compare_keys(watch.keys, expected.at("history_keys"));
    for (const auto& [name, values] : expected.at("history").items())
        compare_numbers(name, history.history.at(name), read_numbers(values), tolerance);
    if (expected.contains("params") && history.params.steps != expected.at("params").at("steps"))
        throw Different("steps: got " + std::to_string(history.params.steps));
    if (expected.contains("learning_rates_at_epoch_begin"))
        compare_numbers("learning rates", watch.rates,
                        read_numbers(expected.at("learning_rates_at_epoch_begin")), tolerance);
}

// ---- by class -----------------------------------------------------------------------------------

void compare_fields(const nn::EarlyStopping& stopping, const json& expected, double tolerance) {
    const auto same = [&](const char* key, int got) {
        if (got != expected.at(key))
            throw Different(std::string(key) + ": got " + std::to_string(got) + ", expected " +
                            expected.at(key).dump());
    };
    same("stopped_epoch", stopping.stopped_epoch());
    same("best_epoch", stopping.best_epoch());
    same("wait", stopping.wait());
    compare_number("best", stopping.best().value(), expected.at("best"), tolerance);
}

void compare_fields(const nn::ReduceLROnPlateau& plateau, const json& expected, double tolerance) {
    if (plateau.wait() != expected.at("wait") ||
        plateau.cooldown_counter() != expected.at("cooldown_counter"))
        throw Different("wait " + std::to_string(plateau.wait()) + ", expected " + expected.dump());
    compare_number("best", plateau.best().value(), expected.at("best"), tolerance);
}

// Callbacks that a case lists, then one that watches.
void run_trained(const json& theme, const json& c) {
    Setting setting(theme, c);
    std::optional<nn::EarlyStopping> stopping;
    std::optional<nn::ReduceLROnPlateau> plateau;
    for (const json& callback : c.at("callbacks")) {
        const std::string type = callback.at("class_name");
        const json& config = callback.at("config");
        if (type == "EarlyStopping")
            setting.options.callbacks.push_back(*(stopping = read_early_stopping(config)));
        else if (type == "ReduceLROnPlateau")
            setting.options.callbacks.push_back(*(plateau = read_plateau(config)));
        else if (type == "LearningRateScheduler")
            setting.options.callbacks.push_back(read_scheduler(config));
        else if (type == "SwapEMAWeights")
            setting.options.callbacks.push_back(
                nn::SwapEMAWeights({.swap_on_epoch = config.value("swap_on_epoch", false)}));
        else
            throw Unknown("callback " + type);
    }
    const auto watch = std::make_shared<Watch>();
    setting.options.callbacks.emplace_back(watch);
    const double tolerance = c.at("tolerance");
    const json& expected = c.at("expected");
    compare_training(setting.fit(), *watch, expected, tolerance);
    compare_weights(*setting.model, expected.at("final_weights"), tolerance);
    const json fields = expected.value("callback", json());
    if (fields.contains("stopped_epoch")) compare_fields(stopping.value(), fields, tolerance);
    if (fields.contains("cooldown_counter")) compare_fields(plateau.value(), fields, tolerance);
    if (!expected.contains("averages")) return;
    const std::vector<Parameter> weights = setting.model->parameters();
    for (std::size_t i = 0; i < weights.size(); ++i)
        compare_tensor("average", setting.model->optimizer().slot(weights[i], "average").value(),
                       expected.at("averages")[i], tolerance);
}

void run_terminate(const json& theme, const json& c) {
    Setting setting(theme, c);
    const bool raise = c.at("callbacks")[0].at("config").value("raise_error", false);
    const auto watch = std::make_shared<Watch>();
    setting.options.callbacks = {nn::TerminateOnNaN({.raise_error = raise}), watch};
    const json& expected = c.at("expected");
    if (raise) {
        try {
            setting.fit();
        } catch (const Error&) {
            if (watch->batch_losses.size() == expected.at("batches")) return;
            throw Different("got " + std::to_string(watch->batch_losses.size()) + " batches");
        }
        throw Different("no error");
    }
    // From the seventh batch on, Keras's float32 run has left the same computation in float64 (by
    // NumPy), to which the figures here are closer: they are compared up to there. Nor is the last
    // validation compared, whose weights are NaN in Keras.
    const double tolerance = c.at("tolerance");
    const nn::History history = setting.fit();
    if (history.epoch != expected.at("epoch").get<std::vector<int>>() ||
        watch->batch_losses.size() != expected.at("batches") ||
        watch->last_batch != expected.at("last_batch").at("batch") ||
        !std::isinf(watch->batch_losses.back()) || !std::isinf(history.history.at("loss").back()))
        throw Different("the training ends after batch " +
                        std::to_string(watch->batch_losses.size()));
    for (std::size_t i = 0; i < 6; ++i)
        compare_number("batch loss", watch->batch_losses[i], expected.at("batch_losses").at(i),
                       tolerance);
    for (const auto& [name, values] : expected.at("history").items())
        compare_number(name, history.history.at(name)[0], values[0], tolerance);
}

// ---- CSVLogger ----------------------------------------------------------------------------------

struct File {
    std::string path = (std::filesystem::temp_directory_path() /
                        ("shikumi_golden_" + std::to_string(std::rand()) + ".csv"))
                           .string();
    ~File() { std::remove(path.c_str()); }
    std::string text() const {
        std::ostringstream all;
        all << std::ifstream(path, std::ios::binary).rdbuf();
        return all.str();
    }
};

// Numbers may differ in the digits behind those of float32.
void compare_csv(const std::string& got, const std::string& expected, double tolerance) {
    std::istringstream a(got), b(expected);
    for (std::string g, e; std::getline(b, e);) {
        if (!std::getline(a, g)) throw Different("the file ends before " + e);
        std::istringstream x(g), y(e);
        for (std::string u, v; std::getline(y, v, ',');) {
            std::getline(x, u, ',');
            if (u != v) compare_number("csv", std::stod(u), std::stod(v), tolerance);
        }
    }
}

void run_csv(const json& theme, const json& c) {
    const File file;
    const json& config = c.at("callbacks")[0].at("config");
    const nn::CSVLoggerOptions options{.separator = config.value("separator", ",")[0],
                                       .append = config.value("append", false)};
    if (!c.contains("calls")) {
        Setting setting(theme, c);
        const auto watch = std::make_shared<Watch>();
        setting.options.callbacks = {nn::CSVLogger(file.path, options),
                                     read_plateau(c.at("callbacks")[1].at("config")), watch};
        setting.fit();
        compare_keys(watch->keys, c.at("expected").at("history_keys"));
        return compare_csv(file.text(), c.at("expected").at("text"), c.at("tolerance"));
    }
    if (c.at("before").is_string())
        std::ofstream(file.path, std::ios::binary) << c.at("before").get<std::string>();
    nn::Sequential model{nn::Dense(1)};
    for (const json& calls : c.at("calls")) {
        const nn::CSVLogger logger(file.path, options);
        nn::Run run(model, nullptr, {});
        logger.hooks().on_train_begin(run);
        for (const json& call : calls) {
            run.begin_epoch(call.at("epoch"));
            for (const auto& [name, value] : call.at("logs").items())
                run.log(name, read_number(value));
            logger.hooks().on_epoch_end(run);
        }
        logger.hooks().on_train_end(run);
    }
    if (file.text() != c.at("expected").at("text"))
        throw Different("got " + json(file.text()).dump() + ", expected " +
                        c.at("expected").at("text").dump());
}

// ---- callbacks that write models ----------------------------------------------------------------

struct Folder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("shikumi_golden_" + std::to_string(std::rand()));
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() { std::filesystem::remove_all(path); }
};

// Our files have endings of their own.
std::string with_our_ending(std::string path) {
    for (const auto& [theirs, ours] :
         {std::pair<std::string, std::string>{".weights.h5", ".weights.safetensors"},
          {".keras", ".safetensors"}}) {
        if (path.ends_with(theirs))
            return path.replace(path.size() - theirs.size(), theirs.size(), ours);
    }
    return path;
}

// Writes down which files are there after each batch and epoch, and takes them away. A whole model
// is read back first.
struct WatchFolder final : nn::Hooks {
    explicit WatchFolder(std::filesystem::path folder) : path(std::move(folder)) {}
    void on_train_batch_end(nn::Run& run) override { note(run, run.batch()); }
    void on_epoch_end(nn::Run& run) override { note(run, nullptr); }
    void note(const nn::Run& run, const json& batch) {
        wait_for_files(run);
        for (const auto& entry : std::filesystem::directory_iterator(path)) {
            const std::string name = entry.path().filename().string();
            written.push_back({{"epoch", run.epoch()}, {"batch", batch}, {"file", name}});
            if (name.find(".weights.") == std::string::npos) compare(run, entry.path());
            std::filesystem::remove(entry.path());
        }
    }
    // Keras writes at once; here files are written beside the training, in order.
    static void wait_for_files(const nn::Run& run) {
        const auto written = std::make_shared<std::promise<void>>();
        nn::detail::write_beside(run, [written] { written->set_value(); });
        written->get_future().wait();
    }
    static void compare(const nn::Run& run, const std::filesystem::path& file) {
        const std::vector<Tensor> read = nn::load(file)->get_weights();
        const std::vector<Parameter> weights = run.model().weights();
        for (std::size_t i = 0; i < weights.size(); ++i) {
            if (read.at(i).to_vector<float>() != weights[i].value().to_vector<float>())
                throw Different("weight " + weights[i].name() + " is another one in the file");
        }
    }

    std::filesystem::path path;
    json written = json::array();
};

void run_checkpoint(const json& theme, const json& c) {
    const Folder folder;
    const json& config = c.at("callbacks")[0].at("config");
    only(config, "ModelCheckpoint",
         {"filepath", "save_best_only", "save_weights_only", "monitor", "mode", "save_freq",
          "initial_value_threshold"});
    nn::ModelCheckpointOptions options{
        .monitor = config.value("monitor", "val_loss"),
        .save_best_only = config.value("save_best_only", false),
        .save_weights_only = config.value("save_weights_only", false),
        .mode = mode(config)};
    if (config.contains("save_freq")) options.save_freq = config.at("save_freq").get<Index>();
    if (config.contains("initial_value_threshold"))
        options.initial_value_threshold = config.at("initial_value_threshold").get<double>();
    const std::string name = with_our_ending(config.at("filepath"));
    const nn::ModelCheckpoint checkpoint((folder.path / name).string(), options);
    const auto files = std::make_shared<WatchFolder>(folder.path);
    const auto watch = std::make_shared<Watch>();
    Setting setting(theme, c);
    setting.options.callbacks = {checkpoint, files, watch};
    const nn::History history = setting.fit();
    const json& expected = c.at("expected");
    json written = expected.at("written");
    for (json& file : written) file["file"] = with_our_ending(file.at("file"));
    if (files->written != written)
        throw Different("written: got " + files->written.dump() + ", expected " + written.dump());
    const double tolerance = c.at("tolerance");
    if (expected.at("best").is_null() != !checkpoint.best())
        throw Different("best: expected " + expected.at("best").dump());
    if (checkpoint.best())
        compare_number("best", *checkpoint.best(), expected.at("best"), tolerance);
    for (const auto& [key, values] : expected.at("history").items())
        compare_numbers(key, history.history.at(key), read_numbers(values), tolerance);
}

struct PowerCut final : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// "… is broken off before batch 1 of epoch 2 …".
struct BreakOff final : nn::Hooks {
    explicit BreakOff(const std::string& about) {
        if (std::sscanf(about.substr(about.find("before batch")).c_str(),
                        "before batch %d of epoch %d", &batch, &epoch) != 2)
            throw Unknown("where the training is broken off: " + about);
    }
    void on_train_batch_begin(nn::Run& run) override {
        if (run.epoch() == epoch && run.batch() == batch) throw PowerCut("power cut");
    }

    int batch = 0, epoch = 0;
};

void set_zero(nn::Model& model) {
    for (Parameter weight : model.parameters())
        weight.assign(zeros(weight.shape(), weight.dtype()));
}

// What a training begins with.
struct FirstLook final : nn::Hooks {
    void on_epoch_begin(nn::Run& run) override {
        if (epoch >= 0) return;
        epoch = run.epoch();
        for (const Parameter& weight : run.model().weights()) weights.push_back(weight);
    }

    int epoch = -1;
    std::vector<Tensor> weights;
};

void run_backup(const json& theme, const json& c) {
    const Folder folder;
    const std::filesystem::path backup = folder.path / "backup";
    const json& config = c.at("callbacks")[0].at("config");
    only(config, "BackupAndRestore", {"save_freq", "delete_checkpoint"});
    nn::BackupAndRestoreOptions options{.delete_checkpoint =
                                            config.value("delete_checkpoint", true)};
    if (config.contains("save_freq")) options.save_freq = config.at("save_freq").get<Index>();
    const json& expected = c.at("expected");
    const double tolerance = c.at("tolerance");

    Setting broken(theme, c);
    broken.options.callbacks = {nn::BackupAndRestore(backup.string(), options),
                                BreakOff(c.at("about"))};
    try {
        broken.fit();
        throw Different("the training isn't broken off");
    } catch (const Error&) {
    }
    compare_weights(*broken.model, expected.at("weights_at_crash"), tolerance);

    Setting again(theme, c);
    set_zero(*again.model);
    const auto first = std::make_shared<FirstLook>();
    again.options.callbacks = {nn::BackupAndRestore(backup.string(), options), first};
    const nn::History history = again.fit();
    if (first->epoch != expected.at("resumed_at_epoch"))
        throw Different("resumed at epoch " + std::to_string(first->epoch));
    for (std::size_t i = 0; i < first->weights.size(); ++i)
        compare_tensor("restored weight", first->weights[i], expected.at("restored_weights")[i],
                       tolerance);
    if (history.epoch != expected.at("epoch").get<std::vector<int>>())
        throw Different("epochs: expected " + expected.at("epoch").dump());
    for (const auto& [key, values] : expected.at("history").items())
        compare_numbers(key, history.history.at(key), read_numbers(values), tolerance);
    compare_weights(*again.model, expected.at("final_weights"), tolerance);
    if (std::filesystem::exists(backup) != expected.at("backup_left"))
        throw Different("a backup is left, or isn't");
}

// ---- hooks --------------------------------------------------------------------------------------

// Writes down each hook, its number and the keys of its logs, as Keras passes them.
nn::LambdaCallback recorder(json& hooks) {
    using Function = nn::LambdaCallbackOptions::Function;
    enum class Number { none, epoch, batch };
    const auto note = [&hooks](const char* name, Number number, bool logs) -> Function {
        return [&hooks, name, number, logs](nn::Run& run) {
            json keys = json::array();
            for (const auto& entry : run.logs().by_name()) {
                if (logs && entry.first.rfind("val_", 0) != 0) keys.push_back(entry.first);
            }
            for (const auto& entry : run.logs().by_name()) {
                if (logs && entry.first.rfind("val_", 0) == 0) keys.push_back(entry.first);
            }
            if (std::string(name) == "on_predict_batch_end" && !run.outputs().empty())
                keys.push_back("outputs");
            json index;
            if (number == Number::epoch) index = run.epoch();
            if (number == Number::batch) index = run.batch();
            hooks.push_back({name, index, keys});
        };
    };
    return nn::LambdaCallback(
        {.on_epoch_begin = note("on_epoch_begin", Number::epoch, false),
         .on_epoch_end = note("on_epoch_end", Number::epoch, true),
         .on_train_begin = note("on_train_begin", Number::none, false),
         .on_train_end = note("on_train_end", Number::none, true),
         .on_train_batch_begin = note("on_train_batch_begin", Number::batch, false),
         .on_train_batch_end = note("on_train_batch_end", Number::batch, true),
         .on_test_begin = note("on_test_begin", Number::none, false),
         .on_test_end = note("on_test_end", Number::none, true),
         .on_test_batch_begin = note("on_test_batch_begin", Number::batch, false),
         .on_test_batch_end = note("on_test_batch_end", Number::batch, true),
         .on_predict_begin = note("on_predict_begin", Number::none, false),
         .on_predict_end = note("on_predict_end", Number::none, false),
         .on_predict_batch_begin = note("on_predict_batch_begin", Number::batch, false),
         .on_predict_batch_end = note("on_predict_batch_end", Number::batch, false)});
}

void run_hooks(const json& theme, const json& c) {
    Setting setting(theme, c);
    const json& arguments = c.at("arguments");
    json hooks = json::array();
    const std::vector<nn::Callback> callbacks{recorder(hooks)};
    const Tensor x = setting.array("x"), y = setting.array("y");
    const Index size = setting.options.batch_size;
    if (c.at("call") == "fit") {
        setting.options.callbacks = callbacks;
        setting.options.epochs = arguments.value("epochs", 1);
        setting.options.initial_epoch = arguments.value("initial_epoch", 0);
        setting.options.validation_freq = arguments.value("validation_freq", 1);
        setting.fit();
    } else if (c.at("call") == "evaluate") {
        setting.model->evaluate(x, y,
                                nn::EvaluateOptions{.batch_size = size, .callbacks = callbacks});
    } else {
        setting.model->predict(x, nn::PredictOptions{.batch_size = size, .callbacks = callbacks});
    }
    const json& expected = c.at("expected").at("hooks");
    for (std::size_t i = 0; i < std::max(hooks.size(), expected.size()); ++i) {
        const json got = i < hooks.size() ? hooks[i] : json(),
                   want = i < expected.size() ? expected[i] : json();
        if (got != want)
            throw Different("hook " + std::to_string(i) + ": got " + got.dump() + ", expected " +
                            want.dump());
    }
}

void run_case(const json& theme, const json& c) {
    const std::string name = theme.at("name");
    if (name == "ModelCheckpoint") return run_checkpoint(theme, c);
    if (name == "BackupAndRestore") return run_backup(theme, c);
    if (name == "hooks") return run_hooks(theme, c);
    if (name == "CSVLogger") return run_csv(theme, c);
    if (name == "TerminateOnNaN") return run_terminate(theme, c);
    run_trained(theme, c);
}

void run_callbacks(const json& theme, const json& c) {
    if (!c.contains("error") || theme.at("name") == "TerminateOnNaN") return run_case(theme, c);
    json whole = c;
    whole["tolerance"] = 0;
    whole["expected"] = json::object();
    try {
        run_case(theme, whole);
    } catch (const ValueError&) {
        return;
    }
    throw Different("no error");
}

const Kind callbacks("callbacks", run_callbacks);

}  // namespace

}  // namespace shikumi::golden
