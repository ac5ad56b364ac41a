#include <shikumi/nn/layers/preprocessing/detail/token_counts.hpp>
#include <shikumi/nn/layers/preprocessing/string_lookup.hpp>

#include <cstdint>
#include <utility>

#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/preprocessing/detail/encode.hpp>

namespace shikumi::nn {

namespace {

constexpr std::string_view string_lookup_name = "string_lookup";

// FNV-1a by G. Fowler, L. Noll and K. Vo, 64 bits: the same on every machine.
std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return hash;
}

Index index_of(const detail::Vocabulary<std::string>& vocabulary, const std::string& text) {
    if (const auto known = vocabulary.find(text)) return *known;
    if (vocabulary.unknown() == 0)
        fail<ValueError>(string_lookup_name, "the vocabulary doesn't have '", text,
                         "', and num_oov_indices is 0");
    return vocabulary.first_unknown() +
           static_cast<Index>(hash_of(text) % static_cast<std::uint64_t>(vocabulary.unknown()));
}

}  // namespace

StringLookup::StringLookup(const StringLookupOptions& options) : options_(options) {
    if (!is_floating(options.dtype))
        fail<DTypeError>(string_lookup_name, "makes vectors of f32 or f64, not ", options.dtype);
    detail::Vocabulary<std::string> vocabulary(
        string_lookup_name, options.max_tokens, options.num_oov_indices, options.oov_token,
        options.output_mode == OutputMode::index ? options.mask_token
                                                 : std::optional<std::string>());
    if (!options.vocabulary.empty()) {
        vocabulary.set(options.vocabulary);
        if (options.output_mode == OutputMode::tf_idf)
            weights_ = vocabulary.weights(options.idf_weights);
    }
    vocabulary_ = std::make_shared<const detail::Vocabulary<std::string>>(std::move(vocabulary));
}

void StringLookup::adapt(const std::vector<std::string>& document) {
    adapt(std::vector<std::vector<std::string>>{document});
}

void StringLookup::adapt(const std::vector<std::vector<std::string>>& documents) {
    detail::TokenCounts<std::string> counts;
    for (const std::vector<std::string>& document : documents) counts.add(document);
    detail::Vocabulary<std::string> vocabulary = *vocabulary_;
    vocabulary.learn(counts);
    vocabulary_ = std::make_shared<const detail::Vocabulary<std::string>>(std::move(vocabulary));
    if (options_.output_mode != OutputMode::tf_idf) return;
    std::vector<double> weights;
    for (const std::string& token : vocabulary_->tokens())
        weights.push_back(counts.inverse_document_frequency(token));
    weights_ = vocabulary_->weights(weights);
}

std::vector<std::string> StringLookup::vocabulary() const { return vocabulary_->all(); }

Tensor StringLookup::operator()(const std::vector<std::string>& strings, const Shape& shape) const {
    vocabulary_->require_known();
    std::vector<std::int64_t> indices;
    for (const std::string& text : strings) indices.push_back(index_of(*vocabulary_, text));
    return detail::encode_vocabulary(*vocabulary_, tensor(indices, shape), weights_,
                                     options_.output_mode, options_.pad_to_max_tokens,
                                     options_.dtype);
}

std::vector<std::string> StringLookup::strings(const Tensor& indices) const {
    shikumi::detail::want_indices(string_lookup_name, indices.spec());
    vocabulary_->require_known();
    const std::vector<std::string> all = vocabulary_->all();
    std::vector<std::string> found;
    for (const Index index : indices.to_vector<Index>())
        found.push_back(index >= 0 && index < static_cast<Index>(all.size())
                            ? all[static_cast<std::size_t>(index)]
                            : options_.oov_token);
    return found;
}

void visit_fields(auto& fields, FieldsOf<StringLookupOptions> auto& o) {
    fields.or_null("max_tokens", o.max_tokens)("num_oov_indices", o.num_oov_indices);
    fields("mask_token", o.mask_token)("oov_token", o.oov_token);
    fields.or_null("vocabulary", o.vocabulary).or_null("idf_weights", o.idf_weights);
    fields("pad_to_max_tokens", o.pad_to_max_tokens)("output_mode", o.output_mode);
    fields("dtype", o.dtype).accept("encoding", "utf-8").ignore("name").ignore("trainable");
}

Config StringLookup::get_config() const {
    StringLookupOptions options = options_;
    options.vocabulary = vocabulary_->tokens();
    options.idf_weights = vocabulary_->weights_of_known(weights_);
    return ConfigWriter().fields(options);
}

StringLookup StringLookup::from_config(const Config& config) {
    ConfigReader fields("StringLookup", config);
    const auto options = fields.fields<StringLookupOptions>();
    fields.refuse_unread();
    return StringLookup(options);
}

}  // namespace shikumi::nn
