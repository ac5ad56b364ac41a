#include <shikumi/nn/layers/preprocessing/detail/token_counts.hpp>
#include <shikumi/nn/layers/preprocessing/integer_lookup.hpp>

#include <algorithm>
#include <utility>

#include <shikumi/autograd/ops/detail/dtype_checks.hpp>
#include <shikumi/autograd/ops/detail/required.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/layers/preprocessing/detail/encode.hpp>

namespace shikumi::nn {

namespace {

constexpr std::string_view integer_lookup_name = "integer_lookup";

// x less the multiple of n that makes it lie in [0, n). The first quotient of a large x is rounded,
// the second one is exact.
Tensor modulo(const Tensor& x, Index n) {
    Tensor rest = x;
    for (int i = 0; i < 2; ++i)
        rest = rest - floor(rest.cast(f64) / static_cast<double>(n)).cast(i64) * n;
    return rest;
}

// The index of each number outside the vocabulary.
Tensor unknown_indices(const detail::Vocabulary<Index>& vocabulary, const Tensor& x,
                       const Tensor& known) {
    if (vocabulary.unknown() > 1)
        return modulo(x, vocabulary.unknown()) + vocabulary.first_unknown();
    if (vocabulary.unknown() == 1) return full(x.shape(), vocabulary.first_unknown(), i64);
    const Tensor nothing = shikumi::detail::required<ValueError>(
        scalar(0, i64), all(known), integer_lookup_name,
        "got a number outside the vocabulary, and num_oov_indices is 0; its index would be");
    return broadcast_to(nothing, x.shape());
}

Tensor indices_of(const detail::Vocabulary<Index>& vocabulary, const Tensor& x) {
    std::vector<std::pair<Index, Index>> sorted;
    for (const Index number : vocabulary.tokens())
        sorted.emplace_back(number, vocabulary.find(number).value());
    if (vocabulary.mask()) sorted.emplace_back(*vocabulary.mask(), 0);
    if (sorted.empty()) return unknown_indices(vocabulary, x, zeros(x.shape(), bool_));
    std::ranges::sort(sorted);
    std::vector<std::int64_t> numbers, indices;
    for (const auto& [number, index] : sorted) {
        numbers.push_back(number);
        indices.push_back(index);
    }
    const Tensor among = tensor(numbers);
    const Tensor at = minimum(searchsorted(among, x), static_cast<Index>(numbers.size()) - 1);
    const Tensor known = equal(take(among, at), x);
    return where(known, take(tensor(indices), at), unknown_indices(vocabulary, x, known));
}

}  // namespace

IntegerLookup::IntegerLookup(const IntegerLookupOptions& options)
    : Layer({.name = options.name, .dtype = options.dtype}), options_(options) {
    detail::Vocabulary<Index> vocabulary(
        integer_lookup_name, options.max_tokens, options.num_oov_indices, options.oov_token,
        options.output_mode == OutputMode::index ? options.mask_token : std::optional<Index>());
    if (!options.vocabulary.empty()) {
        vocabulary.set(options.vocabulary);
        if (options.output_mode == OutputMode::tf_idf)
            weights_ = vocabulary.weights(options.idf_weights);
    }
    vocabulary_ = std::make_shared<const detail::Vocabulary<Index>>(std::move(vocabulary));
}

void IntegerLookup::adapt(const Tensor& data) {
    if (built()) fail<StateError>(integer_lookup_name, "has been called: adapt it before that");
    shikumi::detail::want_indices(integer_lookup_name, data.spec());
    const std::vector<Index> numbers = data.to_vector<Index>();
    const Index documents = data.rank() < 2 ? 1 : data.shape().front();
    const std::size_t each =
        documents == 0 ? 0 : numbers.size() / static_cast<std::size_t>(documents);
    detail::TokenCounts<Index> counts;
    for (auto at = numbers.begin(); at != numbers.end();) {
        const auto end = at + static_cast<std::ptrdiff_t>(each);
        counts.add({at, end});
        at = end;
    }
    detail::Vocabulary<Index> vocabulary = *vocabulary_;
    vocabulary.learn(counts);
    vocabulary_ = std::make_shared<const detail::Vocabulary<Index>>(std::move(vocabulary));
    if (options_.output_mode != OutputMode::tf_idf) return;
    std::vector<double> weights;
    for (const Index number : vocabulary_->tokens())
        weights.push_back(counts.inverse_document_frequency(number));
    weights_ = vocabulary_->weights(weights);
}

std::vector<Index> IntegerLookup::vocabulary() const { return vocabulary_->all(); }

Tensor IntegerLookup::call(const Tensor& x, Mode) {
    shikumi::detail::want_indices(integer_lookup_name, x.spec());
    vocabulary_->require_known();
    return detail::encode_vocabulary(*vocabulary_, indices_of(*vocabulary_, x.cast(i64)), weights_,
                                     options_.output_mode, options_.pad_to_max_tokens, dtype());
}

std::string IntegerLookup::label() const {
    return sentence("IntegerLookup of ", vocabulary_->size(), " indices");
}

void visit_fields(auto& fields, FieldsOf<IntegerLookupOptions> auto& o) {
    fields.or_null("max_tokens", o.max_tokens)("num_oov_indices", o.num_oov_indices);
    fields("mask_token", o.mask_token)("oov_token", o.oov_token);
    fields.or_null("vocabulary", o.vocabulary).or_null("idf_weights", o.idf_weights);
    fields("pad_to_max_tokens", o.pad_to_max_tokens)("output_mode", o.output_mode);
    fields.accept("vocabulary_dtype", "int64").accept("oov_method", "floormod");
    fields.accept("invert", false).accept("salt", {}).ignore("vocabulary_size");
}

Config IntegerLookup::get_config() const {
    IntegerLookupOptions options = options_;
    options.vocabulary = vocabulary_->tokens();
    options.idf_weights = vocabulary_->weights_of_known(weights_);
    return ConfigWriter().fields(options);
}

// Keras's dtype is that of the indices, where they come out.
IntegerLookup IntegerLookup::from_config(ConfigReader& config) {
    auto options = config.fields<IntegerLookupOptions>();
    DType dtype = f32;
    config("dtype", dtype);
    if (is_floating(dtype)) options.dtype = dtype;
    return IntegerLookup(options);
}

}  // namespace shikumi::nn
