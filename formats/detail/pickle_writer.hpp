// Pickles, written in a fixed way: protocol 2, and nothing remembered.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/formats/torch_file.hpp>

namespace shikumi::formats::detail {

/// The pickle of an object as `torch.save` has it, and the tensors whose elements are its storages:
/// the first is called "0".
class TorchPickle {
public:
    /// Throws ValueError beginning with `writer` for a key that is neither text nor integer, and a
    /// text that isn't UTF-8.
    TorchPickle(std::string_view writer, const TorchValue& object);

    /// Its bytes.
    const std::string& bytes() const noexcept { return bytes_; }
    /// The storages.
    const std::vector<StoredTensor>& storages() const noexcept { return storages_; }

private:
    void write(const TorchValue& object);
    void write(const Config& value);
    void write(const StoredTensor& tensor);
    void write(const TorchValue::Tuple& tuple);
    void write(const TorchValue::List& list);
    void write(const TorchValue::Dict& dict);
    void write(const TorchValue::StateDict& dict);
    void write_number(std::int64_t number);
    void write_text(std::string_view text);
    void write_global(std::string_view module, std::string_view name);
    void write_new_ordered_dict();
    void write_sizes(const std::vector<Index>& sizes);
    void write_little_endian(std::uint64_t number, std::size_t bytes);

    std::string_view writer_;
    std::string bytes_;
    std::vector<StoredTensor> storages_;
};

}  // namespace shikumi::formats::detail
