// Elements put together.
#include <numeric>

#include <shikumi/datasets/detail/stage.hpp>

namespace shikumi::datasets::detail {

namespace {

// How many batches so many elements give.
Index batches(Index elements, Index size, bool drop_last) {
    return elements / size + (elements % size != 0 && !drop_last ? 1 : 0);
}

class BatchPass final : public Pass {
public:
    BatchPass(PassPtr before, Index size, const BatchOptions& options)
        : before_(std::move(before)), size_(size), options_(options) {}

    Index count(Index limit) override {
        return std::min(limit,
                        batches(before_->count(end_of(limit - 1)), size_, options_.drop_last));
    }
    void pass_over(Index first, Index last) override {
        if (first < last) before_->pass_over(first * size_, end_of(last - 1));
    }

    std::vector<Element> get(std::span<const Index> numbers) override {
        std::vector<Element> all;
        for (const Index number : numbers) {
            const Index end = before_->count(end_of(number));
            std::vector<Index> members(static_cast<std::size_t>(end - number * size_));
            std::iota(members.begin(), members.end(), number * size_);
            all.push_back(before_->batch(members, options_.padding));
            all.back().number = number;
            all.back().is_batch = true;
        }
        return all;
    }

private:
    // One past the last element of a batch, as far as there are numbers for it.
    Index end_of(Index number) const {
        Index end;
        return __builtin_mul_overflow(number + 1, size_, &end) ? std::numeric_limits<Index>::max()
                                                               : end;
    }

    const PassPtr before_;
    const Index size_;
    const BatchOptions options_;
};

class BatchStage final : public Stage {
public:
    BatchStage(StagePtr before, Index size, const BatchOptions& options)
        : before_(std::move(before)), size_(size), options_(options) {}
    std::optional<Index> size() const override {
        const std::optional<Index> elements = before_->size();
        if (!elements) return std::nullopt;
        return batches(*elements, size_, options_.drop_last);
    }
    PassPtr pass(Index epoch) const override {
        return std::make_unique<BatchPass>(before_->pass(epoch), size_, options_);
    }

private:
    const StagePtr before_;
    const Index size_;
    const BatchOptions options_;
};

}  // namespace

StagePtr batch(StagePtr before, Index size, const BatchOptions& options) {
    return std::make_shared<const BatchStage>(std::move(before), size, options);
}

}  // namespace shikumi::datasets::detail
