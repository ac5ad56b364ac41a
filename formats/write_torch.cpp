// write_torch, which programs that only read don't link.
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/formats/detail/pickle_writer.hpp>
#include <shikumi/formats/detail/torch_kind.hpp>
#include <shikumi/formats/detail/zip.hpp>
#include <shikumi/formats/torch_file.hpp>

namespace shikumi::formats {

namespace {

constexpr std::string_view torch_writer = "write_torch";
constexpr std::size_t alignment = 64;

template <class T>
std::shared_ptr<const detail::TorchKind> shared(T&& value) {
    return std::make_shared<const detail::TorchKind>(detail::TorchKind{std::forward<T>(value)});
}

}  // namespace

TorchValue::TorchValue(Plain plain) : kind_(shared(std::move(plain.value))) {}
TorchValue::TorchValue(StoredTensor tensor) : kind_(shared(std::move(tensor))) {}
TorchValue::TorchValue(Tuple tuple) : kind_(shared(std::move(tuple))) {}
TorchValue::TorchValue(List list) : kind_(shared(std::move(list))) {}
TorchValue::TorchValue(Dict dict) : kind_(shared(std::move(dict))) {}
TorchValue::TorchValue(StateDict dict) : kind_(shared(std::move(dict))) {}

void write_torch(const std::string& path, const TorchValue& object,
                 const TorchFileOptions& options) {
    const detail::TorchPickle pickle(torch_writer, object);
    std::string root = std::filesystem::path(path).stem().string();
    if (detail::leaves_archive(root + '/')) root = "archive";
    const StoredTensor none(StoredType::u8, Shape({0}));
    std::vector<detail::ZipContent> members;
    const auto add = [&](const std::string& name, std::string text, const StoredTensor& tensor) {
        members.push_back({root + '/' + name, std::move(text), tensor});
    };
    add("data.pkl", pickle.bytes(), none);
    add(".format_version", "1", none);
    add(".storage_alignment", std::to_string(alignment), none);
    add("byteorder", "little", none);
    for (std::size_t i = 0; i < pickle.storages().size(); ++i)
        add("data/" + std::to_string(i), {}, pickle.storages()[i]);
    add("version", "3\n", none);
    detail::write_zip(torch_writer, path, members,
                      {.alignment = alignment, .keep_older = options.keep});
}

}  // namespace shikumi::formats
