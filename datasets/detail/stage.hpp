// Stage: one step of a loader. A Pass computes its elements by number, from any thread, so that
// threads can't change order or values.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <shikumi/datasets/detail/element.hpp>
#include <shikumi/datasets/loader.hpp>

namespace shikumi::datasets::detail {

/// The elements of one epoch, by their numbers from 0. Several threads may call all functions at
/// the same time. Each element is asked for once at most.
class Pass {
public:
    Pass() = default;
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    virtual ~Pass() = default;

    /// How many of the first `limit` elements there are; a stream reads ahead to find out.
    virtual Index count(Index limit) = 0;
    /// Elements that are there, in the order of `numbers`.
    virtual std::vector<Element> get(std::span<const Index> numbers) = 0;
    /// The same elements as a batch.
    virtual Element batch(std::span<const Index> numbers, std::optional<double> padding) {
        return stacked(get(numbers), padding);
    }
    /// Nobody will ask for the elements [first, last), as far as they are there.
    virtual void pass_over(Index first, Index last) = 0;

    /// The element of one number.
    Element get(Index number) { return std::move(get(std::span(&number, 1)).front()); }
};

/// What is done to the elements of the stage before it. It never changes, and all copies of a
/// loader share it.
class Stage {
public:
    Stage() = default;
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;
    virtual ~Stage() = default;

    /// How many elements an epoch has; absent where only its end tells.
    virtual std::optional<Index> size() const = 0;
    /// The elements of an epoch.
    virtual std::unique_ptr<Pass> pass(Index epoch) const = 0;
};
using StagePtr = std::shared_ptr<const Stage>;
using PassPtr = std::unique_ptr<Pass>;

/// A pass whose elements are those of the pass before it under other numbers.
class Renumbered : public Pass {
public:
    explicit Renumbered(PassPtr before) : before_(std::move(before)) {}
    std::vector<Element> get(std::span<const Index> numbers) override {
        return before_->get(sources(numbers));
    }
    Element batch(std::span<const Index> numbers, std::optional<double> padding) override {
        return before_->batch(sources(numbers), padding);
    }
    void pass_over(Index first, Index last) override {
        for (Index number = first; number < last && count(number + 1) > number; ++number) {
            const Index source = sources(std::span(&number, 1)).front();
            before_->pass_over(source, source + 1);
        }
    }

protected:
    /// The numbers in the pass before.
    virtual std::vector<Index> sources(std::span<const Index> numbers) = 0;
    Pass& before() { return *before_; }

private:
    PassPtr before_;
};

/// A seed of its own for each pair of numbers.
std::uint64_t derived_seed(std::uint64_t seed, Index a, Index b);

/// Rows of arrays of one length, at least one array.
StagePtr rows(std::vector<Array> arrays, std::size_t inputs, std::size_t targets);
/// Samples by a function of their numbers.
StagePtr samples(Index size, std::function<Sample(Index)> sample);
/// Samples of a stream.
StagePtr streams(std::function<SampleStream()> open);
/// As `Loader` has them. `step` tells maps of one loader apart.
/// @{
StagePtr shuffle(StagePtr before, std::uint64_t seed, const ShuffleOptions& options);
StagePtr map(StagePtr before, MapFunction f, std::uint64_t seed, int step);
StagePtr batch(StagePtr before, Index size, const BatchOptions& options);
StagePtr cache(StagePtr before);
StagePtr take(StagePtr before, Index n);
StagePtr skip(StagePtr before, Index n);
StagePtr concatenate(StagePtr first, StagePtr second);
StagePtr zip(StagePtr left, StagePtr right);
/// @}

}  // namespace shikumi::datasets::detail
