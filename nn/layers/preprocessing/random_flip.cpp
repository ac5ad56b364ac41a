#include <shikumi/nn/layers/preprocessing/random_flip.hpp>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/preprocessing/detail/pictures.hpp>

namespace shikumi::nn {

namespace {

Tensor flipped_at_random(const Tensor& x, int axis, Generator& rng) {
    const Tensor turn = random_bernoulli({x.shape().front(), 1, 1, 1}, rng);
    return where(equal(turn, 1), flip(x, axis), x);
}

}  // namespace

Tensor RandomFlip::call(const Tensor& x, Mode mode) {
    if (mode == Mode::infer) return x;
    detail::check_pictures("random_flip", x);
    Tensor y = x;
    if (mode_ != Flip::vertical) y = flipped_at_random(y, 2, rng());
    if (mode_ != Flip::horizontal) y = flipped_at_random(y, 1, rng());
    return y;
}

}  // namespace shikumi::nn
