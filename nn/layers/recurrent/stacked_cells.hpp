// StackedRNNCells: several cells as one.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <shikumi/nn/layers/recurrent/recurrent_cell.hpp>
#include <shikumi/nn/shared_layer.hpp>

namespace shikumi::nn {

/// Cells on top of each other: each one's output is the next one's input. States are those of the
/// first cell, then of the second, and so on. Weights: those of the cells, in order.
/// `RNN(StackedRNNCells(LSTMCell(64), LSTMCell(32)))` takes a sequence through both.
class StackedRNNCells final : public RecurrentCell {
public:
    /// No cells yet.
    StackedRNNCells() = default;
    /// These cells, the first of which sees the input.
    template <std::derived_from<RecurrentCell>... C>
    requires(sizeof...(C) > 0) explicit StackedRNNCells(C... cells) {
        (add(std::move(cells)), ...);
    }
    /// A copy, which shares the weights of cells that are built and makes its own otherwise.
    StackedRNNCells(const StackedRNNCells& other);
    /// Takes the cells.
    StackedRNNCells(StackedRNNCells&&) = default;
    /// Becomes a copy.
    StackedRNNCells& operator=(const StackedRNNCells& other) {
        return *this = StackedRNNCells(other);
    }
    /// Takes the cells.
    StackedRNNCells& operator=(StackedRNNCells&&) = default;
    ~StackedRNNCells() override = default;

    /// Puts a cell on top. Throws StateError once the cells are built.
    template <std::derived_from<RecurrentCell> C>
    void add(C cell) {
        add_maker([cell = std::move(cell)] { return std::make_shared<C>(cell); });
    }

    /// Throws ValueError where there are no cells.
    void build(const Spec& input) override;
    std::vector<Shape> state_shapes() const override;
    std::size_t output_state() const override;
    Tensor prepare(const Tensor& inputs, Mode mode) override;
    std::vector<Tensor> step(const Tensor& x, const std::vector<Tensor>& states) override;
    void finish() override;
    /// Takes the whole sequence through one cell after the other.
    Sequence run(const Tensor& inputs, std::vector<Tensor> states, const Passage& how) override;
    std::string label() const override;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    /// `make` makes the cells.
    static StackedRNNCells from_config(ConfigReader& config, LayerMaker make);

private:
    using MakeCell = std::function<std::shared_ptr<RecurrentCell>()>;
    struct Level {
        MakeCell make;
        std::shared_ptr<RecurrentCell> cell;
    };
    void add_maker(MakeCell make);

    std::vector<Level> levels_;
    Mode mode_ = Mode::infer;  // of the steps under way
};

}  // namespace shikumi::nn
