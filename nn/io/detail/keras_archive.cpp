#include <shikumi/nn/io/detail/keras_archive.hpp>

#include <algorithm>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

#include <shikumi/autograd/core/error.hpp>

#include <shikumi/formats/detail/input_file.hpp>
#include <shikumi/formats/detail/zip.hpp>
#include <shikumi/nn/io/json.hpp>

namespace shikumi::nn::detail {

namespace {

constexpr std::string_view config_member = "config.json", weights_member = "model.weights.h5",
                           metadata_member = "metadata.json";

// Undated, so that the same model gives the same bytes.
std::string metadata() {
    return sentence(R"({"keras_version": ")", keras_version,
                    R"(", "date_saved": "1980-01-01@00:00:00"})");
}

}  // namespace

bool is_zip(std::string_view who, const std::string& path) {
    constexpr std::string_view start = "PK";
    const formats::detail::InputFile file(who, path);
    return file.text_at(0, std::min<std::uint64_t>(file.size(), start.size())) == start;
}

KerasArchive::KerasArchive(std::string_view who, const std::string& path,
                           const formats::FileBudget& budget) {
    using formats::detail::ZipReader;
    const ZipReader archive(who, path, budget.tensors);
    std::optional<std::size_t> config, weights;
    for (std::size_t i = 0; i < archive.members().size(); ++i) {
        const std::string& name = archive.members()[i].name;
        if (name == config_member)
            config = i;
        else if (name == weights_member)
            weights = i;
        else if (name != metadata_member && !name.ends_with('/'))
            passed_over_.push_back(name);
    }
    for (const auto& [member, found, most] :
         {std::tuple(config_member, config, std::uint64_t{JsonBudget{}.bytes}),
          std::tuple(weights_member, weights, budget.bytes)}) {
        if (!found)
            fail<IoError>(who, path, " is no .keras file: it lacks the member '", member, "'");
        if (const std::uint64_t bytes = archive.members()[*found].bytes; bytes > most)
            fail<IoError>(who, path, ": '", member, "' is of ", bytes, " bytes; the budget is ",
                          most);
    }
    const auto read = [&](std::size_t i, std::span<std::byte> out) {
        ZipReader::Stream stream(archive, i);
        stream.read(out);
        stream.finish();
    };
    config_.resize(archive.members()[*config].bytes);
    read(*config, std::as_writable_bytes(std::span(config_)));
    const std::size_t bytes = archive.members()[*weights].bytes;
    bytes_ = std::make_unique_for_overwrite<std::byte[]>(bytes);
    read(*weights, {bytes_.get(), bytes});
    weights_ = std::make_unique<formats::Hdf5File>(std::span<const std::byte>(bytes_.get(), bytes),
                                                   path, budget);
}

void write_keras_archive(std::string_view who, const std::string& path, const std::string& config,
                         std::string weights, int keep) {
    const formats::StoredTensor nothing(formats::StoredType::u8, Shape{0});
    std::vector<formats::detail::ZipContent> members{
        {std::string(metadata_member), metadata(), nothing},
        {std::string(config_member), config, nothing}};
    members.push_back({std::string(weights_member), std::move(weights), nothing});
    formats::detail::write_zip(who, path, members, {.keep_older = keep});
}

}  // namespace shikumi::nn::detail
