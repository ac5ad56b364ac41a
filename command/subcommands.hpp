// What `shikumi` can do. Each subcommand lies in a file of its name.
#pragma once

#include <vector>

#include "command_line.hpp"

namespace command {

struct Subcommand {
    Form form;
    // Does it, and returns the exit code. Throws shikumi::Error and BadUsage.
    int (*run)(const Arguments& arguments);
};

Subcommand show();
Subcommand convert();
Subcommand predict();
Subcommand diff();

inline std::vector<Subcommand> subcommands() { return {show(), convert(), predict(), diff()}; }

}  // namespace command
