// BatchSource: batches from a loader, a generator or any range.
#pragma once

#include <concepts>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/nn/training/batch.hpp>

namespace shikumi::datasets {
class Loader;
}  // namespace shikumi::datasets

namespace shikumi::nn {

namespace detail {

/// A batch, {x, y} or {x, y, weights} as one.
template <class T>
Batch as_batch(const T& given) {
    if constexpr (std::convertible_to<const T&, Batch>) {
        return given;
    } else {
        Batch batch{TensorList(std::get<0>(given)).list(), TensorList(std::get<1>(given)).list()};
        if constexpr (std::tuple_size_v<T> == 3)
            batch.set_weights(TensorList(std::get<2>(given)).list());
        return batch;
    }
}

template <class T>
concept BatchLike = std::convertible_to<const T&, Batch> || requires(const T& t) {
    requires std::tuple_size<T>::value == 2 || std::tuple_size<T>::value == 3;
    TensorList(std::get<0>(t));
    TensorList(std::get<1>(t));
};

template <class R>
concept BatchRange = requires(R& r) {
    std::begin(r);
    std::end(r);
    requires BatchLike<std::remove_cvref_t<decltype(*std::begin(r))>>;
};

template <class F>
concept BatchGenerator = std::invocable<F&> && requires(F& f) {
    requires BatchLike<std::remove_cvref_t<decltype(*f())>>;
    f().has_value();
};

/// The batches of a range, from its beginning in each pass.
template <class R>
struct RangePass {
    R range;  // a reference to what somebody else owns, or its own
    std::optional<decltype(std::begin(std::declval<R&>()))> at = {};

    std::optional<Batch> next() {
        if (!at) at.emplace(std::begin(range));
        if (!(*at != std::end(range))) return std::nullopt;
        Batch batch = as_batch(**at);
        ++*at;
        return batch;
    }
};

}  // namespace detail

/// Batches one after another, each a Batch, a pair of x and y or a tuple of x, y and weights. There
/// are three ways to one: a `datasets::Loader`, which alone can tell where it is; a function that
/// gives a std::optional of a batch, and none at the end of an epoch; or any range of batches,
/// which is gone through from its beginning in each epoch.
///
/// A training that goes on where it was broken off passes over the batches that it has had, so a
/// function or a range must give the same ones again.
class BatchSource {
public:
    /// The batches of a loader from where it is, which moves on; it must outlive the source.
    BatchSource(datasets::Loader& loader);
    /// The batches of a loader that is moved in.
    BatchSource(datasets::Loader&& loader);
    /// The batches of a copy.
    BatchSource(const datasets::Loader& loader);
    /// A function that gives the next batch, and none at the end of an epoch. It may never end
    /// where the number of steps of an epoch is given.
    template <detail::BatchGenerator F>
    requires(!std::derived_from<F, BatchSource>) BatchSource(F generator)
        : next_([generator = std::move(generator)]() mutable -> std::optional<Batch> {
              auto batch = generator();
              if (!batch) return std::nullopt;
              return detail::as_batch(*batch);
          }) {}
    /// A range of batches, which must outlive it where it isn't moved in.
    template <detail::BatchRange R>
    requires(!std::derived_from<std::remove_cvref_t<R>, BatchSource>) BatchSource(R&& batches) {
        auto pass =
            std::make_shared<detail::RangePass<R>>(detail::RangePass<R>{std::forward<R>(batches)});
        next_ = [pass] { return pass->next(); };
        restart_ = [pass] { pass->at.reset(); };
        if constexpr (requires { pass->range.size(); })
            size_ = static_cast<Index>(pass->range.size());
    }

    /// The next batch; none at the end of a pass.
    std::optional<Batch> next() { return next_(); }
    /// Begins a new pass, as far as the source has one.
    void restart() {
        if (restart_) restart_();
    }
    /// How many batches a pass has; 0 where that isn't known.
    Index size() const noexcept { return size_; }
    /// Whether `restart` begins a new pass.
    bool has_passes() const noexcept { return restart_ != nullptr; }

    /// Whether it can tell where it is, as a loader can.
    bool has_position() const noexcept { return position_ != nullptr; }
    /// Where it is, for `restore`. Throws StateError where it can't tell.
    Config position() const;
    /// Goes on from a position. Throws StateError where it has none, ValueError for one of another
    /// source.
    void restore(const Config& position);

private:
    explicit BatchSource(std::shared_ptr<datasets::Loader> loader);

    std::function<std::optional<Batch>()> next_;
    std::function<void()> restart_;
    std::function<Config()> position_;
    std::function<void(const Config&)> restore_;
    Index size_ = 0;
};

}  // namespace shikumi::nn
