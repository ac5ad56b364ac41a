#include <shikumi/nn/io/model_checkpoint.hpp>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <vector>

#include <shikumi/autograd/core/decimal.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/callbacks/detail/watched.hpp>
#include <shikumi/nn/io/detail/file_pattern.hpp>
#include <shikumi/nn/io/detail/write_beside.hpp>
#include <shikumi/nn/io/detail/writing.hpp>

namespace shikumi::nn {

namespace {

namespace fs = std::filesystem;

constexpr auto who = "ModelCheckpoint";

// ".safetensors" and what Keras reads; weights alone have ".weights" before that.
std::string checked_path(std::string path, bool weights_only) {
    const bool of_weights = path.ends_with(".weights.safetensors") || path.ends_with(".weights.h5");
    const bool of_models = path.ends_with(".safetensors") || path.ends_with(".keras") ||
                           (path.ends_with(".h5") && !of_weights);
    if (weights_only ? !of_weights : !of_models)
        fail<ValueError>(who, "a file of ", weights_only ? "weights" : "models", " ends in ",
                         weights_only ? "'.weights.safetensors' or '.weights.h5'"
                                      : "'.safetensors', '.keras' or '.h5'",
                         ", got '", path, "'");
    return path;
}

Model& model_of(const Run& run) {
    auto* const model = dynamic_cast<Model*>(&run.model());
    if (!model) fail<StateError>(who, "'", run.model().name(), "' is no nn::Model");
    return *model;
}

}  // namespace

struct ModelCheckpoint::State final : Hooks {
    State(std::string path, const ModelCheckpointOptions& o)
        : pattern(who, checked_path(std::move(path), o.save_weights_only)),
          options(o),
          watched(who, o.monitor, o.mode, 0),
          best(o.initial_value_threshold) {
        if (o.keep < 0) fail<ValueError>(who, "keep must not be negative, got ", o.keep);
    }

    void on_train_begin(Run& run) override {
        if (options.save_best_only) watched.resolve_mode();
        const std::vector<std::string>& planned = run.plan().names;
        for (const std::string& name : pattern.names()) {
            if (planned.empty() || is_number(name)) continue;
            std::vector<std::string> known = planned;
            known.insert(known.end(), run.plan().added.begin(), run.plan().added.end());
            if (std::ranges::find(known, name) == known.end()) refuse(name);
        }
    }
    void on_train_batch_end(Run& run) override {
        if (options.save_freq.due() && wanted(run)) save_model(run);
    }
    void on_epoch_end(Run& run) override {
        if (options.save_freq.each_epoch() && wanted(run)) save_model(run);
    }
    void visit_state(StateFields& fields) override {
        fields("best", best)("written", written)("save_freq", options.save_freq);
    }

    bool wanted(const Run& run) {
        if (!options.save_best_only) return true;
        const double* const now = run.logs().find(options.monitor);
        if (!now) {
            run.print(sentence("ModelCheckpoint: '", options.monitor,
                               "' isn't logged, so each model is saved"));
            return true;
        }
        const std::optional<double> before = best;
        const bool better = watched.better(*now, before);
        if (better) best = *now;
        if (options.verbose > 0) {
            const std::string from = before ? shikumi::detail::fixed(*before, 5) : "None";
            run.print(sentence("\nEpoch ", run.epoch() + 1, ": ", options.monitor,
                               better ? " improved from " : " did not improve from ", from,
                               better ? " to " + shikumi::detail::fixed(*now, 5) : std::string()));
        }
        return better;
    }

    void save_model(Run& run) {
        const std::string path = path_for(run);
        std::error_code error;
        if (const fs::path folder = fs::path(path).parent_path(); !folder.empty())
            fs::create_directories(folder, error);  // where it fails, so does the file
        if (options.verbose > 0)
            run.print(sentence("\nEpoch ", run.epoch() + 1, ": saves the model to ", path));
        std::erase(written, path);
        written.push_back(path);
        std::vector<std::string> old;
        while (options.keep > 0 && written.size() > static_cast<std::size_t>(options.keep)) {
            old.push_back(std::move(written.front()));
            written.erase(written.begin());
        }
        const auto write = options.save_weights_only ? detail::weights_writing(model_of(run), path)
                                                     : detail::model_writing(model_of(run), path);
        detail::write_beside(run, [write, old = std::move(old)] {
            write();
            std::error_code ignored;
            for (const std::string& file : old) fs::remove(file, ignored);
        });
    }

    std::string path_for(const Run& run) const {
        return pattern.filled([&](const std::string& name) -> detail::FilePattern::Number {
            if (name == "epoch") return Index{run.epoch()} + 1;
            if (is_number(name)) return run.batch() + 1;
            if (const double* const number = run.logs().find(name)) return *number;
            refuse(name);
        });
    }
    bool is_number(const std::string& name) const {
        return name == "epoch" || (name == "batch" && !options.save_freq.each_epoch());
    }
    [[noreturn]] void refuse(const std::string& name) const {
        fail<ValueError>(who, "there is no number for {", name, "} in the name of the file");
    }

    detail::FilePattern pattern;
    ModelCheckpointOptions options;
    detail::Watched watched;
    std::optional<double> best;
    std::vector<std::string> written;  // the files, in the order of their last writing
};

ModelCheckpoint::ModelCheckpoint(std::string path, const ModelCheckpointOptions& options)
    : Callback(std::make_shared<State>(std::move(path), options), who) {}

ModelCheckpoint::State& ModelCheckpoint::state() const { return static_cast<State&>(hooks()); }

std::optional<double> ModelCheckpoint::best() const { return state().best; }

}  // namespace shikumi::nn
