#include <shikumi/nn/training/resume.hpp>

#include <memory>
#include <optional>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/io/detail/backup_file.hpp>
#include <shikumi/nn/training/training_state.hpp>

namespace shikumi::nn {

namespace {

// Called after all other callbacks: what it writes is the whole state.
struct Keeper final : Hooks {
    Keeper(const std::string& folder, const ResumeOptions& o)
        : file("resume", folder, "training.safetensors"), options(o) {}

    void on_train_begin(Run& run) override {
        if (const std::optional<SavedState> found = file.read(run)) restore_training(run, *found);
    }
    void on_train_batch_end(Run& run) override {
        if (options.save_freq.due()) keep(run);
    }
    void on_epoch_end(Run& run) override { keep(run); }
    void visit_state(StateFields& fields) override { fields("save_freq", options.save_freq); }

    void keep(const Run& run) const { file.write(run, training_state(run), true); }

    detail::BackupFile file;
    ResumeOptions options;
};

}  // namespace

Resume::Resume(std::string folder, const ResumeOptions& options, int)
    : callback_(Callback(std::make_shared<Keeper>(folder, options), "resume")) {}

}  // namespace shikumi::nn
