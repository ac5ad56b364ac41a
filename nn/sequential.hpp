// Sequential: layers one after another, and how they are trained.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <shikumi/nn/history.hpp>
#include <shikumi/nn/layer.hpp>
#include <shikumi/nn/losses.hpp>
#include <shikumi/nn/metrics.hpp>
#include <shikumi/nn/summary.hpp>
#include <shikumi/optim/optimizer.hpp>
#include <shikumi/optim/sgd.hpp>

namespace shikumi::nn {

struct CompileOptions {
    optim::Optimizer optimizer = optim::SGD();
    Loss loss;
    std::vector<Metric> metrics = {};
};

/// How to train, in the order of Keras's arguments.
struct FitOptions {
    Index batch_size = 32;
    int epochs = 1;
    int verbose = 1;              ///< 0 nothing, 1 a bar, 2 one line an epoch
    double validation_split = 0;  ///< share of the samples, taken from the end before shuffling
    std::optional<std::pair<Tensor, Tensor>> validation_data = {};
    bool shuffle = true;
    std::map<int, double> class_weight = {};  ///< factor of a class's losses; 1 where it is absent
    std::optional<std::uint64_t> seed = {};   ///< of the shuffling; the model's own where absent
    std::function<void(EpochLog&)> on_epoch_end = {};  ///< may set `stop`
    std::ostream* out = nullptr;  ///< where to show progress; std::cout where null
};

/// A chain of layers, which are moved into it. It can be moved, not copied.
class Sequential {
public:
    explicit Sequential(std::string name = {});
    template <std::derived_from<Layer>... L>
    requires(sizeof...(L) > 0) explicit Sequential(L... layers) : Sequential() {
        (add(std::move(layers)), ...);
    }
    Sequential(Sequential&&) noexcept = default;
    Sequential& operator=(Sequential&&) noexcept = default;

    template <std::derived_from<Layer> L>
    void add(L layer) {
        add(std::make_shared<L>(std::move(layer)));
    }
    /// An `Input` is noted, not added. Throws ValueError for an Input after other layers.
    void add(std::shared_ptr<Layer> layer);

    const std::string& name() const noexcept { return name_; }
    const std::vector<std::shared_ptr<Layer>>& layers() const noexcept { return layers_; }
    /// Every weight with its regulariser and constraint, as `parameters`.
    const std::vector<Weight>& described_weights();
    /// Every weight, layer by layer. Throws StateError before the input's shape is known, as
    /// do the next four.
    const std::vector<Parameter>& parameters();
    Index count_params();
    /// The table of the layers.
    std::string summary(SummaryStyle style = SummaryStyle::classic27);
    std::vector<Tensor> get_weights();
    /// Throws ShapeError, DTypeError where one doesn't fit its parameter; nothing is changed then.
    void set_weights(const std::vector<Tensor>& weights);

    /// Makes the weights for inputs of this shape and dtype; the size of the first axis, the batch,
    /// means nothing. Done at first use otherwise.
    void build(const Spec& input);
    /// The output's shape and dtype for such a batch. Throws StateError before they are known.
    Spec output();
    /// The output for a batch, recorded. Throws what the layers throw; the words name the layer.
    Tensor operator()(const Tensor& x, Mode mode = Mode::infer);

    /// Says how to train. Throws ValueError where a loss from logits would get probabilities.
    void compile(CompileOptions options);
    /// The optimiser, whose learning rate can be changed. Throws StateError before `compile`.
    optim::Optimizer& optimizer();

    /// Trains on samples x (N, …) and targets y (N, …). Throws StateError before `compile`;
    /// ShapeError where x and y differ in length or don't fit the model; ValueError for no sample,
    /// options outside their range, labels outside the classes, and NaN or infinity in the data or
    /// in the loss, which names epoch and batch.
    History fit(const Tensor& x, const Tensor& y, const FitOptions& options = {});
    /// Loss and metrics of samples, in inference mode.
    Logs evaluate(const Tensor& x, const Tensor& y, Index batch_size = 32);
    /// The outputs for samples, in inference mode and batch by batch.
    Tensor predict(const Tensor& x, Index batch_size = 32);

private:
    void ensure_built(const Spec* data = nullptr);
    CompileOptions& compiled(std::string_view caller);

    std::string name_;
    std::vector<std::shared_ptr<Layer>> layers_;
    std::vector<Spec> outputs_;  // of the layers built so far
    std::optional<Spec> input_;  // with a batch axis
    std::vector<Parameter> parameters_;
    std::vector<Weight> weights_;  // the same with what they were given
    std::optional<CompileOptions> compiled_;
    Generator rng_;
};

}  // namespace shikumi::nn
