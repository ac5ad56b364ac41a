// Loader: samples in an order, transformed, in batches, made ahead by threads.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <shikumi/autograd/memory/random.hpp>
#include <shikumi/datasets/labelled.hpp>
#include <shikumi/datasets/sample.hpp>

namespace shikumi {
class Config;
}  // namespace shikumi

namespace shikumi::datasets {

/// How `Loader::shuffle` mixes.
struct ShuffleOptions {
    /// Each sample is drawn from the next so many; 0: from all. A source whose length isn't known
    /// keeps as many in memory.
    Index buffer = 0;
    bool each_epoch = true;  ///< whether each epoch has an order of its own
};

/// How `Loader::map` calls its function.
struct MapOptions {
    int workers = 0;         ///< threads that call it; 0: the one that asks for the sample
    std::uint64_t seed = 0;  ///< of the random numbers that the function draws
};

/// How `Loader::batch` puts samples together.
struct BatchOptions {
    bool drop_last = false;  ///< leave out a last batch that isn't full
    /// What fills up samples of different sizes at their ends, to the largest of the batch; without
    /// it they are refused.
    std::optional<double> padding = {};
};

namespace detail {

class Stage;
class Workers;

using MapFunction = std::function<Sample(Sample, Generator&)>;

template <class F>
concept MapsSamples = std::is_invocable_r_v<Sample, const F&, Sample, Generator&> ||
    std::is_invocable_r_v<Sample, const F&, Sample> ||
    std::is_invocable_r_v<Tensor, const F&, Tensor, Generator&> ||
    std::is_invocable_r_v<Tensor, const F&, Tensor>;

/// Any of the four forms as the first one.
template <MapsSamples F>
MapFunction map_function(F f) {
    if constexpr (std::is_invocable_r_v<Sample, const F&, Sample, Generator&>)
        return f;
    else if constexpr (std::is_invocable_r_v<Sample, const F&, Sample>)
        return [f = std::move(f)](Sample s, Generator&) -> Sample { return f(std::move(s)); };
    else
        return [f = std::move(f)](Sample s, Generator& rng) {
            for (Tensor& x : s.x) {
                if constexpr (std::is_invocable_r_v<Tensor, const F&, Tensor, Generator&>)
                    x = f(x, rng);
                else
                    x = f(x);
            }
            return s;
        };
}

/// Samples one after another, and how to pass over the next n, which says how many there were.
struct SampleStream {
    std::function<std::optional<Sample>()> next;
    std::function<Index(Index n)> skip = {};  // absent: by `next`
};

template <class F>
concept SampleGenerator = requires(F& f) {
    requires std::convertible_to<decltype(*f()), Sample>;
    f().has_value();
};

}  // namespace detail

/// Samples in an order, transformed, in batches: a value that says what is to be done, and where
/// it is. Each step gives a new loader and leaves the old one as it is:
///
///     datasets::Loader(images, labels).shuffle(seed).map(augment, {.workers = 2}).batch(64)
///
/// Order and values follow from the seeds, the epoch and the sample's number alone, so they are the
/// same for any number of threads, and a loader that is put back to a position goes on with the
/// same bits. An error names the step and the sample, comes after all batches before it, and leaves
/// the loader where it is: the next call tries that batch again.
///
/// A copy goes on from the same place by itself. One thread at a time may use a loader.
class Loader {
public:
    /// The rows of tensors. Throws ShapeError for scalars and tensors of different lengths,
    /// ValueError where there are none.
    explicit Loader(const Tensor& x);
    /// The rows of inputs and targets.
    Loader(const Tensor& x, const Tensor& y);
    /// The rows of several inputs, targets and weights.
    Loader(std::vector<Tensor> x, std::vector<Tensor> y, std::vector<Tensor> weights = {});
    /// The rows of targets alone, to be zipped with inputs that come from elsewhere.
    static Loader targets(const Tensor& y) { return Loader(std::vector<Tensor>(), {y}); }
    /// Features and labels.
    explicit Loader(const Labelled& samples);
    /// Pictures and labels.
    explicit Loader(const Images& samples);
    /// `size` samples, each given by a function of its number, from 0, which several threads may
    /// call at the same time. Throws ValueError for a negative size.
    Loader(Index size, std::function<Sample(Index)> sample);
    /// Samples one after another. `open` is called at the beginning of each epoch and gives a
    /// function that gives the next sample, and none at the end:
    /// `[] { return [n = 0]() mutable -> std::optional<Sample> { … }; }`.
    template <std::invocable F>
    requires detail::SampleGenerator<std::invoke_result_t<F&>>
    static Loader from_generator(F open) {
        return of_streams([open = std::move(open)] {
            return detail::SampleStream{[next = open()]() mutable -> std::optional<Sample> {
                auto sample = next();
                if (!sample) return std::nullopt;
                return Sample(*std::move(sample));
            }};
        });
    }
    /// Samples of what `open` opens at the beginning of each epoch; for readers of files.
    static Loader of_streams(std::function<detail::SampleStream()> open);

