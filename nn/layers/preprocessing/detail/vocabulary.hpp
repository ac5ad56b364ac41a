// Tokens and their indices.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/shape.hpp>

namespace shikumi::nn::detail {

/// How often each token occurs, and in how many documents.
template <class Token>
class TokenCounts {
public:
    /// Counts the tokens of one document.
    void add(const std::vector<Token>& document) {
        ++documents_;
        for (const Token& token : document) {
            Count& count = counts_[token];
            ++count.occurrences;
            if (count.last_document == documents_) continue;
            count.last_document = documents_;
            ++count.documents;
        }
    }
    /// A token doesn't count.
    void forget(const Token& token) { counts_.erase(token); }
    /// The tokens by falling number of occurrences, those of one number from the last to the first.
    std::vector<Token> ranked() const {
        std::vector<std::pair<Index, Token>> all;
        for (const auto& [token, count] : counts_) all.emplace_back(count.occurrences, token);
        std::ranges::sort(all, std::greater<>());
        std::vector<Token> tokens;
        for (auto& [count, token] : all) tokens.push_back(std::move(token));
        return tokens;
    }
    /// log(1 + N / (1 + n)) for a token that n of N documents have.
    double inverse_document_frequency(const Token& token) const {
        const auto found = counts_.find(token);
        const Index n = found == counts_.end() ? 0 : found->second.documents;
        return std::log1p(static_cast<double>(documents_) / static_cast<double>(1 + n));
    }

private:
    struct Count {
        Index occurrences = 0, documents = 0, last_document = 0;
    };
    Index documents_ = 0;
    std::map<Token, Count> counts_;
};

/// Tokens with an index each: that of the mask, where there is one, those of tokens that aren't
/// known, then the known ones.
template <class Token>
class Vocabulary {
public:
    /// What errors begin with, a literal; how many tokens at most, all kinds counted, 0 being any
    /// number; what stands for unknown tokens and for the mask.
    Vocabulary(std::string_view owner, Index max_tokens, Index unknown, Token unknown_token,
               std::optional<Token> mask)
        : owner_(owner),
          max_tokens_(max_tokens),
          unknown_(unknown),
          unknown_token_(std::move(unknown_token)),
          mask_(std::move(mask)) {
        if (unknown < 0)
            fail<ValueError>(owner, "num_oov_indices must not be negative, got ", unknown);
        if (max_tokens < 0 || (max_tokens > 0 && max_tokens <= first()))
            fail<ValueError>(owner, "max_tokens must exceed ", first(),
                             ", the indices of the mask and of unknown tokens, got ", max_tokens);
    }

    /// Takes the known tokens in order; those of mask and unknown ones may stand before them.
    /// Throws ValueError for one that occurs again, for that of mask or unknown ones elsewhere, and
    /// for too many.
    void set(std::vector<Token> tokens) {
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
    /// Takes the tokens that occur most often.
    void learn(TokenCounts<Token>& counts) {
        counts.forget(unknown_token_);
        if (mask_) counts.forget(*mask_);
        std::vector<Token> tokens = counts.ranked();
        if (max_tokens_ > 0)
            tokens.resize(std::min(tokens.size(), static_cast<std::size_t>(max_tokens_ - first())));
        set(std::move(tokens));
    }

    /// Whether there are tokens, or none on purpose.
    bool known() const noexcept { return known_; }
    /// Throws StateError where there aren't.
    void require_known() const {
        if (!known_) fail<StateError>(owner_, "has no vocabulary yet: call adapt(data) first");
    }
    /// The index of a known token, or of the mask.
    std::optional<Index> find(const Token& token) const {
        if (mask_ && token == *mask_) return 0;
        const auto found = indices_.find(token);
        return found == indices_.end() ? std::optional<Index>() : found->second;
    }
    /// The index of the first unknown token.
    Index first_unknown() const noexcept { return mask_ ? 1 : 0; }
    /// How many indices unknown tokens share.
    Index unknown() const noexcept { return unknown_; }
    /// The index of the first known token.
    Index first() const noexcept { return first_unknown() + unknown_; }
    /// How many indices there are.
    Index size() const noexcept { return first() + static_cast<Index>(tokens_.size()); }
    /// How many there may be; 0: any number.
    Index max_tokens() const noexcept { return max_tokens_; }
    /// The known tokens.
    const std::vector<Token>& tokens() const noexcept { return tokens_; }
    /// What stands for the mask.
    const std::optional<Token>& mask() const noexcept { return mask_; }
    /// The token of every index, as Keras's get_vocabulary().
    std::vector<Token> all() const {
        std::vector<Token> all = specials();
        all.insert(all.end(), tokens_.begin(), tokens_.end());
        return all;
    }
    /// The weights of all indices but that of the mask, from those of the known tokens: unknown
    /// ones weigh the mean.
    std::vector<double> weights(const std::vector<double>& of_known) const {
        if (of_known.size() != tokens_.size())
            fail<ValueError>(owner_, "wants ", tokens_.size(), " idf_weights, got ",
                             of_known.size());
        double total = 0;
        for (const double weight : of_known) total += weight;
        const double mean = of_known.empty() ? 1 : total / static_cast<double>(of_known.size());
        std::vector<double> all(static_cast<std::size_t>(unknown_), mean);
        all.insert(all.end(), of_known.begin(), of_known.end());
        return all;
    }

    /// The weights of the known tokens among those of all indices, or none.
    std::vector<double> weights_of_known(const std::vector<double>& all) const {
        if (all.size() < tokens_.size()) return {};
        return {all.end() - static_cast<std::ptrdiff_t>(tokens_.size()), all.end()};
    }

private:
    std::vector<Token> specials() const {
        std::vector<Token> all;
        if (mask_) all.push_back(*mask_);
        for (Index i = 0; i < unknown_; ++i) all.push_back(unknown_token_);
        return all;
    }

    std::string_view owner_;
    Index max_tokens_, unknown_;
    Token unknown_token_;
    std::optional<Token> mask_;
    std::vector<Token> tokens_;
    std::unordered_map<Token, Index> indices_;
    bool known_ = false;
};

}  // namespace shikumi::nn::detail
