// IntegerLookup.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <shikumi/nn/layer.hpp>
#include <shikumi/nn/layers/preprocessing/output_mode.hpp>

namespace shikumi::nn {

namespace detail {
template <class Token>
class Vocabulary;
}

/// What IntegerLookup can be given. Defaults are Keras's.
struct IntegerLookupOptions {
    std::vector<Index> vocabulary = {};    ///< where it is known beforehand; else `adapt`
    Index max_tokens = 0;                  ///< indices at most; 0: any number
    Index num_oov_indices = 1;             ///< indices that numbers outside share by number mod n
    std::optional<Index> mask_token = {};  ///< gets index 0, in the output mode `index` only
    Index oov_token = -1;                  ///< stands for numbers outside in the vocabulary
    std::vector<double> idf_weights = {};  ///< of a given vocabulary, for tf_idf
    bool pad_to_max_tokens = false;        ///< make vectors of max_tokens elements
    OutputMode output_mode = OutputMode::index;  ///< what comes out
    std::string name = {};  ///< "integer_lookup", "integer_lookup_1", … where it is empty
    DType dtype = f32;      ///< of vectors that come out: f32 or f64
};

/// Any integers as indices of a vocabulary, i64, or as vectors. With num_oov_indices of 0, a number
/// outside throws ValueError when it is evaluated.
class IntegerLookup final : public Layer {
public:
    /// Throws ValueError where a number of the vocabulary occurs twice, and where numbers don't go
    /// together.
    explicit IntegerLookup(const IntegerLookupOptions& options = {});
    /// Takes the vocabulary from integers (documents, …), those that occur most often first, and
    /// larger ones first where they occur as often; a list (n) is one document. Throws StateError
    /// once the layer has been called.
    void adapt(const Tensor& data);
    /// The number that each index stands for.
    std::vector<Index> vocabulary() const;
    /// Throws DTypeError unless x holds integers, StateError while there is no vocabulary.
    Tensor call(const Tensor& x, Mode mode) override;
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    static IntegerLookup from_config(ConfigReader& config);

private:
    IntegerLookupOptions options_;
    std::shared_ptr<const detail::Vocabulary<Index>> vocabulary_;  // shared by copies
    std::vector<double> weights_;                                  // of the indices, for tf_idf
};

}  // namespace shikumi::nn
