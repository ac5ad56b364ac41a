#include <shikumi/optim/scheduled.hpp>

#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::optim {

Tensor Scheduled::operator()(const Tensor& iterations) const {
    return schedule_ ? schedule_(iterations) : scalar(number_, f64);
}

}  // namespace shikumi::optim
