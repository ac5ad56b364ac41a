// RNN: a cell's steps along a sequence.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/nn/layers/recurrent/recurrent_cell.hpp>
#include <shikumi/nn/shared_layer.hpp>

namespace shikumi::nn {

/// Options of RNN.
struct RNNOptions {
    bool return_sequences = false;  ///< every step's output, not only the last
    bool return_state = false;      ///< called on a list, the states after the last step, too
    bool go_backwards = false;      ///< from the last step to the first; outputs in that order
    /// Each batch starts from the states that the one before left behind, until `reset_states`; all
    /// have the same size, else ShapeError.
    bool stateful = false;
    bool zero_output_for_mask = false;  ///< masked steps give zeros, not the output before them
    Shape input_shape = {};             ///< (time, features), where it is known beforehand
    std::string name = {};              ///< empty: chosen by the class
    DType dtype = f32;                  ///< of what a stateful layer keeps: f32 or f64
};

/// RNN's options from those of SimpleRNN, LSTM or GRU.
template <class Options>
RNNOptions rnn_options(const Options& options) {
    return {.return_sequences = options.return_sequences,
            .return_state = options.return_state,
            .go_backwards = options.go_backwards,
            .stateful = options.stateful,
            .zero_output_for_mask = options.zero_output_for_mask,
            .input_shape = options.input_shape,
            .name = options.name,
            .dtype = options.dtype};
}

/// A cell under a name that doesn't depend on how many there are, so that a file's weights have the
/// names that they had.
template <std::derived_from<RecurrentCell> C>
C named_cell(C cell, std::string_view name) {
    cell.set_default_name(name);
    return cell;
}

/// Repeats a cell's step along a sequence: (batch, time, …) becomes the output of the last step,
/// (batch, units), or of every step, (batch, time, units). Weights: the cell's. Called on a list
/// {x, states…} it starts from these states, and gives a list, with return_state {output, states…}.
/// Steps that the mask of x excludes leave the states as they are.
class RNN : public Layer {
public:
    /// Repeats the steps of `cell`, of which it makes a copy.
    template <std::derived_from<RecurrentCell> C>
    explicit RNN(C cell, const RNNOptions& options = {})
        : RNN(options, [cell = std::move(cell)] { return std::make_shared<C>(cell); }) {}
    /// A copy, which shares the weights of a layer that is built and makes its own otherwise.
    RNN(const RNN& other);
    /// Takes the cell and its weights.
    RNN(RNN&&) = default;
    /// Becomes a copy.
    RNN& operator=(const RNN& other) { return *this = RNN(other); }
    /// Takes the cell and its weights.
    RNN& operator=(RNN&&) = default;
    ~RNN() override = default;

    void build(const Spec& input) override;
    void build_all(const std::vector<Spec>& inputs) override;
    /// Throws ShapeError for anything but sequences of at least one step.
    Tensor call(const Tensor& x, Mode mode) override;
    /// Throws ShapeError for anything but sequences of at least one step, and for states of another
    /// number or shape than the cell's.
    std::vector<Tensor> call_all(const std::vector<Tensor>& inputs, Mode mode) override;
    Tensor compute_mask(const Tensor& x, const Tensor& mask) override;
    std::string label() const override;
    void visit_state(StateFields& fields) override;

    /// Forgets the states that a stateful layer has kept: the next batch starts from zeros. Inside
    /// a CallContext this takes effect with its updates.
    void reset_states();

    /// Whose steps are repeated.
    const RecurrentCell& cell() const noexcept { return *cell_; }
    /// What it was made with.
    const RNNOptions& options() const noexcept { return options_; }
    /// A layer like this one that goes through sequences in the other direction, with a cell and
    /// weights of its own.
    std::shared_ptr<RNN> mirrored() const;
    Config get_config() const override;
    /// The layer of that configuration. Throws ValueError for fields that it can't take.
    /// `make` makes the cell.
    static RNN from_config(ConfigReader& config, LayerMaker make);

private:
    using MakeCell = std::function<std::shared_ptr<RecurrentCell>()>;
    using States = std::vector<Tensor>;
    RNN(const RNNOptions& options, MakeCell make_cell);

    RecurrentCell::Sequence run(const Tensor& x, const States& initial, Mode mode);
    States kept_states(Index batch);
    const std::vector<Parameter>& kept_of(Index batch);
    const Parameter& kept_samples();
    Parameter new_state(std::string_view what, const Tensor& value) const;
    void check_states(const States& given, const States& wanted) const;

    // What a stateful layer keeps for batches of so many samples.
    struct Kept {
        Index batch;
        std::vector<Parameter> states;
    };
    RNNOptions options_;
    MakeCell make_cell_;
    std::shared_ptr<RecurrentCell> cell_;
    std::vector<Kept> kept_;
    Parameter samples_;  // how many samples' states are kept now; 0: none
};

}  // namespace shikumi::nn
