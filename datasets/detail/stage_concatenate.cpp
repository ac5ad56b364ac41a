// The elements of one stage, then those of another.
#include <limits>

#include <shikumi/datasets/detail/stage.hpp>

namespace shikumi::datasets::detail {

namespace {

class ConcatenatePass final : public Pass {
public:
    ConcatenatePass(PassPtr first, PassPtr second)
        : first_(std::move(first)), second_(std::move(second)) {}

    Index count(Index limit) override {
        const Index in_first = first_->count(limit);
        return in_first == limit ? limit : in_first + second_->count(limit - in_first);
    }

    void pass_over(Index first, Index last) override {
        first_->pass_over(first, last);
        const Index in_first = first_->count(last);
        if (in_first < last)
            second_->pass_over(std::max<Index>(first - in_first, 0), last - in_first);
    }

    std::vector<Element> get(std::span<const Index> numbers) override {
        const Parts parts = split(numbers);
        std::vector<Element> of_first = first_->get(parts.first),
                             of_second = second_->get(parts.second), all;
        auto next_first = of_first.begin(), next_second = of_second.begin();
        for (const bool in_first : parts.in_first)
            all.push_back(std::move(in_first ? *next_first++ : *next_second++));
        return all;
    }

    Element batch(std::span<const Index> numbers, std::optional<double> padding) override {
        const Parts parts = split(numbers);
        if (parts.second.empty()) return first_->batch(parts.first, padding);
        if (parts.first.empty()) return second_->batch(parts.second, padding);
        return Pass::batch(numbers, padding);
    }

private:
    struct Parts {
        std::vector<Index> first, second;
        std::vector<bool> in_first;
    };
    Parts split(std::span<const Index> numbers) {
        Parts parts;
        for (const Index number : numbers) {
            const Index in_first = first_->count(number + 1);
            parts.in_first.push_back(number < in_first);
            if (number < in_first)
                parts.first.push_back(number);
            else
                parts.second.push_back(number - in_first);
        }
        return parts;
    }

    const PassPtr first_, second_;
};

class Concatenate final : public Stage {
public:
    Concatenate(StagePtr first, StagePtr second)
        : first_(std::move(first)), second_(std::move(second)) {}
    std::optional<Index> size() const override {
        const std::optional<Index> first = first_->size(), second = second_->size();
        if (!first || !second) return std::nullopt;
        return *first + *second;
    }
    PassPtr pass(Index epoch) const override {
        return std::make_unique<ConcatenatePass>(first_->pass(epoch), second_->pass(epoch));
    }

private:
    const StagePtr first_, second_;
};

}  // namespace

StagePtr concatenate(StagePtr first, StagePtr second) {
    return std::make_shared<const Concatenate>(std::move(first), std::move(second));
}

}  // namespace shikumi::datasets::detail
