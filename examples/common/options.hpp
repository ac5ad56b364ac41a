// The command line of every example: the same options, with each example's own defaults.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace examples {

struct Options {
    int epochs = 1;
    int batch_size = 32;
    double learning_rate = 0.001;
    std::uint64_t seed = 0;
    int threads = 0;  // 0: as many as the machine has
    std::filesystem::path data = {};
    std::filesystem::path out = "out";
    bool profile = false;              // tell at the end what took the time
    std::filesystem::path trace = {};  // for when; "" for no such file

    // How many steps the training takes: what a schedule of the learning rate wants to know.
    double steps(std::int64_t samples) const;
};

// What is wrong with a command line, in one sentence.
class BadOption : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Reads `arguments` (without the program's name). Writes the help to `help` and returns nothing
// where --help is among them. Throws BadOption for an unknown or repeated option, which is never
// guessed at, and for a bad value.
std::optional<Options> read_options(const std::vector<std::string>& arguments,
                                    std::string_view program, std::string_view about,
                                    const Options& defaults, std::ostream& help);

// The same for main(): prints the help and ends the program with 0, or says what is wrong on stderr
// and ends it with 2.
Options options_or_exit(int argc, char** argv, std::string_view about, const Options& defaults);

}  // namespace examples
