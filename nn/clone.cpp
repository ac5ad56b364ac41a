#include <shikumi/nn/clone.hpp>

namespace shikumi::nn {

namespace {

thread_local int depth = 0;

}  // namespace

Cloning::Cloning() { ++depth; }

Cloning::~Cloning() { --depth; }

bool Cloning::active() noexcept { return depth > 0; }

}  // namespace shikumi::nn
