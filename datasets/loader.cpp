#include <shikumi/datasets/loader.hpp>

#include <algorithm>
#include <array>
#include <string_view>

#include <shikumi/autograd/core/config.hpp>
#include <shikumi/datasets/detail/stage.hpp>
#include <shikumi/datasets/detail/workers.hpp>

namespace shikumi::datasets {

namespace detail {

std::uint64_t derived_seed(std::uint64_t seed, Index a, Index b) {
    const auto words = philox({seed ^ 0x4C6F616465720000, static_cast<std::uint64_t>(a)},
                              static_cast<std::uint64_t>(b));
    return std::uint64_t{words[0]} << 32 | words[1];
}

}  // namespace detail

namespace {

constexpr std::string_view loader_name = "Loader";

void want_natural(const char* what, Index number) {
    if (number < 0) fail<ValueError>(loader_name, what, " must not be negative, got ", number);
}

detail::StagePtr rows_of(const std::array<std::vector<Tensor>, 3>& parts) {
    std::vector<Array> arrays;
    for (const std::vector<Tensor>& part : parts) {
        for (const Tensor& t : part) {
            if (t.rank() == 0) fail<ShapeError>(loader_name, "a scalar has no rows");
            arrays.push_back(t.array());
            if (t.shape().front() != arrays.front().shape().front())
                fail<ShapeError>(loader_name, "the tensors have ", arrays.front().shape().front(),
                                 " and ", t.shape().front(), " rows");
        }
    }
    if (arrays.empty()) fail<ValueError>(loader_name, "wants a tensor at least");
    return detail::rows(std::move(arrays), parts[0].size(), parts[1].size());
}

}  // namespace

// ---- sources ------------------------------------------------------------------------------------

Loader::Loader(const Tensor& x) : Loader(std::vector{x}, {}) {}
Loader::Loader(const Tensor& x, const Tensor& y) : Loader(std::vector{x}, std::vector{y}) {}
Loader::Loader(std::vector<Tensor> x, std::vector<Tensor> y, std::vector<Tensor> weights)
    : Loader(rows_of({std::move(x), std::move(y), std::move(weights)})) {}
Loader::Loader(const Labelled& samples) : Loader(samples.features, samples.labels) {}
Loader::Loader(const Images& samples) : Loader(samples.images, samples.labels) {}

Loader::Loader(Index size, std::function<Sample(Index)> sample)
    : Loader(detail::samples(size, std::move(sample))) {
    want_natural("the number of samples", size);
}

Loader Loader::of_streams(std::function<detail::SampleStream()> open) {
    return Loader(detail::streams(std::move(open)));
}

// ---- steps --------------------------------------------------------------------------------------

Loader::Loader(StagePtr stage) : stage_(std::move(stage)) {}

Loader Loader::with(StagePtr stage) const {
    Loader next(std::move(stage));
    next.workers_ = workers_;
    next.prefetch_ = prefetch_;
    next.maps_ = maps_;
    return next;
}

Loader Loader::beside(const Loader& other, StagePtr stage) const {
    Loader next = with(std::move(stage));
    next.workers_ = std::max(workers_, other.workers_);
    next.prefetch_ = std::max(prefetch_, other.prefetch_);
    next.maps_ = std::max(maps_, other.maps_);
    return next;
}

Loader Loader::shuffle(std::uint64_t seed, const ShuffleOptions& options) const {
    want_natural("the buffer of shuffle", options.buffer);
    return with(detail::shuffle(stage_, seed, options));
}

Loader Loader::mapped(detail::MapFunction f, const MapOptions& options) const {
    want_natural("the number of workers of map", options.workers);
    Loader next = with(detail::map(stage_, std::move(f), options.seed, maps_));
    next.workers_ = std::max(workers_, options.workers);
    ++next.maps_;
    return next;
}

Loader Loader::batch(Index size, const BatchOptions& options) const {
    if (size <= 0) fail<ValueError>(loader_name, "the batch size must be positive, got ", size);
    return with(detail::batch(stage_, size, options));
}

Loader Loader::prefetch(Index elements) const {
    want_natural("the number of elements to prefetch", elements);
    Loader next = with(stage_);
    next.prefetch_ = elements;
    return next;
}

Loader Loader::cache() const { return with(detail::cache(stage_)); }

Loader Loader::take(Index n) const {
    want_natural("the number of elements to take", n);
    return with(detail::take(stage_, n));
}

Loader Loader::skip(Index n) const {
    want_natural("the number of elements to skip", n);
    return with(detail::skip(stage_, n));
}

Loader Loader::concatenate(const Loader& other) const {
    return beside(other, detail::concatenate(stage_, other.stage_));
}

Loader Loader::zip(const Loader& other) const {
    return beside(other, detail::zip(stage_, other.stage_));
}

// ---- going through ------------------------------------------------------------------------------

Loader::Loader(const Loader& other)
    : stage_(other.stage_),
      workers_(other.workers_),
      prefetch_(other.prefetch_),
      maps_(other.maps_),
      epoch_(other.epoch_),
      taken_(other.taken_) {}
Loader::Loader(Loader&& other) noexcept = default;
Loader& Loader::operator=(Loader other) noexcept {
    std::swap(stage_, other.stage_);
    std::swap(workers_, other.workers_);
    std::swap(prefetch_, other.prefetch_);
    std::swap(maps_, other.maps_);
    std::swap(epoch_, other.epoch_);
    std::swap(taken_, other.taken_);
    std::swap(running_, other.running_);
    return *this;
}
Loader::~Loader() = default;

std::optional<Index> Loader::size() const { return stage_->size(); }

void Loader::start() {
    detail::PassPtr pass = stage_->pass(epoch_);
    pass->pass_over(0, taken_);
    const int threads = std::max(workers_, prefetch_ > 0 ? 1 : 0);
    running_ = std::make_unique<detail::Workers>(std::move(pass), taken_, threads,
                                                 std::max<Index>({prefetch_, threads, 1}));
}

std::optional<Sample> Loader::next() {
    try {
        if (!running_) start();
        const std::optional<detail::Element> element = running_->next();
        if (element) {
            Sample sample = sample_of(*element);
            ++taken_;
            return sample;
        }
    } catch (...) {
        running_.reset();  // the next call begins again with this element
        throw;
    }
    restart();
    return std::nullopt;
}

void Loader::restart() {
    running_.reset();
    if (taken_ == 0) return;
    ++epoch_;
    taken_ = 0;
}

Config Loader::position() const {
    // After the last element the next epoch is all that is left.
    const bool ended = taken_ > 0 && stage_->size() == taken_;
    return {{"epoch", ended ? epoch_ + 1 : epoch_}, {"element", ended ? 0 : taken_}};
}

void Loader::restore(const Config& position) {
    ConfigReader reader{std::string(loader_name), position};
    const auto epoch = reader.get<std::int64_t>("epoch"),
               taken = reader.get<std::int64_t>("element");
    const std::optional<Index> size = stage_->size();
    if (epoch < 0 || taken < 0 || (size && taken > *size))
        fail<ValueError>(loader_name, "can't go to element ", taken, " of epoch ", epoch,
                         size ? sentence(": an epoch has ", *size) : std::string());
    running_.reset();
    epoch_ = epoch;
    taken_ = taken;
}

}  // namespace shikumi::datasets
