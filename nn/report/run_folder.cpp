#include <shikumi/nn/report/run_folder.hpp>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <system_error>

#include <shikumi/autograd/core/decimal.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/new_file.hpp>
#include <shikumi/formats/safetensors.hpp>
#include <shikumi/nn/callbacks/detail/watched.hpp>
#include <shikumi/nn/callbacks/detail/weights.hpp>
#include <shikumi/nn/io/architecture.hpp>
#include <shikumi/nn/io/json.hpp>
#include <shikumi/nn/io/state_dict.hpp>
#include <shikumi/nn/models/model.hpp>
#include <shikumi/nn/report/detail/run_report.hpp>
#include <shikumi/nn/report/environment.hpp>
#include <shikumi/nn/tools/plot_model.hpp>
#include <shikumi/nn/training/compile_config.hpp>

namespace shikumi::nn {

namespace {

namespace fs = std::filesystem;
constexpr double share_of_time = 0.02;  // that files of a running training may take
constexpr Index watched_in_epoch = 64, watched_at_most_every = 8;  // steps

double seconds_now() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double>(now).count();
}

std::string local_time(const char* format) {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    localtime_r(&now, &parts);
    char text[32];
    return {text, std::strftime(text, sizeof text, format, &parts)};
}

void write(const fs::path& file, std::string_view text) {
    shikumi::detail::NewFile out("RunFolder", file);
    out.write(text);
    out.keep();
}

// A name that no other training has taken: "name", "name-2", …
fs::path new_folder(const RunFolderOptions& options) {
    const std::string name = options.name.empty() ? local_time("%Y-%m-%d-%H-%M-%S") : options.name;
    std::error_code error;
    fs::create_directories(options.folder, error);
    for (int number = 1; !error; ++number) {
        const fs::path path =
            fs::path(options.folder) / (number == 1 ? name : name + "-" + std::to_string(number));
        if (fs::create_directory(path, error)) return path;
    }
    fail<IoError>("RunFolder", "can't make a folder in '", options.folder, "': ", error.message());
}

// A line an epoch, with the digits that read back; what wasn't logged then is empty.
std::string csv_of(const Curves& curves) {
    std::map<double, std::map<std::string, double>> rows;
    std::string text = "epoch";
    for (const plot::Series& line : curves.lines()) {
        text += "," + line.name;
        for (std::size_t i = 0; i < line.values.size(); ++i)
            rows[line.x[i]][line.name] = line.values[i];
    }
    text += "\n";
    for (const auto& [epoch, numbers] : rows) {
        text += shikumi::detail::shortest(epoch);
        for (const plot::Series& line : curves.lines()) {
            const auto found = numbers.find(line.name);
            text += "," + (found == numbers.end() ? "" : shikumi::detail::shortest(found->second));
        }
        text += "\n";
    }
    return text;
}

// Under the names by which load_weights finds them; `values` are in the order of get_weights.
void write_weights(const fs::path& file, Model& model, const std::vector<Tensor>& values) {
    std::vector<formats::NamedTensor> tensors;
    for (const auto& [name, value] : state_dict(model))
        tensors.push_back({name, formats::StoredTensor(values[tensors.size()])});
    formats::write_safetensors(file, tensors);
}

std::string monitor_of(const RunFolderOptions& options, const Run& run) {
    if (!options.monitor.empty()) return options.monitor;
    for (const char* name : {"val_loss", "loss"}) {
        const std::vector<std::string>& names = run.plan().names;
        if (std::find(names.begin(), names.end(), name) != names.end()) return name;
    }
    return {};
}

// What a file can't hold, such as a layer of one's own without get_config, is said instead.
template <class F>
Config if_possible(F&& describe) {
    try {
        return describe();
    } catch (const Error& e) {
        return {{"unknown", e.what()}};
    }
}

Config config_of(const Run& run) {
    Config training = Config::Object{};
    training.set("epochs", run.plan().epochs);
    training.set("steps", run.steps());
    Config on = Config::Object{};
    for (const auto& [name, value] : environment()) on.set(name, value);
    Config all = {{"architecture", if_possible([&] { return architecture(run.model()); })}};
    auto* const model = dynamic_cast<Model*>(&run.model());
    if (model && model->compiled())
        all.set("compile",
                if_possible([&] { return to_config(*model->compiled(), model->output_names()); }));
    all.set("training", training);
    all.set("environment", on);
    return all;
}

}  // namespace

