// A function of each element.
#include <shikumi/autograd/core/blame.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/datasets/detail/stage.hpp>

namespace shikumi::datasets::detail {

namespace {

class MapPass final : public Pass {
public:
    MapPass(PassPtr before, const MapFunction& f, std::uint64_t seed, Index epoch)
        : before_(std::move(before)), f_(f), seed_(seed), epoch_(epoch) {}

    Index count(Index limit) override { return before_->count(limit); }
    void pass_over(Index first, Index last) override { before_->pass_over(first, last); }

    std::vector<Element> get(std::span<const Index> numbers) override {
        const NoGrad no_grad;
        std::vector<Element> elements = before_->get(numbers);
        for (std::size_t i = 0; i < elements.size(); ++i)
            elements[i] = mapped(elements[i], numbers[i]);
        return elements;
    }

private:
    Element mapped(const Element& from, Index number) const {
        const auto where = [&] {
            return sentence("in map of ", name_of(from), ", epoch ", epoch_);
        };
        Element to = shikumi::detail::blaming("Loader", where, [&] {
            Generator rng(derived_seed(seed_, epoch_, number));
            return element_of(f_(sample_of(from), rng));
        });
        to.number = from.number;
        to.is_batch = from.is_batch;
        return to;
    }

    const PassPtr before_;
    const MapFunction& f_;
    const std::uint64_t seed_;
    const Index epoch_;
};

class Map final : public Stage {
public:
    Map(StagePtr before, MapFunction f, std::uint64_t seed)
        : before_(std::move(before)), f_(std::move(f)), seed_(seed) {}
    std::optional<Index> size() const override { return before_->size(); }
    PassPtr pass(Index epoch) const override {
        return std::make_unique<MapPass>(before_->pass(epoch), f_, seed_, epoch);
    }

private:
    const StagePtr before_;
    const MapFunction f_;
    const std::uint64_t seed_;
};

}  // namespace

StagePtr map(StagePtr before, MapFunction f, std::uint64_t seed, int step) {
    return std::make_shared<const Map>(std::move(before), std::move(f),
                                       derived_seed(seed, step, 1));
}

}  // namespace shikumi::datasets::detail
