#include <shikumi/formats/tensor_file.hpp>

#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/nearest_names.hpp>
#include <shikumi/formats/detail/in_quotes.hpp>

namespace shikumi::formats {

TensorFile::TensorFile(std::string reader, std::string path)
    : reader_(std::move(reader)), path_(std::move(path)) {}

TensorFile::~TensorFile() = default;
TensorFile::TensorFile(TensorFile&&) noexcept = default;
TensorFile& TensorFile::operator=(TensorFile&&) noexcept = default;

std::vector<std::string> TensorFile::names() const {
    std::vector<std::string> names;
    names.reserve(tensors_.size());
    for (const TensorEntry& tensor : tensors_) names.push_back(tensor.name);
    return names;
}

bool TensorFile::contains(std::string_view name) const noexcept { return by_name_.contains(name); }

void TensorFile::add(TensorEntry entry, const FileBudget& budget) {
    if (tensors_.size() >= budget.tensors)
        fail<IoError>(reader_, path_, " holds more than ", budget.tensors,
                      " tensors, which is the budget");
    if (entry.bytes() > budget.bytes - bytes_)
        fail<IoError>(reader_, path_, ": ", detail::in_quotes(entry.name), " is of ", entry.bytes(),
                      " bytes, with which the budget of ", budget.bytes, " is exceeded");
    if (!by_name_.emplace(entry.name, tensors_.size()).second)
        fail<IoError>(reader_, path_, " holds ", detail::in_quotes(entry.name), " twice");
    bytes_ += entry.bytes();
    tensors_.push_back(std::move(entry));
}

std::size_t TensorFile::position(std::string_view name) const {
    if (const auto found = by_name_.find(name); found != by_name_.end()) return found->second;
    std::vector<std::string_view> known;
    for (const TensorEntry& tensor : tensors_) known.push_back(tensor.name);
    std::string near;
    for (const std::string_view n : shikumi::detail::nearest_names(name, known))
        near += sentence(near.empty() ? ": did you mean " : ", ", detail::in_quotes(n));
    fail<IoError>(reader_, path_, " holds no tensor ", detail::in_quotes(name), near,
                  near.empty() ? "" : "?");
}

StoredTensor TensorFile::read_stored(std::string_view name) const {
    const std::size_t i = position(name);
    StoredTensor tensor(tensors_[i].type, tensors_[i].shape);
    read_elements(i, tensor);
    return tensor;
}

Tensor TensorFile::read(std::string_view name) const {
    try {
        return read_stored(name).tensor();
    } catch (const ValueError& e) {
        fail<IoError>(reader_, path_, ": ", detail::in_quotes(name), ": ", e.what());
    }
}

}  // namespace shikumi::formats
