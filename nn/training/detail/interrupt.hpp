// SIGINT while a model is trained.
#pragma once

namespace shikumi::nn::detail {

/// While it lives, the first SIGINT is noted and the next one ends the program, as it would do
/// otherwise. A program with a handler of its own, or one that ignores SIGINT, is left alone. Any
/// number of threads may have one; all of them notice the signal.
class Interrupt {
public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;
    /// Whether SIGINT has come since the first of those that live.
    static bool noticed() noexcept;
};

}  // namespace shikumi::nn::detail
