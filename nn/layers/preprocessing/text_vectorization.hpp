// TextVectorization: texts as indices of their words.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <shikumi/nn/layers/preprocessing/string_lookup.hpp>

namespace shikumi::nn {

/// How TextVectorization prepares a text and cuts it: functions of one's own are as good.
namespace text {

/// With small letters for A to Z.
std::string lower(std::string_view text);
/// Without the punctuation marks of ASCII.
std::string strip_punctuation(std::string_view text);
/// Both: the default.
std::string lower_and_strip_punctuation(std::string_view text);

/// The parts between spaces, tabs and line ends.
std::vector<std::string> whitespace(std::string_view text);
/// The characters of a text in UTF-8. Throws ValueError where it isn't.
std::vector<std::string> character(std::string_view text);
/// The text as one piece.
std::vector<std::string> whole(std::string_view text);

}  // namespace text

/// What TextVectorization can be given. Defaults are Keras's.
struct TextVectorizationOptions {
    Index max_tokens =
        0;  ///< indices at most, 0 for padding and 1 for unknown ones included; 0: any
    /// Prepares a text; empty: leave it as it is.
    std::function<std::string(std::string_view text)> standardize =
        text::lower_and_strip_punctuation;
    /// Cuts a text into tokens.
    std::function<std::vector<std::string>(std::string_view text)> split = text::whitespace;
    std::vector<Index> ngrams = {};  ///< 1 to n adjacent tokens as one: {1, 2} adds all pairs
    OutputMode output_mode = OutputMode::index;  ///< index, multi_hot, count or tf_idf
    Index output_sequence_length = 0;            ///< of all texts; 0: that of the longest
    bool pad_to_max_tokens = false;              ///< make vectors of max_tokens elements
    std::vector<std::string> vocabulary = {};    ///< where it is known beforehand; else `adapt`
    std::vector<double> idf_weights = {};        ///< of a given vocabulary, for tf_idf
    DType dtype = f32;                           ///< of vectors that come out: f32 or f64
};

/// Texts as the indices of their tokens, (texts, longest), i64, where 0 is padding and 1 stands for
/// tokens that aren't known; or as vectors (texts, vocabulary). No layer of a model, since no
/// tensor holds strings: it stands before the model.
class TextVectorization {
public:
    /// Throws ValueError for the mode one_hot, for n-grams below 1, and as StringLookup does.
    explicit TextVectorization(const TextVectorizationOptions& options = {});
    /// Takes the vocabulary from texts, as StringLookup does from documents.
    void adapt(const std::vector<std::string>& texts);
    /// The token that each index stands for.
    std::vector<std::string> vocabulary() const { return lookup_.vocabulary(); }
    /// The tokens of a text.
    std::vector<std::string> tokens(std::string_view text) const;
    /// The indices of the texts' tokens, or what the output mode makes of them. Throws StateError
    /// while there is no vocabulary.
    Tensor operator()(const std::vector<std::string>& texts) const;
    /// What it was made of and has learned, by Keras's names, so that a file can hold it. Throws
    /// ValueError where a function of one's own prepares or cuts texts.
    Config get_config() const;
    /// The object of that configuration. Throws ValueError for fields that it can't take.
    static TextVectorization from_config(const Config& config);

private:
    TextVectorizationOptions options_;
    StringLookup lookup_;
};

}  // namespace shikumi::nn
