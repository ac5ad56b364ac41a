// The command line of a subcommand.
#pragma once

#include <iosfwd>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace command {

// An option, a switch where `value` is empty. `value` stands for what is to be given: "FILE".
struct Option {
    std::string name;
    std::string value;
    std::string help;
};

// What a subcommand takes.
struct Form {
    std::string name;
    std::vector<std::string> files;  // what the arguments without an option stand for: "A", "B"
    std::string about;               // one line
    std::string more;                // a paragraph for its help
    std::vector<Option> options;
};

// What it was given.
class Arguments {
public:
    std::vector<std::string> files;

    bool has(std::string_view option) const { return options_.contains(option); }
    // The only value of an option; empty where it wasn't given.
    std::string text(std::string_view option) const;
    // All values of an option that may be given several times.
    std::vector<std::string> texts(std::string_view option) const;
    // A number from 0 up, or `otherwise` where the option wasn't given. Throws BadUsage for
    // anything else.
    double number(std::string_view option, double otherwise) const;
    void add(const std::string& option, std::vector<std::string> values) {
        options_[option] = std::move(values);
    }

private:
    std::map<std::string, std::vector<std::string>, std::less<>> options_;
};

// Says in one sentence what is wrong with a command line.
class BadUsage : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Reads what stands behind the subcommand's name. With --help it writes the help to `help` and
// returns nothing. Throws BadUsage for unknown and abbreviated options, with the nearest, for bad
// values, and for files too many or too few.
std::optional<Arguments> read_arguments(const Form& form, const std::vector<std::string>& given,
                                        std::ostream& help);

// ": did you mean 'show'?"; empty where no known name is near.
std::string near_miss(std::string_view wrong, const std::vector<std::string>& known);

}  // namespace command
