// The operations of linalg.json.
#include <shikumi/autograd/ops/ops.hpp>

#include "operations.hpp"

namespace shikumi::derivatives {

namespace {

const Operations operations{
    {"multi_dot", [](auto& in, auto&) { return matmul(matmul(in[0], in[1]), in[2]); }},
};

}  // namespace

}  // namespace shikumi::derivatives
