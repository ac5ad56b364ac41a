#include <shikumi/nn/layers/preprocessing/text_vectorization.hpp>

#include <algorithm>
#include <numeric>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/name_table.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

namespace {

constexpr std::string_view text_vectorization_name = "text_vectorization";

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool is_punctuation(char c) {
    return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
           (c >= '{' && c <= '~');
}

// How many bytes the character has that begins with this byte; 0 where none begins with it.
std::size_t bytes_of(unsigned char first) {
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first < 0xe0) return 2;
    if (first >= 0xe0 && first < 0xf0) return 3;
    return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

StringLookupOptions lookup_options(const TextVectorizationOptions& options) {
    return {.vocabulary = options.vocabulary,
            .max_tokens = options.max_tokens,
            .mask_token = "",
            .idf_weights = options.idf_weights,
            .pad_to_max_tokens = options.pad_to_max_tokens,
            .output_mode = options.output_mode,
            .dtype = options.dtype};
}

// All runs of n tokens, joined by spaces.
void add_runs(std::vector<std::string>& all, const std::vector<std::string>& tokens,
              std::size_t n) {
    for (std::size_t first = 0; first + n <= tokens.size(); ++first) {
        std::string run = tokens[first];
        for (std::size_t i = 1; i < n; ++i) run.append(" ").append(tokens[first + i]);
        all.push_back(std::move(run));
    }
}

}  // namespace

std::string text::lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

std::string text::strip_punctuation(std::string_view text) {
    std::string result(text);
    std::erase_if(result, is_punctuation);
    return result;
}

std::string text::lower_and_strip_punctuation(std::string_view text) {
    return strip_punctuation(lower(text));
}

std::vector<std::string> text::whitespace(std::string_view text) {
    std::vector<std::string> parts;
    for (auto at = text.begin(); at != text.end();) {
        at = std::find_if_not(at, text.end(), is_space);
        const auto end = std::find_if(at, text.end(), is_space);
        if (at != end) parts.emplace_back(at, end);
        at = end;
    }
    return parts;
}

std::vector<std::string> text::character(std::string_view text) {
    std::vector<std::string> characters;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t bytes = bytes_of(static_cast<unsigned char>(text[at]));
        const std::string_view one = text.substr(at, bytes);
        const bool whole =
            bytes > 0 && one.size() == bytes &&
            std::all_of(one.begin() + 1, one.end(), [](char c) { return (c & 0xc0) == 0x80; });
        if (!whole)
            fail<ValueError>(text_vectorization_name, "byte ", at, " of a text is no UTF-8");
        characters.emplace_back(one);
        at += bytes;
    }
    return characters;
}

std::vector<std::string> text::whole(std::string_view text) { return {std::string(text)}; }

TextVectorization::TextVectorization(const TextVectorizationOptions& options)
    : options_(options), lookup_(lookup_options(options)) {
    if (options.output_mode == OutputMode::one_hot)
        fail<ValueError>(text_vectorization_name,
                         "the output mode is index, multi_hot, count or tf_idf");
    if (!options.split)
        fail<ValueError>(text_vectorization_name, "wants a function that cuts a text");
    if (options.output_sequence_length < 0)
        fail<ValueError>(text_vectorization_name,
                         "output_sequence_length must not be negative, got ",
                         options.output_sequence_length);
    for (const Index n : options.ngrams) {
        if (n < 1) fail<ValueError>(text_vectorization_name, "ngrams must be positive, got ", n);
    }
}

std::vector<std::string> TextVectorization::tokens(std::string_view text) const {
    std::vector<std::string> tokens =
        options_.split(options_.standardize ? options_.standardize(text) : std::string(text));
    if (options_.ngrams.empty()) return tokens;
    std::vector<std::string> all;
    for (const Index n : options_.ngrams) add_runs(all, tokens, static_cast<std::size_t>(n));
    return all;
}

void TextVectorization::adapt(const std::vector<std::string>& texts) {
    std::vector<std::vector<std::string>> documents;
    for (const std::string& text : texts) documents.push_back(tokens(text));
    lookup_.adapt(documents);
}

