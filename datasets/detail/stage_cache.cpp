// Elements that are made once and kept.
#include <mutex>

#include <shikumi/datasets/detail/stage.hpp>

namespace shikumi::datasets::detail {

namespace {

// What is kept, for all passes.
struct Kept {
    std::mutex mutex;
    std::vector<std::optional<Element>> elements;
    std::optional<Index> size;  // once it is known
};

class CachePass final : public Pass {
public:
    CachePass(const Stage& before, Kept& kept) : before_(before), kept_(kept) {}

    Index count(Index limit) override {
        {
            const std::lock_guard lock(kept_.mutex);
            if (kept_.size) return std::min(limit, *kept_.size);
        }
        const Index found = pass().count(limit);
        const std::lock_guard lock(kept_.mutex);
        if (found < limit) kept_.size = found;
        return found;
    }

    void pass_over(Index first, Index last) override {
        const std::lock_guard lock(mutex_);
        if (pass_)
            pass_->pass_over(first, last);
        else
            passed_over_.emplace_back(first, last);
    }

    std::vector<Element> get(std::span<const Index> numbers) override {
        std::vector<Element> all;
        std::vector<Index> missing;
        std::vector<std::size_t> places;
        {
            const std::lock_guard lock(kept_.mutex);
            for (const Index number : numbers) {
                const auto i = static_cast<std::size_t>(number);
                const bool known = i < kept_.elements.size() && kept_.elements[i];
                if (!known) missing.push_back(number), places.push_back(all.size());
                all.push_back(known ? *kept_.elements[i] : Element());
            }
        }
        if (missing.empty()) return all;
        const std::vector<Element> made = pass().get(missing);
        const std::lock_guard lock(kept_.mutex);
        for (std::size_t i = 0; i < made.size(); ++i) {
            const auto number = static_cast<std::size_t>(missing[i]);
            if (kept_.elements.size() <= number) kept_.elements.resize(number + 1);
            kept_.elements[number] = made[i];
            all[places[i]] = made[i];
        }
        return all;
    }

private:
    // Opened only where something is missing. It is that of epoch 0 at any time, so that what is
    // kept doesn't depend on when it was made.
    Pass& pass() {
        const std::lock_guard lock(mutex_);
        if (!pass_) {
            pass_ = before_.pass(0);
            for (const auto& [first, last] : passed_over_) pass_->pass_over(first, last);
        }
        return *pass_;
    }

    const Stage& before_;
    Kept& kept_;
    std::mutex mutex_;
    PassPtr pass_;
    std::vector<std::pair<Index, Index>> passed_over_;  // before it was opened
};

class Cache final : public Stage {
public:
    explicit Cache(StagePtr before) : before_(std::move(before)) {}
    std::optional<Index> size() const override { return before_->size(); }
    PassPtr pass(Index) const override { return std::make_unique<CachePass>(*before_, kept_); }

private:
    const StagePtr before_;
    mutable Kept kept_;
};

}  // namespace

StagePtr cache(StagePtr before) { return std::make_shared<const Cache>(std::move(before)); }

}  // namespace shikumi::datasets::detail
