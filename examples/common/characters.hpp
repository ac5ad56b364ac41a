// Texts as numbers, one for each character.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/memory/random.hpp>

namespace examples {

// The distinct characters of a text in order; a character's number is its index.
class Characters {
public:
    explicit Characters(std::string_view text);
    shikumi::Index count() const { return static_cast<shikumi::Index>(known_.size()); }
    // (length,) i64. Throws shikumi::ValueError for an unknown character.
    shikumi::Tensor numbers(std::string_view text) const;
    char operator[](shikumi::Index number) const {
        return known_[static_cast<std::size_t>(number)];
    }

private:
    std::string known_;
};

// Cuts a text into windows x (n, length); y (n, length) holds the next character of each character.
struct Windows {
    shikumi::Tensor x, y;
};
Windows windows(const shikumi::Tensor& numbers, shikumi::Index length);

// Draws a number from softmax(logits / temperature).
shikumi::Index draw(const std::vector<double>& logits, double temperature,
                    shikumi::RandomStream& random);

}  // namespace examples
