// A layers-model of TensorFlow.js: a configuration and a list of weights, whose bytes lie in files
// beside it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/formats/tensor_file.hpp>

namespace shikumi::nn::detail {

/// A model.json of TensorFlow.js, or of its converter, open for reading. Weights that were stored
/// in fewer bits come back in their own type: q · scale + min in f32. Format:
/// https://www.tensorflow.org/js/guide/save_load.
class TfjsFile final : public formats::TensorFile {
public:
    /// Reads the configuration and the list of weights, and looks at the sizes of the other files.
    /// Errors begin with `who`: IoError, naming file and weight, for text that is no JSON, for
    /// another format, for weights of unknown types, and for files that aren't in the same folder,
    /// are missing, or don't hold exactly the bytes of the weights; all within the budget.
    TfjsFile(std::string_view who, const std::string& path, const formats::FileBudget& budget);

    /// The model as Keras has it, with the version of what wrote it.
    const Config& model() const noexcept { return model_; }
    /// What `compile` was told, as Keras has it; nothing where the file doesn't say so.
    const Config& training() const noexcept { return training_; }
    /// Whether a tensor belongs to the optimiser's memory.
    bool is_of_optimizer(std::string_view name) const { return optimizers_[position(name)]; }

private:
    // How a weight lies in its files.
    struct Place {
        std::size_t group;
        std::uint64_t begin;  // in the bytes of all files of the group
        formats::StoredType type;
        double scale = 1, min = 0;
    };
    struct Shard {
        std::string file;
        std::uint64_t begin, bytes;
    };

    void take_topology(const Config& whole);
    void take_group(const Config& group, const formats::FileBudget& budget);
    void take_weight(const Config& weight, std::uint64_t& end, const formats::FileBudget& budget);
    std::uint64_t take_shards(const Config& group);
    void read_elements(std::size_t i, formats::StoredTensor& tensor) const override;
    void read_bytes(const Place& place, std::span<std::byte> out) const;
    template <class... Parts>
    [[noreturn]] void refuse(const Parts&... parts) const;

    std::string folder_;
    Config model_, training_;
    std::vector<std::vector<Shard>> groups_;
    std::vector<Place> places_;     // of each tensor
    std::vector<bool> optimizers_;  // of each tensor
};

}  // namespace shikumi::nn::detail
