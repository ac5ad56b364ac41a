#include <shikumi/nn/io/detail/state_file.hpp>

#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/safetensors.hpp>
#include <shikumi/nn/io/json.hpp>

namespace shikumi::nn::detail {

namespace {

// A file of another version is another format, be its difference ever so small: readers keep those
// of older ones.
constexpr std::string_view version = "1";

void check_version(std::string_view who, const formats::TensorFile& file) {
    const auto found = file.metadata().find("shikumi");
    if (found == file.metadata().end())
        fail<IoError>(who, file.path(), " is a file of tensors, but holds no model of ",
                      "shikumi: its metadata lack 'shikumi'");
    if (found->second != version)
        fail<IoError>(who, file.path(), " is of version '", found->second,
                      "' of the format; this library reads version ", version);
}

// Without them a file may be damaged anywhere.
void check_has_checksums(std::string_view who, const formats::TensorFile& file) {
    const auto found = file.metadata().find("checksums");
    if (found == file.metadata().end() || !found->second.starts_with("crc32c "))
        fail<IoError>(who, file.path(), " is damaged: its metadata lack 'checksums'");
}

Config values_of(std::string_view who, const formats::TensorFile& file) {
    const auto found = file.metadata().find("training");
    if (found == file.metadata().end())
        fail<IoError>(who, file.path(), ": its metadata lack 'training'");
    Config values = parse_json(found->second, sentence(file.path(), ", 'training'"));
    if (!values.object()) fail<IoError>(who, file.path(), ": 'training' is ", values.description());
    return values;
}

}  // namespace

std::function<void()> state_writing(std::string who, std::filesystem::path path, StateFile file,
                                    int keep) {
    std::vector<formats::NamedTensor> tensors;  // which, unlike Tensors, are memory alone
    for (const auto& [name, tensor] : file.state.tensors) tensors.push_back({name, tensor});
    return [who = std::move(who), path = std::move(path), values = std::move(file.state.values),
            about = std::move(file.about), tensors = std::move(tensors), keep] {
        formats::Metadata all = about;
        all.insert_or_assign("shikumi", std::string(version));
        all["training"] = to_json(values);
        try {
            formats::write_safetensors(path, tensors, {.metadata = std::move(all), .keep = keep});
        } catch (Error& e) {
            e.add_context(sentence("in '", who, "'"));
            throw;
        }
    };
}

StateFile read_state(std::string_view who, const std::filesystem::path& path) {
    const formats::SafetensorsFile file(path);
    check_version(who, file);
    check_has_checksums(who, file);
    StateFile read{{values_of(who, file)}, file.metadata()};
    for (const std::string& name : file.names())
        read.state.tensors.emplace_back(name, file.read(name));
    return read;
}

}  // namespace shikumi::nn::detail
