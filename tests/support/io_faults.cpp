#include "support/io_faults.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>

namespace {

// Of all threads: files are written beside a training, too.
struct Faults {
    std::atomic<bool> counting = false;
    std::atomic<int> calls = 0;
    int failing = -1, error = 0;
    bool for_good = false;
};
Faults faults;

// Whether this call is to fail; errno says why then.
bool fails() {
    if (!faults.counting) return false;
    const int number = faults.calls++;
    if (faults.failing < 0 || number < faults.failing) return false;
    if (number > faults.failing && !faults.for_good) return false;
    errno = faults.error;
    return true;
}

template <class F>
F* real(const char* name) {
    return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

namespace shikumi_test {

IoFaults::IoFaults(int number, int error, bool for_good) {
    faults.calls = 0;
    faults.failing = number;
    faults.error = error;
    faults.for_good = for_good;
    faults.counting = true;
}
IoFaults::~IoFaults() { faults.counting = false; }
int IoFaults::calls() const { return faults.calls; }

}  // namespace shikumi_test

// The system's functions, found before those of the C library.
extern "C" {

int open(const char* path, int flags, ...) {
    mode_t mode = 0;
    if (flags & (O_CREAT | O_TMPFILE)) {
        va_list more;
        va_start(more, flags);
        mode = va_arg(more, mode_t);
        va_end(more);
    }
    static auto* const function = real<int(const char*, int, ...)>("open");
    if ((flags & O_ACCMODE) != O_RDONLY && fails()) return -1;
    return function(path, flags, mode);
}

ssize_t write(int descriptor, const void* data, size_t bytes) {
    static auto* const function = real<ssize_t(int, const void*, size_t)>("write");
    if (descriptor > 2 && fails()) return -1;
    return function(descriptor, data, bytes);
}

int fsync(int descriptor) {
    static auto* const function = real<int(int)>("fsync");
    return fails() ? -1 : function(descriptor);
}

int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) {
    static auto* const function = real<int(int, const char*, int, const char*, int)>("linkat");
    return fails() ? -1 : function(from_folder, from, to_folder, to, flags);
}

int link(const char* from, const char* to) noexcept {
    static auto* const function = real<int(const char*, const char*)>("link");
    return fails() ? -1 : function(from, to);
}

int rename(const char* from, const char* to) noexcept {
    static auto* const function = real<int(const char*, const char*)>("rename");
    return fails() ? -1 : function(from, to);
}

int close(int descriptor) {
    static auto* const function = real<int(int)>("close");
    if (!faults.counting) return function(descriptor);
    const bool failed = fails();
    const int error = errno;
    const int result = function(descriptor);  // it is closed whatever it says
    if (!failed) return result;
    errno = error;
    return -1;
}

}  // extern "C"
