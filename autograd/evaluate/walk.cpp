#include <shikumi/autograd/evaluate/walk.hpp>

namespace shikumi {

void Walk::clear() noexcept {
    nodes_.clear();
    edges_.clear();
    first_edge_.resize(1);
    stack_.clear();
    others_.clear();
}

}  // namespace shikumi
