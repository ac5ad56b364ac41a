#include "apart.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cmath>
#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>

#include <shikumi/autograd/core/error.hpp>

#include "text.hpp"

namespace command {

namespace {

using shikumi::fail;
using shikumi::IoError;
using Clock = std::chrono::steady_clock;

constexpr const char* who = "shikumi";

// The shadow memory of a sanitizer takes terabytes of addresses.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)  // g++
constexpr bool limits_memory = false;
#elif defined(__has_feature)  // clang
constexpr bool limits_memory =
    !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer);
#else
constexpr bool limits_memory = true;
#endif

class TemporaryFolder {
public:
    TemporaryFolder() {
        path_ = (std::filesystem::temp_directory_path() / "shikumi-XXXXXX").string();
        if (!mkdtemp(path_.data()))
            fail<IoError>(who, "no folder can be made in ",
                          std::filesystem::temp_directory_path().string(), ": ", strerror(errno));
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() { reset(); }
    void reset() {
        if (number_ >= 0) close(number_);
        number_ = -1;
    }
    int number() const { return number_; }

private:
    int number_;
};

void limit(__rlimit_resource resource, rlim_t most) {
    const rlimit both{most, most};
    setrlimit(resource, &both);
}

// What the child does; `out` takes what is to be said if it goes wrong.
[[noreturn]] void be_child(const Limits& limits,
                           const std::function<void(const std::string&)>& read,
                           const std::string& into, int out) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, static_cast<rlim_t>(std::ceil(limits.seconds)) + 1);
    if (limits_memory) limit(RLIMIT_AS, limits.memory);
    const int nowhere = open("/dev/null", O_RDWR);
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nowhere, standard);
    std::string wrong;
    try {
        read(into);
    } catch (const std::bad_alloc&) {
        wrong = "more memory was wanted than the limit allows";
    } catch (const std::exception& e) {
        wrong = *e.what() ? e.what() : "an error without words";
    } catch (...) {
        wrong = "an error without words";
    }
    for (std::size_t done = 0; done < wrong.size();) {
        const ssize_t n = write(out, wrong.data() + done, wrong.size() - done);
        if (n <= 0) break;
        done += static_cast<std::size_t>(n);
    }
    _exit(wrong.empty() ? 0 : 1);  // nothing of the parent's is to be ended twice
}

// What the child says, up to the end. False where that takes too long.
bool listen(int in, Clock::time_point end, std::string& said) {
    constexpr std::size_t most = 64 << 10;
    for (std::array<char, 4096> part;;) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
        if (left <= 0) return false;
        pollfd waiting{in, POLLIN, 0};
        if (poll(&waiting, 1, static_cast<int>(std::min<long long>(left, 1000))) <= 0) continue;
        const ssize_t n = ::read(in, part.data(), part.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return true;
        if (said.size() < most) said.append(part.data(), static_cast<std::size_t>(n));
    }
}

int end_of(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

void refuse(const std::string& path, const Limits& limits, bool in_time, int status,
            const std::string& said) {
    if (!in_time || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU))
        fail<IoError>(who, path, " can't be read: that took more than ",
                      short_number(limits.seconds), " seconds");
    if (WIFSIGNALED(status))
        fail<IoError>(who, path, " can't be read: the library that reads it crashed (",
                      strsignal(WTERMSIG(status)), "), so the file is damaged or made to do harm");
    if (!said.empty()) throw IoError(said);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail<IoError>(who, path, " can't be read: the process that reads it ended with ",
                      WEXITSTATUS(status));
}

}  // namespace

void read_apart(const std::string& path, const Limits& limits,
                const std::function<void(const std::string& into)>& read,
                const std::function<void(const std::string& from)>& use) {
    const TemporaryFolder folder;
    const std::string between = folder.path() + "/plain";
    std::array<int, 2> ends;
    if (pipe2(ends.data(), O_CLOEXEC) != 0) fail<IoError>(who, "no pipe: ", strerror(errno));
    Descriptor in(ends[0]), out(ends[1]);
    const pid_t child = fork();
    if (child < 0) fail<IoError>(who, "no process for reading ", path, ": ", strerror(errno));
    if (child == 0) {
        in.reset();
        be_child(limits, read, between, out.number());
    }
    out.reset();
    std::string said;
    const auto patience =
        std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(limits.seconds));
    const bool in_time = listen(in.number(), Clock::now() + patience, said);
    if (!in_time) kill(child, SIGKILL);
    refuse(path, limits, in_time, end_of(child), said);
    use(between);
}

}  // namespace command
