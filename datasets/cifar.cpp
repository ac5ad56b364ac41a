#include <shikumi/datasets/cifar.hpp>

#include <cstdint>
#include <filesystem>
#include <span>
#include <sstream>
#include <string>
#include <string_view>

#include <shikumi/datasets/detail/folders.hpp>
#include <shikumi/datasets/detail/input.hpp>

namespace shikumi::datasets {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t side = 32, plane = side * side, colours = 3;
constexpr std::size_t max_bytes = std::size_t{1} << 29;  // three times the largest file

// How a picture lies in a file: its labels, then red, green and blue.
struct Record {
    std::size_t labels;  // how many
    std::size_t label;   // the one that is wanted
    int classes;
    std::size_t size() const { return labels + colours * plane; }
};

// The bytes of some files, one after another.
std::string read_records(std::string_view reader, const std::vector<fs::path>& paths,
                         const Record& record) {
    std::string all;
    for (const fs::path& path : paths) {
        detail::Input input(reader, path);
        const std::string bytes = input.read_all("the file", max_bytes);
        if (bytes.empty() || bytes.size() % record.size() != 0)
            input.fail("wanted pictures of ", record.size(), " bytes each");
        for (std::size_t at = record.label; at < bytes.size(); at += record.size()) {
            const int label = static_cast<unsigned char>(bytes[at]);
            if (label >= record.classes)
                input.fail_at(at, "label ", label, " lies outside 0 to ", record.classes - 1);
        }
        all += bytes;
    }
    return all;
}

Images read_images(std::string_view reader, const std::vector<fs::path>& paths,
                   const Record& record) {
    const std::string bytes = read_records(reader, paths, record);
    const std::size_t count = bytes.size() / record.size();
    Array images({{static_cast<Index>(count), side, side, colours}, u8});
    Array labels({{static_cast<Index>(count)}, i64});
    const auto pixels = images.mutable_data<std::uint8_t>();
    for (std::size_t i = 0; i < count; ++i) {
        const char* const from = bytes.data() + i * record.size();
        labels.mutable_data<std::int64_t>()[i] = static_cast<unsigned char>(from[record.label]);
        for (std::size_t colour = 0; colour < colours; ++colour) {
            for (std::size_t at = 0; at < plane; ++at)
                pixels[(i * plane + at) * colours + colour] =
                    static_cast<std::uint8_t>(from[record.labels + colour * plane + at]);
        }
    }
    return {Tensor(images), Tensor(labels)};
}

}  // namespace

ImageSet cifar10(const std::string& folder) {
    constexpr std::string_view reader = "cifar10";
    constexpr Record record{.labels = 1, .label = 0, .classes = 10};
    const auto file = [&](const std::string& name) {
        return detail::want_file(reader, folder,
                                 {name + ".gz", "cifar-10-batches-bin/" + name + ".gz"});
    };
    std::vector<fs::path> train;
    for (const char number : {'1', '2', '3', '4', '5'})
        train.push_back(file(std::string("data_batch_") + number + ".bin"));
    return {
        read_images(reader, train, record),
        read_images(reader, {file("test_batch.bin")}, record),
        {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}};
}

ImageSet cifar100(const std::string& folder, Cifar100Labels labels) {
    constexpr std::string_view reader = "cifar100";
    const bool fine = labels == Cifar100Labels::fine;
    const Record record{.labels = 2, .label = fine ? 1u : 0u, .classes = fine ? 100 : 20};
    const auto file = [&](const std::string& name) {
        return detail::want_file(reader, folder,
                                 {name + ".gz", "cifar-100-binary/" + name + ".gz"});
    };
    const fs::path train = file("train.bin");
    ImageSet set{
        read_images(reader, {train}, record), read_images(reader, {file("test.bin")}, record), {}};
    const fs::path names =
        train.parent_path() / (fine ? "fine_label_names.txt" : "coarse_label_names.txt");
    if (detail::is_there(names)) {
        std::istringstream lines(detail::Input(reader, names).read_all("the list", 1 << 16));
        for (std::string name; lines >> name;) set.class_names.push_back(name);
    }
    return set;
}

}  // namespace shikumi::datasets
