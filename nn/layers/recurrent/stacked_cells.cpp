#include <shikumi/nn/layers/recurrent/stacked_cells.hpp>

#include <span>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

namespace {

// Takes the states of a cell off the front of those that are left.
std::vector<Tensor> own_states(const RecurrentCell& cell, std::span<const Tensor>& left) {
    const std::size_t count = std::min(cell.state_shapes().size(), left.size());
    const std::vector<Tensor> own(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(count));
    left = left.subspan(count);
    return own;
}

}  // namespace

StackedRNNCells::StackedRNNCells(const StackedRNNCells& other)
    : RecurrentCell(other), levels_(other.levels_) {
    if (built()) return;
    for (Level& level : levels_) level.cell = level.make();
}

void StackedRNNCells::add_maker(MakeCell make) {
    if (built()) fail<StateError>("stacked_rnn_cells", "is built already: no cell can be added");
    std::shared_ptr<RecurrentCell> cell = make();
    levels_.push_back({std::move(make), std::move(cell)});
}

void StackedRNNCells::build(const Spec& input) {
    if (levels_.empty()) fail<ValueError>("stacked_rnn_cells", "has no cells");
    Spec seen = input;
    for (const Level& level : levels_) {
        RecurrentCell& cell = *level.cell;
        if (!cell.built()) cell.set_dtype(dtype());
        cell.ensure_built(seen);
        seen = {batch_of(input.shape.front(), cell.state_shapes()[cell.output_state()]), dtype()};
    }
}

std::vector<Shape> StackedRNNCells::state_shapes() const {
    std::vector<Shape> all;
    for (const Level& level : levels_) {
        for (const Shape& shape : level.cell->state_shapes()) all.push_back(shape);
    }
    return all;
}

std::size_t StackedRNNCells::output_state() const {
    const RecurrentCell& last = *levels_.back().cell;
    return state_shapes().size() - last.state_shapes().size() + last.output_state();
}

Tensor StackedRNNCells::prepare(const Tensor& inputs, Mode mode) {
    mode_ = mode;
    for (const Level& level : levels_) add_layer(*level.cell);
    return levels_.front().cell->prepare(inputs, mode);
}

std::vector<Tensor> StackedRNNCells::step(const Tensor& x, const std::vector<Tensor>& states) {
    std::span<const Tensor> left(states);
    std::vector<Tensor> next;
    Tensor input = x;
    for (const Level& level : levels_) {
        RecurrentCell& cell = *level.cell;
        if (&level != &levels_.front())
            input = squeeze(cell.prepare(expand_dims(input, 0), mode_), 0);
        const std::vector<Tensor> own = cell.step(input, own_states(cell, left));
        input = own.at(cell.output_state());
        next.insert(next.end(), own.begin(), own.end());
    }
    return next;
}

void StackedRNNCells::finish() {
    for (const Level& level : levels_) level.cell->finish();
}

RecurrentCell::Sequence StackedRNNCells::run(const Tensor& inputs, std::vector<Tensor> states,
                                             const Passage& how) {
    std::span<const Tensor> left(states);
    Sequence all{inputs, {}};
    for (const Level& level : levels_) {
        add_layer(*level.cell);
        Sequence own = level.cell->run(all.outputs, own_states(*level.cell, left), how);
        all.outputs = std::move(own.outputs);
        all.states.insert(all.states.end(), own.states.begin(), own.states.end());
    }
    return all;
}

std::string StackedRNNCells::label() const {
    std::string text = "StackedRNNCells of";
    for (const Level& level : levels_)
        text += (&level == &levels_.front() ? " " : ", ") + level.cell->label();
    return text;
}

Config StackedRNNCells::get_config() const {
    Config::List cells;
    for (const Level& level : levels_)
        cells.push_back(to_config(static_cast<const Layer&>(*level.cell)));
    return ConfigWriter()("cells", cells);
}

StackedRNNCells StackedRNNCells::from_config(ConfigReader& config, LayerMaker make) {
    StackedRNNCells all;
    for (const Config& one : config.get<std::vector<Config>>("cells")) {
        const SharedLayer cell = make(one);
        if (!std::dynamic_pointer_cast<RecurrentCell>(cell.layer))
            fail<ValueError>(config.owner(), "wants recurrent cells, got a ",
                             cell.layer->class_name());
        all.add_maker(
            [cell] { return std::static_pointer_cast<RecurrentCell>(cell.clone().layer); });
    }
    return all;
}

}  // namespace shikumi::nn
