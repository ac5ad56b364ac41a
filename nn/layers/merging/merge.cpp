#include <shikumi/nn/layers/merging/merge.hpp>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi::nn {

Tensor Merge::call(const Tensor&, Mode) {
    fail<ShapeError>(name(), "takes two inputs or more, got one");
}

void Merge::build_all(const std::vector<Spec>&) {}

std::vector<Tensor> Merge::call_all(const std::vector<Tensor>& inputs, Mode) {
    if (inputs.size() < 2)
        fail<ShapeError>(name(), "takes two inputs or more, got ", inputs.size());
    for (const Tensor& x : inputs) {
        const Tensor& first = inputs.front();
        if (x.rank() == 0 || first.rank() == 0 || x.shape().front() != first.shape().front())
            fail<ShapeError>(name(), "wants inputs of the same batch, got ", first.shape(), " and ",
                             x.shape());
    }
    return {merge(inputs)};
}

void Merge::want_two(const std::vector<Tensor>& inputs) const {
    if (inputs.size() != 2) fail<ShapeError>(name(), "takes two inputs, got ", inputs.size());
}

}  // namespace shikumi::nn
