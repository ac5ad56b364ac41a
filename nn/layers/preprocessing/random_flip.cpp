#include <shikumi/nn/layers/preprocessing/random_flip.hpp>

#include <shikumi/autograd/core/name_table.hpp>
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

namespace {

constexpr shikumi::detail::NameRow<Flip> flip_rows[] = {
    {Flip::horizontal, {"horizontal"}},
    {Flip::vertical, {"vertical"}},
    {Flip::horizontal_and_vertical, {"horizontal_and_vertical"}},
};
constexpr shikumi::detail::NameTable<Flip> flips("mode", flip_rows);

}  // namespace

Config to_config(Flip flip) { return flips.name_of(flip); }

void from_config(const Config& config, Flip& flip, std::string_view reading) {
    flip = flips.read(config, reading);
}

Config RandomFlip::get_config() const {
    return ConfigWriter()("mode", mode_).always("data_format", "channels_last");
}

RandomFlip RandomFlip::from_config(ConfigReader& config) {
    config.always("data_format", "channels_last").ignore("seed").ignore("rng_type");
    return RandomFlip(config.get_or("mode", Flip::horizontal_and_vertical));
}

}  // namespace shikumi::nn
