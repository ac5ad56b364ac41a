// Reading a file in a process of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace command {

// What such a process may take.
struct Limits {
    double seconds = 300;
    std::uint64_t memory = std::uint64_t{16}
                           << 30;  // bytes of addresses, the library's own among them
};

// Runs `read` in a child process, which is to write what it has read of the file `path` to the file
// that it is given; then calls `use` with that file. So a library that crashes on a crafted file,
// or never ends, does the command no harm: that becomes an error in words. Throws what `read`
// says, or IoError that names `path` and says how the process ended.
void read_apart(const std::string& path, const Limits& limits,
                const std::function<void(const std::string& into)>& read,
                const std::function<void(const std::string& from)>& use);

}  // namespace command
