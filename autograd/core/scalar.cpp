#include <shikumi/autograd/core/scalar.hpp>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi {

std::string to_string(Scalar number) {
    if (!number.is_integer()) return sentence(number.to<double>());
    if (number.fits<std::int64_t>()) return sentence(number.to<std::int64_t>());
    return sentence(static_cast<std::uint64_t>(number.to<std::int64_t>()));  // which has its bits
}

}  // namespace shikumi
