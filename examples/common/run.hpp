// The common main() of the examples: command line, seed, threads, profile and errors.
#pragma once

#include <functional>
#include <string_view>

#include "options.hpp"

namespace examples {

// Reads the command line, seeds the random numbers of models and layers, sets the number of threads
// and runs `program`. Returns 0, or prints an error to stderr and returns 1, and 2 for a BadOption.
int run_example(int argc, char** argv, std::string_view about, const Options& defaults,
                const std::function<void(const Options&)>& program);

}  // namespace examples
