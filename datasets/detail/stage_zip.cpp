// The elements of two stages side by side.
#include <shikumi/datasets/detail/stage.hpp>

namespace shikumi::datasets::detail {

namespace {

// Inputs of both, then targets of both, then weights of both.
Element joined(const Element& left, const Element& right) {
    Element all{
        {}, left.inputs + right.inputs, left.targets + right.targets, left.number, left.is_batch};
    const auto add = [&](const Element& from, std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) all.arrays.push_back(from.arrays[i]);
    };
    for (const Element* one : {&left, &right}) add(*one, 0, one->inputs);
    for (const Element* one : {&left, &right}) add(*one, one->inputs, one->inputs + one->targets);
    for (const Element* one : {&left, &right})
        add(*one, one->inputs + one->targets, one->arrays.size());
    return all;
}

class ZipPass final : public Pass {
public:
    ZipPass(PassPtr left, PassPtr right) : left_(std::move(left)), right_(std::move(right)) {}
    Index count(Index limit) override { return right_->count(left_->count(limit)); }
    void pass_over(Index first, Index last) override {
        left_->pass_over(first, last);
        right_->pass_over(first, last);
    }
    std::vector<Element> get(std::span<const Index> numbers) override {
        std::vector<Element> all = left_->get(numbers);
        const std::vector<Element> right = right_->get(numbers);
        for (std::size_t i = 0; i < all.size(); ++i) all[i] = joined(all[i], right[i]);
        return all;
    }
    Element batch(std::span<const Index> numbers, std::optional<double> padding) override {
        return joined(left_->batch(numbers, padding), right_->batch(numbers, padding));
    }

private:
    const PassPtr left_, right_;
};

class Zip final : public Stage {
public:
    Zip(StagePtr left, StagePtr right) : left_(std::move(left)), right_(std::move(right)) {}
    std::optional<Index> size() const override {
        const std::optional<Index> left = left_->size(), right = right_->size();
        if (!left || !right) return std::nullopt;
        return std::min(*left, *right);
    }
    PassPtr pass(Index epoch) const override {
        return std::make_unique<ZipPass>(left_->pass(epoch), right_->pass(epoch));
    }

private:
    const StagePtr left_, right_;
};

}  // namespace

StagePtr zip(StagePtr left, StagePtr right) {
    return std::make_shared<const Zip>(std::move(left), std::move(right));
}

}  // namespace shikumi::datasets::detail
