// Samples that come one after another. Threads want them in about that order: what one of them has
// to read past waits until it is asked for.
#include <map>
#include <mutex>

#include <shikumi/autograd/core/blame.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/datasets/detail/stage.hpp>

namespace shikumi::datasets::detail {

namespace {

using Open = std::function<SampleStream()>;

class StreamPass final : public Pass {
public:
    explicit StreamPass(const Open& open) : stream_(open()) {}

    Index count(Index limit) override {
        const std::lock_guard lock(mutex_);
        read_to(limit);
        return std::min(limit, read_);
    }

    std::vector<Element> get(std::span<const Index> numbers) override {
        std::vector<Element> elements;
        elements.reserve(numbers.size());
        const std::lock_guard lock(mutex_);
        for (const Index number : numbers) {
            read_to(number + 1);
            elements.push_back(std::move(waiting_.extract(number).mapped()));
        }
        return elements;
    }

    void pass_over(Index first, Index last) override {
        const std::lock_guard lock(mutex_);
        waiting_.erase(waiting_.lower_bound(first), waiting_.lower_bound(last));
        read_to(first);
        if (stream_.skip && read_ < last && !ended_) {
            read_ += shikumi::detail::blaming(
                "Loader", [&] { return sentence("behind sample ", read_, " of the source"); },
                [&] { return stream_.skip(last - read_); });
            ended_ = read_ < last;
        }
        while (read_ < last && !ended_) {
            read_to(read_ + 1);
            waiting_.erase(read_ - 1);
        }
    }

private:
    // Reads until there are `limit` samples or the stream ends.
    void read_to(Index limit) {
        const NoGrad no_grad;
        while (read_ < limit && !ended_) {
            std::optional<Element> element = shikumi::detail::blaming(
                "Loader", [&] { return sentence("in sample ", read_, " of the source"); },
                [&] {
                    const std::optional<Sample> sample = stream_.next();
                    return sample ? std::optional(element_of(*sample)) : std::nullopt;
                });
            ended_ = !element;
            if (ended_) return;
            element->number = read_;
            waiting_.emplace_hint(waiting_.end(), read_++, *std::move(element));
        }
    }

    std::mutex mutex_;
    SampleStream stream_;
    std::map<Index, Element> waiting_;  // read, and not yet asked for
    Index read_ = 0;
    bool ended_ = false;
};

class Streams final : public Stage {
public:
    explicit Streams(Open open) : open_(std::move(open)) {}
    std::optional<Index> size() const override { return std::nullopt; }
    PassPtr pass(Index) const override {
        return shikumi::detail::blaming(
            "Loader", [] { return std::string("in opening the source"); },
            [&] { return std::make_unique<StreamPass>(open_); });
    }

private:
    const Open open_;
};

}  // namespace

StagePtr streams(Open open) { return std::make_shared<const Streams>(std::move(open)); }

}  // namespace shikumi::datasets::detail
