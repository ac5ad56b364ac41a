// The command line of the examples. All have the same options, each has its own defaults.
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

// How a program trains: what the options that are about training can be used for.
enum class Training {
    fit,      // by examples::fit
    by_hand,  // in a loop of its own: --save and --load
    none,     // not at all
};

// An option that one program alone has.
struct OwnOption {
    std::string name;
    std::string value;  // the standard one, then the one that was given
    std::string help;
};

struct Options {
    int epochs = 1;
    int batch_size = 32;
    double learning_rate = 0.001;
    std::uint64_t seed = 0;
    int threads = 0;  // 0: one for each core
    std::filesystem::path data = {};
    std::filesystem::path out = "out";
    bool profile = false;              // print a profile at the end
    std::filesystem::path trace = {};  // file for a timeline; "": none
    std::filesystem::path save = {};   // file for the trained model; "": none
    // File of a model or of weights to begin with; "": none. Unless --epochs is given, they aren't
    // trained further.
    std::filesystem::path load = {};
    std::filesystem::path resume = {};  // folder of a training that goes on where it died; "": none
    bool report = false;                // leave a folder in OUT/runs that shows the training
    bool early_stopping = false;        // end a training that gets no better
    Training training = Training::fit;
    std::string program = {};  // its name
    std::vector<OwnOption> own = {};

    // The value of an option that the program alone has.
    const std::string& text(std::string_view name) const;
    // The same as a whole number. Throws BadOption unless it is at least `least`.
    int count(std::string_view name, int least) const;

    // The number of training steps, for a learning-rate schedule.
    double steps(std::int64_t samples) const;
};

// Says in one sentence what is wrong with a command line.
class BadOption : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Reads `arguments` (without the program's name). With --help it writes the help to `help` and
// returns nothing. Throws BadOption for an unknown, abbreviated or repeated option, for one that
// means nothing to the program, and for a bad value.
std::optional<Options> read_options(const std::vector<std::string>& arguments,
                                    std::string_view program, std::string_view about,
                                    const Options& defaults, std::ostream& help);

// Calls read_options for main(). After --help the program ends with 0; after a BadOption it prints
// the message to stderr and ends with 2.
Options options_or_exit(int argc, char** argv, std::string_view about, const Options& defaults);

}  // namespace examples
