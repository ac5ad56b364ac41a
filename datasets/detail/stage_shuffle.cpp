// A random order, drawn from the next so many elements or from all.
#include <limits>
#include <mutex>
#include <numeric>

#include <shikumi/datasets/detail/stage.hpp>

namespace shikumi::datasets::detail {

namespace {

constexpr Index everything = std::numeric_limits<Index>::max();

class ShufflePass final : public Renumbered {
public:
    ShufflePass(PassPtr before, std::uint64_t seed, Index buffer)
        : Renumbered(std::move(before)),
          random_({seed, 0}),
          room_(buffer > 0 ? buffer : everything) {}

    Index count(Index limit) override { return before().count(limit); }

private:
    std::vector<Index> sources(std::span<const Index> numbers) override {
        std::vector<Index> all;
        all.reserve(numbers.size());
        const std::lock_guard lock(mutex_);
        for (const Index number : numbers) {
            draw_to(number);
            all.push_back(order_[static_cast<std::size_t>(number)]);
        }
        return all;
    }

    // Element after element from those in the buffer, whose place the next one takes.
    void draw_to(Index number) {
        if (order_.empty()) {
            taken_ = before().count(room_);
            if (taken_ > std::numeric_limits<std::uint32_t>::max())
                fail<ValueError>("shuffle", "can't mix ", taken_, " samples at once: pass .buffer");
            buffer_.resize(static_cast<std::size_t>(taken_));
            std::iota(buffer_.begin(), buffer_.end(), Index{0});
        }
        while (static_cast<Index>(order_.size()) <= number) {
            Index& drawn = buffer_[random_.below(static_cast<std::uint32_t>(buffer_.size()))];
            order_.push_back(drawn);
            if (room_ != everything && before().count(taken_ + 1) > taken_) {
                drawn = taken_++;
            } else {
                drawn = buffer_.back();
                buffer_.pop_back();
            }
        }
    }

    std::mutex mutex_;
    RandomStream random_;
    const Index room_;
    Index taken_ = 0;                    // into the buffer, of the elements before
    std::vector<Index> buffer_, order_;  // by their numbers before
};

class Shuffle final : public Stage {
public:
    Shuffle(StagePtr before, std::uint64_t seed, const ShuffleOptions& options)
        : before_(std::move(before)), seed_(seed), options_(options) {}
    std::optional<Index> size() const override { return before_->size(); }
    PassPtr pass(Index epoch) const override {
        const std::uint64_t seed = derived_seed(seed_, options_.each_epoch ? epoch : 0, 0);
        return std::make_unique<ShufflePass>(before_->pass(epoch), seed, options_.buffer);
    }

private:
    const StagePtr before_;
    const std::uint64_t seed_;
    const ShuffleOptions options_;
};

}  // namespace

StagePtr shuffle(StagePtr before, std::uint64_t seed, const ShuffleOptions& options) {
    return std::make_shared<const Shuffle>(std::move(before), seed, options);
}

}  // namespace shikumi::datasets::detail
