// StringLookup.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/nn/layers/preprocessing/output_mode.hpp>

namespace shikumi::nn {

namespace detail {
template <class Token>
class Vocabulary;
}

/// What StringLookup can be given. Defaults are Keras's.
struct StringLookupOptions {
    std::vector<std::string> vocabulary = {};    ///< where it is known beforehand; else `adapt`
    Index max_tokens = 0;                        ///< indices at most; 0: any number
    Index num_oov_indices = 1;                   ///< indices that unknown strings share by hash
    std::optional<std::string> mask_token = {};  ///< gets index 0, in the mode `index` only
    std::string oov_token = "[UNK]";             ///< stands for unknown strings in the vocabulary
    std::vector<double> idf_weights = {};        ///< of a given vocabulary, for tf_idf
    bool pad_to_max_tokens = false;              ///< make vectors of max_tokens elements
    OutputMode output_mode = OutputMode::index;  ///< what comes out
    DType dtype = f32;                           ///< of vectors that come out: f32 or f64
};

/// Strings as indices of a vocabulary, or as vectors. No layer of a model, since no tensor holds
/// strings: it stands before the model.
class StringLookup {
public:
    /// Throws ValueError where a string of the vocabulary occurs twice, and where numbers don't go
    /// together.
    explicit StringLookup(const StringLookupOptions& options = {});
    /// Takes the vocabulary from the strings of one document, those that occur most often first,
    /// and the last in order first where they occur as often.
    void adapt(const std::vector<std::string>& document);
    /// Takes the vocabulary from several documents.
    void adapt(const std::vector<std::vector<std::string>>& documents);
    /// The string that each index stands for.
    std::vector<std::string> vocabulary() const;
    /// The indices of strings under a shape, i64, or what the output mode makes of them. Throws
    /// ShapeError where the shape has another number of elements, ValueError for an unknown string
    /// where num_oov_indices is 0, StateError while there is no vocabulary.
    Tensor operator()(const std::vector<std::string>& strings, const Shape& shape) const;
    /// The indices of strings (n), or what the output mode makes of them.
    Tensor operator()(const std::vector<std::string>& strings) const {
        return (*this)(strings, {static_cast<Index>(strings.size())});
    }
    /// The strings that indices of any shape stand for, in order: Keras's `invert`. Those outside
    /// the vocabulary give oov_token. Throws DTypeError unless they are integers.
    std::vector<std::string> strings(const Tensor& indices) const;
    /// What it was made of and has learned, by Keras's names, so that a file can hold it.
    Config get_config() const;
    /// The object of that configuration. Throws ValueError for fields that it can't take.
    static StringLookup from_config(const Config& config);

private:
    StringLookupOptions options_;
    std::shared_ptr<const detail::Vocabulary<std::string>> vocabulary_;  // shared by copies
    std::vector<double> weights_;  // of the indices, for tf_idf
};

}  // namespace shikumi::nn