    /// The samples in random order. Throws ValueError for a negative buffer.
    Loader shuffle(std::uint64_t seed, const ShuffleOptions& options = {}) const;
    /// What `f` makes of each sample, or of each batch behind `batch`: a function of a Sample, or
    /// of one input, with or without a Generator, whose numbers follow from seed, epoch and the
    /// sample's number. Several threads call it at the same time where there are workers. Throws
    /// ValueError for a negative number of workers.
    template <detail::MapsSamples F>
    Loader map(F f, const MapOptions& options = {}) const {
        return mapped(detail::map_function(std::move(f)), options);
    }
    /// Batches of `size` samples, along a new first axis; the last one has what is left. Samples
    /// of different shapes are refused by ShapeError when they are met, unless they are padded.
    /// Throws ValueError unless the size is positive.
    Loader batch(Index size, const BatchOptions& options = {}) const;
    /// Keeps as many elements ready, made ahead by threads: those of `map`, or one.
    /// Throws ValueError for a negative number.
    Loader prefetch(Index elements) const;
    /// Keeps what has come up to here in memory, from the first time on. Random numbers drawn
    /// before it are those of epoch 0.
    Loader cache() const;
    /// The first n elements. Throws ValueError for a negative number, as does `skip`.
    Loader take(Index n) const;
    /// All but the first n elements.
    Loader skip(Index n) const;
    /// The elements of this one, then those of the other.
    Loader concatenate(const Loader& other) const;
    /// The inputs, targets and weights of both side by side, up to the end of the shorter one.
    Loader zip(const Loader& other) const;

    /// How many elements an epoch has; absent where only its end tells.
    std::optional<Index> size() const;
    /// The next element; none at the end of the epoch, whereafter the next epoch begins. Throws
    /// what sources and functions throw.
    std::optional<Sample> next();
    /// Begins the next epoch, unless this one has just begun.
    void restart();
    /// The epoch, from 0.
    Index epoch() const noexcept { return epoch_; }
    /// Where it is: the epoch and how many of its elements it has given.
    Config position() const;
    /// Goes to the position of a loader of the same steps. Throws ValueError for a position that
    /// this loader can't have.
    void restore(const Config& position);

    /// Goes through the elements that the epoch has left.
    class Iterator {
    public:
        using value_type = Sample;               ///< for the standard library
        using difference_type = std::ptrdiff_t;  ///< for the standard library
        /// The element.
        const Sample& operator*() const { return *sample_; }
        /// The element.
        const Sample* operator->() const { return &*sample_; }
        /// Goes on to the next element.
        Iterator& operator++() {
            sample_ = loader_->next();
            return *this;
        }
        /// Goes on to the next element.
        void operator++(int) { ++*this; }
        /// Whether the epoch is at its end.
        friend bool operator==(const Iterator& it, std::default_sentinel_t) { return !it.sample_; }

    private:
        friend Loader;
        explicit Iterator(Loader& loader) : loader_(&loader), sample_(loader.next()) {}
        Loader* loader_;
        std::optional<Sample> sample_;
    };
    /// The element with which the epoch goes on.
    Iterator begin() { return Iterator(*this); }
    /// The end of the epoch.
    std::default_sentinel_t end() const noexcept { return {}; }

    /// The same steps and position.
    Loader(const Loader& other);
    /// Takes everything over, threads included.
    Loader(Loader&& other) noexcept;
    /// Becomes a loader of the same steps at the same position.
    Loader& operator=(Loader other) noexcept;
    /// Waits for its threads.
    ~Loader();

private:
    using StagePtr = std::shared_ptr<const detail::Stage>;
    explicit Loader(StagePtr stage);
    Loader with(StagePtr stage) const;
    Loader beside(const Loader& other, StagePtr stage) const;
    Loader mapped(detail::MapFunction f, const MapOptions& options) const;
    void start();

    StagePtr stage_;
    int workers_ = 0;     // threads
    Index prefetch_ = 0;  // elements
    int maps_ = 0;        // so far
    Index epoch_ = 0, taken_ = 0;
    std::unique_ptr<detail::Workers> running_;  // null: not yet asked since a change of position
};

}  // namespace shikumi::datasets
