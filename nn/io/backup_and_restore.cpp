#include <shikumi/nn/io/backup_and_restore.hpp>

#include <memory>
#include <optional>

#include <shikumi/nn/io/detail/backup_file.hpp>
#include <shikumi/nn/training/training_state.hpp>

namespace shikumi::nn {

namespace {

constexpr auto who = "BackupAndRestore";

}  // namespace

struct BackupAndRestore::State final : Hooks {
    State(const std::string& dir, const BackupAndRestoreOptions& o)
        : file(who, dir, "backup.safetensors"), options(o) {}

    void on_train_begin(Run& run) override {
        const std::optional<SavedState> found = file.read(run);
        if (!found) return;
        int epoch = run.next_epoch();
        restore_state(who, *found, [&](StateFields& fields) {
            visit_model(fields, run.model());
            fields("epoch", epoch);
        });
        run.begin_with(epoch);
    }
    void on_train_batch_end(Run& run) override {
        if (options.save_freq.due()) back_up(run, run.epoch());
    }
    void on_epoch_end(Run& run) override {
        if (options.save_freq.each_epoch()) back_up(run, run.epoch() + 1);
    }
    void on_train_end(Run&) override {
        if (options.delete_checkpoint) file.remove();
    }
    void visit_state(StateFields& fields) override { fields("save_freq", options.save_freq); }

    void back_up(const Run& run, int epoch) const {
        file.write(run, save_state([&](StateFields& fields) {
                       visit_model(fields, run.model());
                       fields("epoch", epoch);
                   }),
                   options.double_checkpoint);
    }

    detail::BackupFile file;
    BackupAndRestoreOptions options;
};

BackupAndRestore::BackupAndRestore(std::string backup_dir, const BackupAndRestoreOptions& options)
    : Callback(std::make_shared<State>(backup_dir, options), who) {}

}  // namespace shikumi::nn
