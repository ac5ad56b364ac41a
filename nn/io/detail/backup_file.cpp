#include <shikumi/nn/io/detail/backup_file.hpp>

#include <system_error>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/io/detail/state_file.hpp>
#include <shikumi/nn/io/detail/write_beside.hpp>

namespace shikumi::nn::detail {

namespace fs = std::filesystem;

BackupFile::BackupFile(std::string who, const std::string& folder, std::string name)
    : who_(std::move(who)),
      file_(fs::path(folder) / name),
      older_(fs::path(folder) / (name + ".1")) {
    if (folder.empty()) fail<ValueError>(who_, "wants a folder, got an empty name");
}

std::optional<SavedState> BackupFile::read(const Run& run) const {
    std::error_code error;
    fs::create_directories(file_.parent_path(), error);
    if (error)
        fail<IoError>(who_, "can't make the folder ", file_.parent_path().string(), ": ",
                      error.message());
    const bool older = fs::exists(older_, error);
    if (!fs::exists(file_, error) && !older) return std::nullopt;
    try {
        return read_state(who_, file_).state;
    } catch (const IoError& e) {
        if (!older) throw;
        run.print(sentence(e.what(), ": goes on from ", older_.string()));
    }
    return read_state(who_, older_).state;
}

void BackupFile::write(const Run& run, SavedState state, bool keep_older) const {
    write_beside(run, state_writing(who_, file_, {std::move(state)}, keep_older ? 1 : 0));
}

void BackupFile::remove() const {
    std::error_code ignored;
    fs::remove(file_, ignored);
    fs::remove(older_, ignored);
    fs::remove(file_.parent_path(), ignored);  // which fails where something is in it
}

}  // namespace shikumi::nn::detail
