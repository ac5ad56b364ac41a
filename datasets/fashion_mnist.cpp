#include <shikumi/datasets/fashion_mnist.hpp>

#include <string>

#include <shikumi/datasets/detail/folders.hpp>
#include <shikumi/datasets/detail/idx_images.hpp>

namespace shikumi::datasets {

ImageSet fashion_mnist(const std::string& folder) {
    const auto part = [&](const std::string& name) {
        const auto file = [&](const char* kind) {
            return detail::want_file("fashion_mnist", folder, {name + kind + ".gz"});
        };
        const std::string pictures = file("-images-idx3-ubyte");
        return detail::read_idx_images("fashion_mnist", pictures, file("-labels-idx1-ubyte"),
                                       {.classes = 10});
    };
    return {part("train"),
            part("t10k"),
            {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker",
             "Bag", "Ankle boot"}};
}

}  // namespace shikumi::datasets
