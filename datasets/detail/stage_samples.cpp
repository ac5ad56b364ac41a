// Samples by a function of their numbers.
#include <shikumi/autograd/core/blame.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/datasets/detail/stage.hpp>

namespace shikumi::datasets::detail {

namespace {

using Function = std::function<Sample(Index)>;

class SamplesPass final : public Pass {
public:
    SamplesPass(Index size, const Function& sample) : size_(size), sample_(sample) {}
    Index count(Index limit) override { return std::min(limit, size_); }
    void pass_over(Index, Index) override {}

    std::vector<Element> get(std::span<const Index> numbers) override {
        const NoGrad no_grad;
        std::vector<Element> elements;
        for (const Index number : numbers) {
            elements.push_back(shikumi::detail::blaming(
                "Loader", [&] { return sentence("in sample ", number, " of the source"); },
                [&] { return element_of(sample_(number)); }));
            elements.back().number = number;
        }
        return elements;
    }

private:
    const Index size_;
    const Function& sample_;
};

class Samples final : public Stage {
public:
    Samples(Index size, Function sample) : size_(size), sample_(std::move(sample)) {}
    std::optional<Index> size() const override { return size_; }
    PassPtr pass(Index) const override { return std::make_unique<SamplesPass>(size_, sample_); }

private:
    const Index size_;
    const Function sample_;
};

}  // namespace

StagePtr samples(Index size, Function sample) {
    return std::make_shared<const Samples>(size, std::move(sample));
}

}  // namespace shikumi::datasets::detail
