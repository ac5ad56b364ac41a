#include <shikumi/datasets/emnist.hpp>

#include <cstdint>
#include <string>
#include <string_view>

#include <shikumi/datasets/detail/folders.hpp>
#include <shikumi/datasets/detail/idx_images.hpp>

namespace shikumi::datasets {

namespace {

struct Part {
    std::string_view name;     // in the names of the files
    std::string_view classes;  // a character each
    int first_label;
};

const Part& part_of(EmnistPart part) {
    static constexpr std::string_view digits = "0123456789";
    static constexpr std::string_view merged = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt";
    static constexpr Part parts[] = {
        {"balanced", merged, 0},
        {"byclass", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 0},
        {"bymerge", merged, 0},
        {"letters", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1},
        {"digits", digits, 0},
        {"mnist", digits, 0},
    };
    return parts[static_cast<std::size_t>(part)];
}

// Rows for columns, in each picture.
Tensor transposed(const Tensor& images) {
    const Array from = images.array();
    Array to(from.spec());
    const auto in = from.data<std::uint8_t>();
    const auto out = to.mutable_data<std::uint8_t>();
    const auto side = static_cast<std::size_t>(from.shape()[1]);
    for (std::size_t image = 0; image < in.size(); image += side * side) {
        for (std::size_t row = 0; row < side; ++row) {
            for (std::size_t column = 0; column < side; ++column)
                out[image + row * side + column] = in[image + column * side + row];
        }
    }
    return Tensor(to);
}

}  // namespace

ImageSet emnist(const std::string& folder, EmnistPart which) {
    const Part& part = part_of(which);
    const auto read = [&](const std::string& half) {
        const auto file = [&](const char* kind) {
            const std::string name = "emnist-" + std::string(part.name) + half + kind + ".gz";
            return detail::want_file("emnist", folder, {name, "gzip/" + name});
        };
        const std::string pictures = file("-images-idx3-ubyte");
        const Images images = detail::read_idx_images(
            "emnist", pictures, file("-labels-idx1-ubyte"),
            {.first = part.first_label, .classes = static_cast<int>(part.classes.size())});
        return Images{transposed(images.images), images.labels};
    };
    ImageSet set{read("-train"), read("-test"), {}};
    for (const char c : part.classes) set.class_names.emplace_back(1, c);
    return set;
}

}  // namespace shikumi::datasets
