// How often tokens occur.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <utility>
#include <vector>

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

}  // namespace shikumi::nn::detail
