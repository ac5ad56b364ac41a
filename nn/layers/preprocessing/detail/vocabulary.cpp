#include <shikumi/nn/layers/preprocessing/detail/vocabulary.hpp>

#include <algorithm>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/layers/preprocessing/detail/token_counts.hpp>

namespace shikumi::nn::detail {

template <class Token>
Vocabulary<Token>::Vocabulary(std::string_view owner, Index max_tokens, Index unknown,
                              Token unknown_token, std::optional<Token> mask)
    : owner_(owner),
      max_tokens_(max_tokens),
      unknown_(unknown),
      unknown_token_(std::move(unknown_token)),
      mask_(std::move(mask)) {
    if (unknown < 0) fail<ValueError>(owner, "num_oov_indices must not be negative, got ", unknown);
    if (max_tokens < 0 || (max_tokens > 0 && max_tokens <= first()))
        fail<ValueError>(owner, "max_tokens must exceed ", first(),
                         ", the indices of the mask and of unknown tokens, got ", max_tokens);
}

template <class Token>
void Vocabulary<Token>::set(std::vector<Token> tokens) {
    if (static_cast<Index>(tokens.size()) >= first()) {
        const std::vector<Token> special = specials();
        if (std::equal(special.begin(), special.end(), tokens.begin()))
            tokens.erase(tokens.begin(), tokens.begin() + first());
    }
    if (max_tokens_ > 0 && first() + static_cast<Index>(tokens.size()) > max_tokens_)
        fail<ValueError>(owner_, "max_tokens is ", max_tokens_, ", got ", tokens.size(),
                         " tokens besides ", first(), " for the mask and unknown ones");
    std::unordered_map<Token, Index> indices;
    for (const Token& token : tokens) {
        if (token == unknown_token_ || token == mask_)
            fail<ValueError>(owner_, "the token '", token,
                             "' stands for the mask or for unknown ones");
        if (!indices.emplace(token, first() + static_cast<Index>(indices.size())).second)
            fail<ValueError>(owner_, "the token '", token, "' occurs twice");
    }
    tokens_ = std::move(tokens);
    indices_ = std::move(indices);
    known_ = true;
}

template <class Token>
void Vocabulary<Token>::learn(TokenCounts<Token>& counts) {
    counts.forget(unknown_token_);
    if (mask_) counts.forget(*mask_);
    std::vector<Token> tokens = counts.ranked();
    if (max_tokens_ > 0)
        tokens.resize(std::min(tokens.size(), static_cast<std::size_t>(max_tokens_ - first())));
    set(std::move(tokens));
}

template <class Token>
void Vocabulary<Token>::require_known() const {
    if (!known_) fail<StateError>(owner_, "has no vocabulary yet: call adapt(data) first");
}

template <class Token>
std::optional<Index> Vocabulary<Token>::find(const Token& token) const {
    if (mask_ && token == *mask_) return 0;
    const auto found = indices_.find(token);
    return found == indices_.end() ? std::optional<Index>() : found->second;
}

template <class Token>
std::vector<Token> Vocabulary<Token>::all() const {
    std::vector<Token> all = specials();
    all.insert(all.end(), tokens_.begin(), tokens_.end());
    return all;
}

template <class Token>
std::vector<double> Vocabulary<Token>::weights(const std::vector<double>& of_known) const {
    if (of_known.size() != tokens_.size())
        fail<ValueError>(owner_, "wants ", tokens_.size(), " idf_weights, got ", of_known.size());
    double total = 0;
    for (const double weight : of_known) total += weight;
    const double mean = of_known.empty() ? 1 : total / static_cast<double>(of_known.size());
    std::vector<double> all(static_cast<std::size_t>(unknown_), mean);
    all.insert(all.end(), of_known.begin(), of_known.end());
    return all;
}

template <class Token>
std::vector<double> Vocabulary<Token>::weights_of_known(const std::vector<double>& all) const {
    if (all.size() < tokens_.size()) return {};
    return {all.end() - static_cast<std::ptrdiff_t>(tokens_.size()), all.end()};
}

template <class Token>
std::vector<Token> Vocabulary<Token>::specials() const {
    std::vector<Token> all;
    if (mask_) all.push_back(*mask_);
    for (Index i = 0; i < unknown_; ++i) all.push_back(unknown_token_);
    return all;
}

template class Vocabulary<std::string>;
template class Vocabulary<Index>;

}  // namespace shikumi::nn::detail
