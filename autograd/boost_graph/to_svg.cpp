// Graphviz is a program of its own: its library would be one that every program links.
#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <sstream>

#include <shikumi/autograd/boost_graph/drawing.hpp>
#include <shikumi/autograd/core/error.hpp>

extern "C" char** environ;

namespace shikumi {

using namespace detail;

namespace {

// A file without a name, which is gone when it is closed: unlike a pipe, it is never full.
class Scratch {
public:
    Scratch() : file_(std::tmpfile(), std::fclose) {
        if (!file_) fail<IoError>("to_svg", "can't make a temporary file: ", std::strerror(errno));
    }
    void write(const std::string& text) {
        const bool whole = std::fwrite(text.data(), 1, text.size(), file_.get()) == text.size();
        if (!whole || std::fflush(file_.get()) != 0)
            fail<IoError>("to_svg", "can't write a temporary file: ", std::strerror(errno));
        std::rewind(file_.get());
    }
    std::string read() {
        std::rewind(file_.get());
        std::string text;
        char part[4096];
        while (const std::size_t got = std::fread(part, 1, sizeof part, file_.get()))
            text.append(part, got);
        return text;
    }
    int descriptor() const { return fileno(file_.get()); }

private:
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

// Runs `dot -Tsvg` and gives its exit status.
int run_dot(const Scratch& in, const Scratch& out, const Scratch& errors) {
    posix_spawn_file_actions_t streams;
    posix_spawn_file_actions_init(&streams);
    posix_spawn_file_actions_adddup2(&streams, in.descriptor(), 0);
    posix_spawn_file_actions_adddup2(&streams, out.descriptor(), 1);
    posix_spawn_file_actions_adddup2(&streams, errors.descriptor(), 2);
    char program[] = "dot", format[] = "-Tsvg";
    char* const arguments[] = {program, format, nullptr};
    pid_t child = 0;
    const int refused = posix_spawnp(&child, program, &streams, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&streams);
    if (refused == ENOENT)
        throw IoError(
            "[to_svg] the program 'dot' of Graphviz is missing: install Debian's package graphviz, "
            "or draw what write_dot writes elsewhere");
    if (refused != 0) fail<IoError>("to_svg", "can't run 'dot': ", std::strerror(refused));
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) fail<IoError>("to_svg", "lost 'dot': ", std::strerror(errno));
    }
    return status;
}

}  // namespace

std::string to_svg(const Graph& graph, const DrawingOptions& options) {
    std::ostringstream text;
    write_dot(text, graph, options);
    Scratch in, out, errors;
    in.write(text.str());
    const int status = run_dot(in, out, errors);
    std::string svg = out.read();
    if (status != 0 || svg.empty()) {
        const std::string words = errors.read();
        fail<IoError>("to_svg", "'dot' failed: ", words.substr(0, words.find('\n')));
    }
    return svg;
}

}  // namespace shikumi
