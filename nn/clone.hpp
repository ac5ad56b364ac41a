// Cloning: copies of layers that are to be built again.
#pragma once

namespace shikumi::nn {

/// While it lives, this thread's copies of layers get no weights: they make their own when they are
/// built.
class Cloning {
public:
    Cloning();
    ~Cloning();
    Cloning(const Cloning&) = delete;
    Cloning& operator=(const Cloning&) = delete;
    static bool active() noexcept;
};

}  // namespace shikumi::nn
