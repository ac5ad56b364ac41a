// The beginning of what comes, and all but the beginning.
#include <limits>

#include <shikumi/datasets/detail/stage.hpp>

namespace shikumi::datasets::detail {

namespace {

class TakePass final : public Renumbered {
public:
    TakePass(PassPtr before, Index n) : Renumbered(std::move(before)), n_(n) {}
    Index count(Index limit) override { return before().count(std::min(limit, n_)); }
    void pass_over(Index first, Index last) override {
        before().pass_over(first, std::max(first, std::min(last, n_)));
    }

private:
    std::vector<Index> sources(std::span<const Index> numbers) override {
        return {numbers.begin(), numbers.end()};
    }
    const Index n_;
};

class SkipPass final : public Renumbered {
public:
    SkipPass(PassPtr before, Index n) : Renumbered(std::move(before)), n_(n) {
        this->before().pass_over(0, n_);
    }
    Index count(Index limit) override {
        constexpr Index most = std::numeric_limits<Index>::max();
        const Index found = before().count(limit > most - n_ ? most : limit + n_);
        return std::min(limit, std::max<Index>(found - n_, 0));
    }
    void pass_over(Index first, Index last) override { before().pass_over(first + n_, last + n_); }

private:
    std::vector<Index> sources(std::span<const Index> numbers) override {
        std::vector<Index> all(numbers.begin(), numbers.end());
        for (Index& number : all) number += n_;
        return all;
    }
    const Index n_;
};

template <class PassOf>
class Part final : public Stage {
public:
    Part(StagePtr before, Index n) : before_(std::move(before)), n_(n) {}
    std::optional<Index> size() const override {
        const std::optional<Index> all = before_->size();
        if (!all) return std::nullopt;
        constexpr bool takes = std::is_same_v<PassOf, TakePass>;
        return takes ? std::min(*all, n_) : std::max<Index>(*all - n_, 0);
    }
    PassPtr pass(Index epoch) const override {
        return std::make_unique<PassOf>(before_->pass(epoch), n_);
    }

private:
    const StagePtr before_;
    const Index n_;
};

}  // namespace

StagePtr take(StagePtr before, Index n) {
    return std::make_shared<const Part<TakePass>>(std::move(before), n);
}
StagePtr skip(StagePtr before, Index n) {
    return std::make_shared<const Part<SkipPass>>(std::move(before), n);
}

}  // namespace shikumi::datasets::detail
