#include <shikumi/datasets/detail/idx_images.hpp>

#include <algorithm>
#include <cstdint>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/datasets/idx.hpp>

namespace shikumi::datasets::detail {

Images read_idx_images(std::string_view reader, const std::filesystem::path& image_path,
                       const std::filesystem::path& label_path, const LabelRange& range) {
    const Tensor images = read_idx(image_path);
    const Shape shape = images.shape();
    if (images.dtype() != u8 || shape.rank() != 3 || shape[0] == 0 || shape[1] != 28 ||
        shape[2] != 28)
        fail<IoError>(reader, image_path.string(), " holds ", images.spec(),
                      ", wanted u8 (n, 28, 28)");

    const Array bytes = read_idx(label_path).array();
    if (bytes.spec() != Spec{{shape[0]}, u8})
        fail<IoError>(reader, label_path.string(), " holds ", bytes.spec(), " labels for ",
                      images.spec(), " images");
    Array labels({{shape[0]}, i64});
    const auto from = bytes.data<std::uint8_t>();
    const int last = range.first + range.classes - 1;
    const auto wrong = std::ranges::find_if(
        from, [&](std::uint8_t label) { return label < range.first || label > last; });
    if (wrong != from.end())
        fail<IoError>(reader, label_path.string(), ", byte ", 8 + (wrong - from.begin()),
                      ": label ", int{*wrong}, " lies outside ", range.first, " to ", last);
    std::ranges::transform(from, labels.mutable_data<std::int64_t>().begin(),
                           [&](std::uint8_t label) { return label - range.first; });
    return {images, Tensor(labels)};
}

}  // namespace shikumi::datasets::detail
