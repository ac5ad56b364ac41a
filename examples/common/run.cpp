#include "run.hpp"

#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>

#include <shikumi/autograd/evaluate/profile/profile.hpp>
#include <shikumi/autograd/kernels/threads.hpp>
#include <shikumi/nn/session.hpp>

namespace examples {

int run_example(int argc, char** argv, std::string_view about, const Options& defaults,
                const std::function<void(const Options&)>& program) {
    const Options options = options_or_exit(argc, argv, about, defaults);
    try {
        if (options.threads > 0) shikumi::set_num_threads(options.threads);
        shikumi::nn::set_random_seed(options.seed);
        std::optional<shikumi::Profile> profile;
        if (options.profile || !options.trace.empty()) profile.emplace();
        program(options);
        if (options.profile) std::cout << '\n' << profile->report();
        if (!options.trace.empty()) profile->write_trace(options.trace);
        return 0;
    } catch (const std::exception& e) {
        std::cout.flush();
        std::cerr << std::filesystem::path(argv[0]).filename().string() << ": " << e.what() << '\n';
        return dynamic_cast<const BadOption*>(&e) ? 2 : 1;
    }
}

}  // namespace examples