Tensor TextVectorization::operator()(const std::vector<std::string>& texts) const {
    if (options_.output_mode != OutputMode::index) {
        std::vector<Tensor> rows;
        for (const std::string& text : texts) {
            const std::vector<std::string> found = tokens(text);
            rows.push_back(lookup_(found, {1, static_cast<Index>(found.size())}));
        }
        return concatenate(rows);
    }
    std::vector<std::vector<std::string>> all;
    auto length = static_cast<std::size_t>(options_.output_sequence_length);
    for (const std::string& text : texts) {
        all.push_back(tokens(text));
        if (options_.output_sequence_length == 0) length = std::max(length, all.back().size());
    }
    // The empty string is the mask: index 0.
    std::vector<std::string> padded;
    for (std::vector<std::string>& row : all) {
        row.resize(length);
        padded.insert(padded.end(), row.begin(), row.end());
    }
    return lookup_(padded, {static_cast<Index>(texts.size()), static_cast<Index>(length)});
}

namespace {

using Prepare = std::string(std::string_view text);
using Cut = std::vector<std::string>(std::string_view text);

// Keras's names of the functions; nothing stands for a null, or for one that does nothing.
constexpr shikumi::detail::NameRow<Prepare*> prepare_rows[] = {
    {text::lower_and_strip_punctuation, {"lower_and_strip_punctuation"}},
    {text::lower, {"lower"}},
    {text::strip_punctuation, {"strip_punctuation"}},
};
constexpr shikumi::detail::NameTable<Prepare*> prepares("standardize", prepare_rows);
constexpr shikumi::detail::NameRow<Cut*> cut_rows[] = {
    {text::whitespace, {"whitespace"}},
    {text::character, {"character"}},
    {text::whole, {"whole"}},
};
constexpr shikumi::detail::NameTable<Cut*> cuts("split", cut_rows);

template <class F>
Config name_in(const shikumi::detail::NameTable<F*>& table, std::string_view option,
               const std::function<F>& function) {
    if (!function) return {};
    F* const* const plain = function.template target<F*>();
    for (const auto& row : table.rows()) {
        if (plain && *plain == row.value) return row.names[0];
    }
    fail<ValueError>(text_vectorization_name,
                     "no file can hold the function of your own that is its '", option, "'");
}

// A list of them, or Keras's n for 1 to n.
std::vector<Index> ngrams_in(const Config& config) {
    constexpr Index most = 100;
    std::vector<Index> ngrams;
    from_config(config, ngrams, "TextVectorization: ngrams");
    if (!config.integer()) return ngrams;
    const Index n = ngrams.front();
    if (n < 1 || n > most)
        fail<ValueError>(text_vectorization_name, "ngrams are 1 to ", most, ", got ", n);
    ngrams.resize(static_cast<std::size_t>(n));
    std::iota(ngrams.begin(), ngrams.end(), 1);
    return ngrams;
}

}  // namespace

void visit_fields(auto& fields, FieldsOf<TextVectorizationOptions> auto& o) {
    fields.or_null("max_tokens", o.max_tokens);
    fields("output_mode", o.output_mode);
    fields.or_null("output_sequence_length", o.output_sequence_length);
    fields("pad_to_max_tokens", o.pad_to_max_tokens).or_null("vocabulary", o.vocabulary);
    fields.or_null("idf_weights", o.idf_weights)("dtype", o.dtype);
    fields.accept("encoding", "utf-8").ignore("name").ignore("trainable");
}

Config TextVectorization::get_config() const {
    const Config learned = lookup_.get_config();
    ConfigWriter config;
    config.or_null("ngrams", options_.ngrams);
    config("standardize", name_in(prepares, "standardize", options_.standardize));
    config("split", name_in(cuts, "split", options_.split));
    Config all = config.fields(options_);
    for (const char* const name : {"vocabulary", "idf_weights"}) all.set(name, *learned.find(name));
    return all;
}

TextVectorization TextVectorization::from_config(const Config& config) {
    ConfigReader fields("TextVectorization", config);
    auto options = fields.fields<TextVectorizationOptions>();
    if (fields.has("ngrams")) options.ngrams = ngrams_in(fields.get<Config>("ngrams"));
    Config standardize = "lower_and_strip_punctuation", split = "whitespace";
    fields("standardize", standardize)("split", split);
    options.standardize = standardize.is_null()
                              ? nullptr
                              : prepares.read(standardize, "TextVectorization: standardize");
    options.split = split.is_null() ? text::whole : cuts.read(split, "TextVectorization: split");
    fields.refuse_unread();
    return TextVectorization(options);
}

}  // namespace shikumi::nn