struct RunFolder::State final : Hooks {
    explicit State(const RunFolderOptions& o) : options(o) {}

    void on_train_begin(Run& run) override {
        path.clear();
        best_weights.clear();
        record = {.started = local_time("%Y-%m-%d %H:%M:%S"),
                  .monitor = monitor_of(options, run),
                  .classes = options.class_names};
        watched.reset();
        if (!record.monitor.empty())
            watched.emplace("RunFolder", record.monitor, options.mode, 0).resolve(run);
        begun = seconds_now();
        before = spent = 0;
        batches = 0;
    }

    // Not earlier: a training that goes on knows its folder by now.
    void on_epoch_begin(Run& run) override {
        if (made) return;
        made = true;
        if (path.empty()) path = new_folder(options);
        record.config = config_of(run);
        record.files = {"metrics.csv", "config.json"};
        write(path / "config.json", to_json(record.config, {.indent = 2}) + "\n");
        write(path / "report.html", detail::run_report(record, run, false));
    }

    void on_train_batch_begin(Run& run) override {
        const Index every = std::max(run.steps() / watched_in_epoch, watched_at_most_every);
        if (batches++ % every == 0) run.watch_gradients();
    }
    void on_train_batch_end(Run& run) override {
        if (run.gradient_norms().size() == 0) return;
        const auto done = static_cast<double>(run.batch() + 1);
        const double all = run.steps() > 0 ? static_cast<double>(run.steps()) : done + 100;
        record.gradients.add(run.epoch() + done / all, run.gradient_norms());
    }

    void on_epoch_end(Run& run) override {
        const double start = seconds_now();
        record.epochs = run.epoch() + 1;
        record.curves.add(record.epochs, run.logs());
        add_learning_rate(run);
        if (watched) keep_if_best(run);
        if (spent <= share_of_time * (before + start - begun)) write_all(run, false);
        spent += seconds_now() - start;
    }

    void on_train_end(Run& run) override {
        if (made) write_all(run, true);
        made = false;
    }

    void visit_state(StateFields& fields) override {
        std::string folder = path.string();
        double seconds = before + seconds_now() - begun;
        fields("path", folder)("seconds", seconds)("spent", spent)("batches", batches);
        fields("started", record.started)("epochs", record.epochs)("curves", record.curves);
        fields("gradients", record.gradients)("best", record.best);
        fields("best_epoch", record.best_epoch)("best_weights", best_weights);
        if (!fields.reading()) return;
        path = folder;
        before = seconds;
        begun = seconds_now();
    }

    // Where an optimiser is used, and nobody has logged it.
    void add_learning_rate(Run& run) {
        if (run.logs().find("learning_rate") || !run.has_optimizer()) return;
        const optim::Optimizer& optimizer = run.optimizer();
        if (optimizer.iterations() > 0)
            record.curves.add(record.epochs, "learning_rate", optimizer.learning_rate());
    }

    void keep_if_best(Run& run) {
        const std::optional<double> now = watched->value(run);
        if (!now || !watched->better(*now, record.best)) return;
        record.best = now;
        record.best_epoch = record.epochs;
        best_weights = detail::copied_weights(run.model());
    }

    void write_all(Run& run, bool over) {
        record.seconds = before + seconds_now() - begun;
        write(path / "metrics.csv", csv_of(record.curves));
        if (auto* const model = dynamic_cast<Model*>(&run.model())) {
            write(path / "model.svg", plot_model(*model).text());
            write_weights(path / "last.safetensors", *model, model->get_weights());
            if (!best_weights.empty())
                write_weights(path / "best.safetensors", *model, best_weights);
        }
        record.files.clear();
        for (const char* file :
             {"metrics.csv", "config.json", "model.svg", "best.safetensors", "last.safetensors"})
            if (fs::exists(path / file)) record.files.emplace_back(file);
        write(path / "report.html", detail::run_report(record, run, over));
    }

    RunFolderOptions options;
    fs::path path;
    detail::RunRecord record;
    std::optional<detail::Watched> watched;
    std::vector<Tensor> best_weights;
    bool made = false;                        // the folder
    double begun = 0, before = 0, spent = 0;  // seconds: a moment; of an earlier process; on files
    Index batches = 0;
};

RunFolder::RunFolder(const RunFolderOptions& options)
    : Callback(std::make_shared<State>(options), "RunFolder") {}

std::string RunFolder::path() const { return static_cast<State&>(hooks()).path; }

}  // namespace shikumi::nn
