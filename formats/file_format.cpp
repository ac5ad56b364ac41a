#include <shikumi/formats/file_format.hpp>

#include <algorithm>

#include <shikumi/formats/detail/input_file.hpp>
#include <shikumi/formats/detail/zip.hpp>
#include <shikumi/formats/tensor_file.hpp>

namespace shikumi::formats {

namespace {

FileFormat format_of_archive(const std::string& path, std::string_view who) {
    const detail::ZipReader archive(who, path, FileBudget{}.tensors);
    const auto any = [&](auto condition) {
        return std::ranges::any_of(archive.members(), condition, &detail::ZipMember::name);
    };
    const auto ends = [](std::string_view end) {
        return [end](const std::string& name) { return name.ends_with(end); };
    };
    if (any([](const std::string& name) { return name == "config.json"; }))
        return FileFormat::keras;
    if (any(ends("data.pkl"))) return FileFormat::torch;
    if (archive.members().empty() || any(ends(".npy"))) return FileFormat::npz;
    return FileFormat::unknown;
}

// HDF5 allows for foreign bytes in front: 512, or twice as many, and so on.
bool is_hdf5(const detail::InputFile& file) {
    constexpr std::string_view signature = "\x89HDF\r\n\x1a\n";
    for (const std::uint64_t at : {0, 512, 1024, 2048}) {
        if (file.size() >= at + signature.size() && file.text_at(at, signature.size()) == signature)
            return true;
    }
    return false;
}

bool is_json(std::string_view start) {
    const std::size_t first = start.find_first_not_of(" \t\r\n");
    return first != start.npos && (start[first] == '{' || start[first] == '[') &&
           start.find('\0') == start.npos;
}

// TensorFlow.js has its list of weights behind the model, which may be long.
bool is_tfjs(const detail::InputFile& file) {
    constexpr std::string_view list = "\"weightsManifest\"";
    constexpr std::uint64_t most = std::uint64_t{64} << 20;
    const std::string text = file.text_at(0, std::min(file.size(), most));
    const std::size_t found = text.find(list);
    if (found == text.npos) return false;
    const std::size_t next = text.find_first_not_of(" \t\r\n", found + list.size());
    return next != text.npos && text[next] == ':';
}

// A protobuf has no signature. Its writers put the fields in order: the version of the format, then
// one of those up to the imported operators.
bool is_onnx(std::string_view start) {
    constexpr char newest = 20;
    return start.size() > 2 && start[0] == '\x08' && start[1] > 0 && start[1] <= newest &&
           std::string_view("\x12\x1a\x22\x28\x32\x3a\x42").find(start[2]) != start.npos;
}

}  // namespace

std::string_view name(FileFormat format) noexcept {
    switch (format) {
        case FileFormat::safetensors:
            return "safetensors";
        case FileFormat::npy:
            return "NumPy array (.npy)";
        case FileFormat::npz:
            return "NumPy archive (.npz)";
        case FileFormat::json:
            return "JSON";
        case FileFormat::hdf5:
            return "HDF5";
        case FileFormat::keras:
            return "Keras archive (.keras)";
        case FileFormat::onnx:
            return "ONNX";
        case FileFormat::tfjs:
            return "TensorFlow.js layers-model";
        case FileFormat::torch:
            return "PyTorch archive";
        case FileFormat::unknown:
            break;
    }
    return "unknown";
}

FileFormat file_format(const std::string& path, std::string_view who) {
    const detail::InputFile file(who, path);
    const std::string start = file.text_at(0, std::min<std::uint64_t>(file.size(), 16));
    if (start.starts_with("PK")) return format_of_archive(path, who);
    if (start.starts_with("\x93NUMPY")) return FileFormat::npy;
    // Before the pickle: the length of a header may begin as one, 0x0280 for instance.
    if (start.size() > 8 && start.substr(4, 5) == std::string_view("\0\0\0\0{", 5))
        return FileFormat::safetensors;
    // A pickle of protocol 2 or later, as PyTorch wrote before its archives.
    if (start.size() > 2 && start[0] == '\x80' && start[1] >= 2 && start[1] <= 5)
        return FileFormat::torch;
    if (is_onnx(start)) return FileFormat::onnx;
    if (is_json(start)) return is_tfjs(file) ? FileFormat::tfjs : FileFormat::json;
    if (start.size() > 8 && start[8] == '{') return FileFormat::safetensors;  // a damaged one
    if (is_hdf5(file)) return FileFormat::hdf5;
    return FileFormat::unknown;
}

}  // namespace shikumi::formats
