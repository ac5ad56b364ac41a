#include "characters.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace examples {

using namespace shikumi;

Characters::Characters(std::string_view text) {
    const std::set<char> all(text.begin(), text.end());
    known_.assign(all.begin(), all.end());
}

Tensor Characters::numbers(std::string_view text) const {
    std::vector<std::int64_t> numbers;
    for (const char c : text) {
        const auto place = known_.find(c);
        if (place == std::string::npos)
            fail<ValueError>("characters", "'", std::string(1, c), "' is not in the text");
        numbers.push_back(static_cast<std::int64_t>(place));
    }
    return tensor(numbers);
}

Windows windows(const Tensor& numbers, Index length) {
    const Index count = (numbers.size() - 1) / length;
    if (count < 1)
        fail<ValueError>("windows", numbers.size(), " characters don't make a window of ", length);
    const auto cut = [&](Index start) {
        return reshape(slice(numbers, 0, {start, start + count * length}), {count, length});
    };
    return {cut(0), cut(1)};
}

Index draw(const std::vector<double>& logits, double temperature, RandomStream& random) {
    const double largest = *std::max_element(logits.begin(), logits.end());
    std::vector<double> weights;
    double total = 0;
    for (const double x : logits) {
        weights.push_back(std::exp((x - largest) / temperature));
        total += weights.back();
    }
    double left = random.uniform() * total;
    std::size_t choice = 0;
    while (choice + 1 < weights.size() && left >= weights[choice]) left -= weights[choice++];
    return static_cast<Index>(choice);
}

}  // namespace examples
