#include <shikumi/autograd/core/new_file.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <map>
#include <system_error>
#include <utility>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::detail {

namespace fs = std::filesystem;

namespace {

constexpr mode_t anyone = 0666;  // less what the umask takes
constexpr std::size_t buffer_size = std::size_t{1} << 16;

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

std::string descriptor_path(int descriptor) { return sentence("/proc/self/fd/", descriptor); }

fs::path older_name(const fs::path& target, int number) {
    fs::path name = target;
    return name += sentence(".", number);
}

// False where the disk refuses; errno says why.
bool write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t done = ::write(descriptor, bytes.data(), bytes.size());
        if (done >= 0)
            bytes.remove_prefix(static_cast<std::size_t>(done));
        else if (errno != EINTR)
            return false;
    }
    return true;
}

// Makes the names in a folder last. Some file systems can't, and keep them anyway.
bool flush_folder(const fs::path& folder) {
    const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return errno == EACCES;  // a folder may be writable and not readable
    const bool done = fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP;
    const int error = errno;
    close(descriptor);
    errno = error;
    return done;
}

fs::path folder_of(const fs::path& target) {
    return target.has_parent_path() ? target.parent_path() : fs::path(".");
}

}  // namespace

NewFile::NewFile(std::string_view caller, const fs::path& target)
    : caller_(caller), target_(resolved(target)) {
    struct stat old {};
    const bool exists = stat(target_.c_str(), &old) == 0;
    if (exists && access(target_.c_str(), W_OK) != 0) refuse(errno);
    replaces_ = !exists || S_ISREG(old.st_mode);
    if (!replaces_) {
        descriptor_.open(target_, 0);
    } else {
        const fs::path folder = folder_of(target_);
        if (!open_without_name(folder)) open_partial(folder);
    }
    if (descriptor_.number < 0) refuse(errno);
    if (replaces_ && exists) {
        [[maybe_unused]] const int kept = fchmod(descriptor_.number, old.st_mode & 07777);
    }
}

NewFile::~NewFile() {
    if (!partial_.empty()) std::remove(partial_.c_str());
}

bool NewFile::Descriptor::open(const fs::path& path, int flags) {
    number = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, anyone);
    return number >= 0;
}

bool NewFile::Descriptor::close() noexcept {
    return number < 0 || ::close(std::exchange(number, -1)) == 0;
}

// True where the file is open, which then vanishes with the process.
bool NewFile::open_without_name(const fs::path& folder) {
    if (!descriptor_.open(folder, O_TMPFILE)) return false;
    if (access(descriptor_path(descriptor_.number).c_str(), F_OK) == 0) return true;
    descriptor_.close();  // without /proc it can't get a name
    return false;
}

void NewFile::open_partial(const fs::path& folder) {
    do {  // a process of the same number may have left a file when it was killed
        fs::path name = unused_name(folder);
        if (descriptor_.open(name, O_CREAT | O_EXCL)) partial_ = std::move(name);
    } while (partial_.empty() && errno == EEXIST);
}

void NewFile::flush() {
    if (!write_all(descriptor_.number, buffer_)) refuse(errno);
    written_ += buffer_.size();
    buffer_.clear();
}

void NewFile::write(std::string_view bytes) {
    if (buffer_.size() + bytes.size() > buffer_size) flush();
    if (bytes.size() < buffer_size) {
        buffer_ += bytes;
        return;
    }
    if (!write_all(descriptor_.number, bytes)) refuse(errno);
    written_ += bytes.size();
}

void NewFile::seek(std::uint64_t position) {
    flush();
    if (lseek(descriptor_.number, static_cast<off_t>(position), SEEK_SET) < 0) refuse(errno);
    written_ = position;
}

void NewFile::keep(int older) {
    flush();
    if (replaces_) {
        if (fsync(descriptor_.number) != 0) refuse(errno);
        name_it();
    }
    if (!descriptor_.close()) refuse(errno);
    if (!replaces_) return;
    rotate(older);
    if (std::rename(partial_.c_str(), target_.c_str()) != 0) refuse(errno);
    partial_.clear();
    if (!flush_folder(folder_of(target_))) refuse(errno);
}

// A file cannot be linked over another one, so it first gets a name of its own.
void NewFile::name_it() {
    while (partial_.empty()) {
        fs::path name = unused_name(folder_of(target_));
        if (linkat(AT_FDCWD, descriptor_path(descriptor_.number).c_str(), AT_FDCWD, name.c_str(),
                   AT_SYMLINK_FOLLOW) == 0)
            partial_ = std::move(name);  // takes no memory: a file that has a name is removed
        else if (errno != EEXIST)
            refuse(errno);
    }
}

// The target keeps its name until it is replaced, so that at no moment there is none.
void NewFile::rotate(int older) const {
    if (older < 1 || access(target_.c_str(), F_OK) != 0) return;
    for (int number = older; number > 1; --number) {
        if (std::rename(older_name(target_, number - 1).c_str(),
                        older_name(target_, number).c_str()) != 0 &&
            errno != ENOENT)
            refuse(errno);
    }
    const fs::path last = older_name(target_, 1);
    if (unlink(last.c_str()) != 0 && errno != ENOENT) refuse(errno);
    if (link(target_.c_str(), last.c_str()) == 0) return;
    if (errno != EPERM && errno != ENOTSUP && errno != EMLINK) refuse(errno);
    // A file system without links.
    if (std::rename(target_.c_str(), last.c_str()) != 0) refuse(errno);
}

void NewFile::refuse(int error) const {
    fail<IoError>(caller_, "can't write ", target_.string(), ": ", std::strerror(error));
}

std::vector<fs::path> kept_files(const fs::path& target) {
    std::map<int, fs::path> by_age;
    std::error_code none;
    if (fs::exists(target, none)) by_age.emplace(0, target);
    const std::string start = target.filename().string() + '.';
    for (const auto& entry : fs::directory_iterator(folder_of(target), none)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(start)) continue;
        int number = 0;
        const char* const end = name.data() + name.size();
        const auto [read, error] = std::from_chars(name.data() + start.size(), end, number);
        if (read == end && error == std::errc() && number > 0)
            by_age.emplace(number, target.parent_path() / name);
    }
    std::vector<fs::path> files;
    for (const auto& entry : by_age) files.push_back(entry.second);
    return files;
}

}  // namespace shikumi::detail
