#include <shikumi/autograd/core/new_file.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::detail {

namespace fs = std::filesystem;

namespace {

// Where a link leads, so that the link itself stays.
fs::path resolved(const fs::path& target) {
    std::error_code error;
    fs::path real = fs::weakly_canonical(target, error);
    return error ? target : real;
}

// A name of this process alone, of a length that any folder takes.
fs::path unused_name(const fs::path& folder) {
    static std::atomic<unsigned> count{0};
    return folder / sentence(".shikumi-", getpid(), "-", count++, ".partial");
}

}  // namespace

NewFile::NewFile(std::string_view caller, const fs::path& target)
    : caller_(caller), target_(resolved(target)) {
    constexpr mode_t anyone = 0666;  // less what the umask takes
    struct stat old {};
    const bool exists = stat(target_.c_str(), &old) == 0;
    if (exists && access(target_.c_str(), W_OK) != 0) refuse(errno);
    int descriptor = -1;
    if (exists && !S_ISREG(old.st_mode)) {
        descriptor = open(target_.c_str(), O_WRONLY | O_CLOEXEC);
    } else {
        partial_ = unused_name(target_.parent_path());
        descriptor = open(partial_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, anyone);
        if (descriptor >= 0 && exists) {
            [[maybe_unused]] const int kept = fchmod(descriptor, old.st_mode & 07777);
        }
    }
    if (descriptor < 0) refuse(errno);
    file_.reset(fdopen(descriptor, "wb"));
}

NewFile::~NewFile() {
    if (!partial_.empty()) std::remove(partial_.c_str());
}

void NewFile::write(std::string_view bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) refuse(errno);
}

void NewFile::keep() {
    if (std::fflush(file_.get()) != 0) refuse(errno);
    if (!partial_.empty() && fsync(fileno(file_.get())) != 0) refuse(errno);
    if (std::fclose(file_.release()) != 0) refuse(errno);
    if (partial_.empty()) return;
    if (std::rename(partial_.c_str(), target_.c_str()) != 0) refuse(errno);
    partial_.clear();
}

void NewFile::refuse(int error) const {
    fail<IoError>(caller_, "can't write ", target_.string(), ": ", std::strerror(error));
}

}  // namespace shikumi::detail
