#include <shikumi/autograd/ops/arguments.hpp>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi {

void Integer::refuse(std::uint64_t value) {
    throw ValueError(sentence("the number ", value, " does not fit into i64"));
}

}  // namespace shikumi
