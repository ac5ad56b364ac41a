// Tokens and their indices.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <shikumi/autograd/core/shape.hpp>

namespace shikumi::nn::detail {

template <class Token>
class TokenCounts;

/// Tokens with an index each: that of the mask, where there is one, those of tokens that aren't
/// known, then the known ones.
template <class Token>
class Vocabulary {
public:
    /// What errors begin with, a literal; how many tokens at most, all kinds counted, 0 being any
    /// number; what stands for unknown tokens and for the mask.
    Vocabulary(std::string_view owner, Index max_tokens, Index unknown, Token unknown_token,
               std::optional<Token> mask);

    /// Takes the known tokens in order; those of mask and unknown ones may stand before them.
    /// Throws ValueError for one that occurs again, for that of mask or unknown ones elsewhere, and
    /// for too many.
    void set(std::vector<Token> tokens);
    /// Takes the tokens that occur most often.
    void learn(TokenCounts<Token>& counts);

    /// Whether there are tokens, or none on purpose.
    bool known() const noexcept { return known_; }
    /// Throws StateError where there aren't.
    void require_known() const;
    /// The index of a known token, or of the mask.
    std::optional<Index> find(const Token& token) const;
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
    std::vector<Token> all() const;
    /// The weights of all indices but that of the mask, from those of the known tokens: unknown
    /// ones weigh the mean.
    std::vector<double> weights(const std::vector<double>& of_known) const;

    /// The weights of the known tokens among those of all indices, or none.
    std::vector<double> weights_of_known(const std::vector<double>& all) const;

private:
    std::vector<Token> specials() const;

    std::string_view owner_;
    Index max_tokens_, unknown_;
    Token unknown_token_;
    std::optional<Token> mask_;
    std::vector<Token> tokens_;
    std::unordered_map<Token, Index> indices_;
    bool known_ = false;
};

extern template class Vocabulary<std::string>;
extern template class Vocabulary<Index>;

}  // namespace shikumi::nn::detail
