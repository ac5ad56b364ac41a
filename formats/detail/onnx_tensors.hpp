// The elements of a tensor in an ONNX file, which stand in one of seven places.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/formats/stored_tensor.hpp>
#include <shikumi/formats/tensor_file.hpp>

namespace shikumi::formats::detail {

/// A tensor as the file has it, not checked yet.
struct OnnxTensor {
    std::string name;
    std::int32_t type = 0;
    std::vector<std::int64_t> dims;
    std::vector<float> floats;
    std::vector<std::int32_t> ints;
    std::vector<std::int64_t> longs;
    std::vector<double> doubles;
    std::vector<std::uint64_t> naturals;
    std::optional<std::string_view> raw;
    bool external = false;
    std::string location;
    std::uint64_t offset = 0;
    std::optional<std::uint64_t> length;
};

/// Makes tensors, and counts what they take.
class OnnxTensors {
public:
    /// Data may lie in other files in the folder of `path`.
    OnnxTensors(std::string path, const FileBudget& budget)
        : path_(std::move(path)), bytes_left_(budget.bytes) {}
    /// The tensor with its elements. Throws IoError, naming it.
    StoredTensor made(const OnnxTensor& tensor);

private:
    [[noreturn]] void refuse(const OnnxTensor& tensor, const std::string& why) const;
    Shape shape_of(const OnnxTensor& tensor) const;
    void fill_from_raw(const OnnxTensor& tensor, StoredTensor& made) const;
    void fill_from_numbers(const OnnxTensor& tensor, StoredTensor& made) const;
    void fill_from_file(const OnnxTensor& tensor, StoredTensor& made) const;

    std::string path_;
    std::uint64_t bytes_left_;
};

}  // namespace shikumi::formats::detail
