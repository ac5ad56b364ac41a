// The frame of every example: the command line, the seed, the threads, and what becomes of errors.
#pragma once

#include <functional>
#include <string_view>

#include "options.hpp"

namespace examples {

// Does what the command line says: seeds the random numbers of models and layers, sets the threads,
// runs `program`. Gives what main() returns: 0, or 1 after an error, which it has told on stderr.
int run_example(int argc, char** argv, std::string_view about, const Options& defaults,
                const std::function<void(const Options&)>& program);

}  // namespace examples
