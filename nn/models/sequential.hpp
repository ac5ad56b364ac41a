// Sequential: layers one after another.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <shikumi/nn/models/model.hpp>

namespace shikumi::nn {

/// A chain of layers, which are moved into it. It can be moved, and copied by `clone`.
class Sequential : public Model {
public:
    explicit Sequential(std::string name = {});
    template <std::derived_from<Layer>... L>
    requires(sizeof...(L) > 0) explicit Sequential(L... layers) : Sequential() {
        (add(std::move(layers)), ...);
    }
    Sequential(Sequential&&) noexcept = default;
    Sequential& operator=(Sequential&&) = default;

    template <std::derived_from<Layer> L>
    void add(L layer) {
        add(shared(std::move(layer)));
    }
    template <std::derived_from<Layer> L>
    void add(std::shared_ptr<L> layer) {
        add(SharedLayer(std::move(layer)));
    }
    /// An `Input` is noted, not added. Throws ValueError for an Input after other layers, and for a
    /// layer that holds this model itself.
    void add(SharedLayer layer);

    std::vector<std::shared_ptr<Layer>> layers() const;
    Sequential clone() const;

    void build(const Spec& input) override;
    Tensor call(const Tensor& x, Mode mode) override;

protected:
    std::vector<Tensor> forward(const std::vector<Tensor>& inputs, Mode mode) override;
    std::vector<Spec> known_inputs() const override;
    std::vector<LayerSummary> rows() override;

private:
    std::vector<SharedLayer> layers_;
    std::vector<Spec> outputs_of_;  // of the layers built so far
    std::optional<Spec> input_;     // with a batch axis
};

}  // namespace shikumi::nn
