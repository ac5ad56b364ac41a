#include <shikumi/autograd/core/dtype.hpp>

#include <ostream>

namespace shikumi {

std::ostream& operator<<(std::ostream& out, DType t) { return out << name(t); }

}  // namespace shikumi
