#include <shikumi/nn/io/detail/tfjs_file.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include <shikumi/autograd/core/class_config.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/detail/beside.hpp>
#include <shikumi/formats/detail/byte_order.hpp>
#include <shikumi/formats/detail/in_quotes.hpp>
#include <shikumi/formats/detail/input_file.hpp>
#include <shikumi/nn/io/detail/tfjs_forms.hpp>
#include <shikumi/nn/io/json.hpp>

namespace shikumi::nn::detail {

using formats::StoredTensor;
using formats::StoredType;
using formats::detail::in_quotes;
using formats::detail::InputFile;

namespace {

using shikumi::detail::text_of;

// An IoError like all others of files.
Config read_json(std::string_view who, const std::string& path, const formats::FileBudget& budget) {
    const InputFile file(who, path);
    const JsonBudget most;
    const std::uint64_t limit = std::min<std::uint64_t>(most.bytes, budget.header);
    if (file.size() > limit)
        fail<IoError>(who, path, " is of ", file.size(), " bytes; the limit is ", limit);
    try {
        return parse_json(file.text_at(0, file.size()), who, most);
    } catch (const ValueError& e) {
        throw IoError(sentence(e.what(), ", in the file ", path));
    }
}

std::optional<StoredType> type_of(std::string_view name) {
    for (const StoredType type : {StoredType::f32, StoredType::f16, StoredType::i32,
                                  StoredType::u16, StoredType::u8, StoredType::bool_}) {
        if (formats::name(type) == name) return type;
    }
    return std::nullopt;
}

std::optional<double> number_in(const Config& config, std::string_view name) {
    const Config* const found = config.find(name);
    if (!found) return std::nullopt;
    if (found->integer()) return static_cast<double>(*found->integer());
    if (found->number() && std::isfinite(*found->number())) return *found->number();
    return std::nullopt;
}

// As TensorFlow.js and its converter do it.
template <class Q>
void spread(std::span<const std::byte> from, float scale, float min, StoredTensor& to) {
    const std::span<std::byte> out = to.mutable_bytes();
    for (std::size_t i = 0; i < from.size() / sizeof(Q); ++i) {
        Q q;
        std::memcpy(&q, from.data() + i * sizeof q, sizeof q);
        const float value = static_cast<float>(q) * scale + min;
        if (to.type() == StoredType::f32) {
            std::memcpy(out.data() + i * sizeof value, &value, sizeof value);
            continue;
        }
        constexpr double most = std::numeric_limits<std::int32_t>::max();
        const auto whole = static_cast<std::int32_t>(
            std::clamp(std::nearbyint(static_cast<double>(value)), -most, most));
        std::memcpy(out.data() + i * sizeof whole, &whole, sizeof whole);
    }
}

}  // namespace

template <class... Parts>
void TfjsFile::refuse(const Parts&... parts) const {
    fail<IoError>(reader_, path_, ": ", parts...);
}

TfjsFile::TfjsFile(std::string_view who, const std::string& path, const formats::FileBudget& budget)
    : TensorFile(std::string(who), path),
      folder_(std::filesystem::path(path).parent_path().string()) {
    const Config whole = read_json(who, path, budget);
    const Config* const manifest = whole.find("weightsManifest");
    if (!manifest || !manifest->list())
        refuse("is no layers-model of TensorFlow.js: it lacks the list 'weightsManifest'");
    const std::string format = text_of(whole, "format");
    if (!format.empty() && format != "layers-model")
        refuse("holds a ", in_quotes(format), " of TensorFlow.js: only a layers-model is read");
    take_topology(whole);
    for (const char* const name : {"format", "generatedBy", "convertedBy"}) {
        if (const std::string text = text_of(whole, name); !text.empty())
            metadata_.emplace(name, text);
    }
    for (const Config& group : *manifest->list()) take_group(group, budget);
}

// TensorFlow.js writes the model itself, its converter what an .h5 file has.
void TfjsFile::take_topology(const Config& whole) {
    const Config* const topology = whole.find("modelTopology");
    if (!topology || !topology->object()) refuse("lacks the object 'modelTopology'");
    const Config* const inner = topology->find("model_config");
    const Config& model = inner && !inner->is_null() ? *inner : *topology;
    if (!model.object()) refuse("'model_config' is no object");
    model_ = keras_config_of_tfjs(model);
    if (const std::string version = text_of(*topology, "keras_version"); !version.empty()) {
        model_.set("keras_version", version);
        metadata_.emplace("keras_version", version);
    }
    const Config* const own = whole.find("trainingConfig");
    const Config* const converted = topology->find("training_config");
    if (own && own->object())
        training_ = keras_training_of_tfjs(*own);
    else if (converted && converted->object())
        training_ = *converted;
}

void TfjsFile::take_group(const Config& group, const formats::FileBudget& budget) {
    const Config* const weights = group.find("weights");
    if (!weights || !weights->list()) refuse("a part of 'weightsManifest' has no list 'weights'");
    std::uint64_t end = 0;
    for (const Config& weight : *weights->list()) take_weight(weight, end, budget);
    const std::uint64_t bytes = take_shards(group);
    if (bytes != end)
        refuse("its weights are of ", end, " bytes, and ",
               groups_.back().empty()
                   ? std::string("there is no file of them")
                   : sentence("the files from ", in_quotes(groups_.back().front().file),
                              " on have ", bytes));
}

void TfjsFile::take_weight(const Config& weight, std::uint64_t& end,
                           const formats::FileBudget& budget) {
    const std::string name = text_of(weight, "name"), dtype = text_of(weight, "dtype");
    if (name.empty()) refuse("a weight in 'weightsManifest' has no name");
    const auto refuse_weight = [&](const auto&... parts) {
        refuse("the weight ", std::string_view(in_quotes(name)), " ", parts...);
    };
    const std::optional<StoredType> type = type_of(dtype);
    if (!type)
        refuse_weight("is of the type ", std::string_view(in_quotes(dtype)),
                      ", which isn't known here");
    Place place{groups_.size(), end, *type};
    if (const Config* const quantized = weight.find("quantization");
        quantized && !quantized->is_null()) {
        const std::string in = text_of(*quantized, "dtype");
        const bool half = in == "float16" && *type == StoredType::f32;
        const bool small = (in == "uint8" || in == "uint16") &&
                           (*type == StoredType::f32 || *type == StoredType::i32);
        const auto scale = number_in(*quantized, "scale"), min = number_in(*quantized, "min");
        if (!half && !small)
            refuse_weight("is quantised to ", std::string_view(in_quotes(in)), " from ", dtype,
                          ", which isn't known here");
        if (small && (!scale || !min))
            refuse_weight("is quantised, and lacks the numbers 'scale' and 'min'");
        place.type = *type_of(in);
        if (small) place.scale = *scale, place.min = *min;
    }
    const Config* const shape = weight.find("shape");
    if (!shape || !shape->list()) refuse_weight("has no shape");
    if (shape->list()->size() > Shape::max_rank)
        refuse_weight("has more than ", Shape::max_rank, " axes");
    std::vector<Index> sizes;
    std::uint64_t elements = 1;
    for (const Config& one : *shape->list()) {
        const std::int64_t* const size = one.integer();
        if (!size || *size < 0) refuse_weight("has a size that is ", one.description());
        sizes.push_back(*size);
        elements = *size > 0 && elements > budget.bytes / static_cast<std::uint64_t>(*size)
                       ? budget.bytes + 1
                       : elements * static_cast<std::uint64_t>(*size);
        if (elements > budget.bytes)
            refuse_weight("has more elements than the budget of ", budget.bytes, " bytes");
    }
    end += elements * formats::size_of(place.type);
    add({name, *type, Shape(std::span<const Index>(sizes))}, budget);
    places_.push_back(place);
    optimizers_.push_back(text_of(weight, "group") == "optimizer");
}

std::uint64_t TfjsFile::take_shards(const Config& group) {
    constexpr std::size_t most = 100'000;
    const Config* const paths = group.find("paths");
    if (!paths || !paths->list() || paths->list()->size() > most)
        refuse("a part of 'weightsManifest' has no list 'paths' of files");
    std::vector<Shard>& shards = groups_.emplace_back();
    std::uint64_t bytes = 0;
    for (const Config& path : *paths->list()) {
        if (!path.text()) refuse("the path of a file of weights is ", path.description());
        std::string file = *path.text();
        if (file.starts_with("./")) file.erase(0, 2);
        if (const auto why = formats::detail::refused_beside(folder_, file); !why.empty())
            refuse("its weights are in ", std::string_view(in_quotes(file)), ", ", why);
        const std::uint64_t size = InputFile(reader_, std::filesystem::path(folder_) / file).size();
        shards.push_back({std::move(file), bytes, size});
        bytes += size;
    }
    return bytes;
}

// A weight may begin in one file and end in another.
void TfjsFile::read_bytes(const Place& place, std::span<std::byte> out) const {
    std::uint64_t at = place.begin;
    for (const Shard& shard : groups_[place.group]) {
        if (out.empty()) return;
        if (at >= shard.begin + shard.bytes) continue;
        const std::uint64_t here =
            std::min<std::uint64_t>(out.size(), shard.begin + shard.bytes - at);
        InputFile(reader_, std::filesystem::path(folder_) / shard.file)
            .read_at(at - shard.begin, out.first(here));
        out = out.subspan(here);
        at += here;
    }
}

void TfjsFile::read_elements(std::size_t i, StoredTensor& tensor) const {
    const Place& place = places_[i];
    if (place.type == tensor.type()) {
        read_bytes(place, tensor.mutable_bytes());
        formats::detail::swap_unless_little(tensor.mutable_bytes(), size_of(tensor.type()));
        return;
    }
    StoredTensor stored(place.type, tensor.shape());
    read_bytes(place, stored.mutable_bytes());
    formats::detail::swap_unless_little(stored.mutable_bytes(), size_of(place.type));
    const auto scale = static_cast<float>(place.scale), min = static_cast<float>(place.min);
    if (place.type == StoredType::f16)
        tensor = StoredTensor(stored.tensor());
    else if (place.type == StoredType::u8)
        spread<std::uint8_t>(stored.bytes(), scale, min, tensor);
    else
        spread<std::uint16_t>(stored.bytes(), scale, min, tensor);
}

}  // namespace shikumi::nn::detail
