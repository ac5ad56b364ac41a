#include <shikumi/nn/models/summary.hpp>

#include <algorithm>
#include <array>
#include <string_view>

#include <shikumi/autograd/core/decimal.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/models/detail/text_table.hpp>

namespace shikumi::nn {

using detail::BoxTable;
using detail::ClassicTable;
using detail::LongCells;
using detail::Row;

namespace {

std::string batch_shape(const Shape& sample) {
    std::string text = "(None,";
    const Shape::Sizes sizes = sample.sizes();
    for (int axis = 0; axis < sizes.rank(); ++axis)
        text += (axis > 0 ? ", " : " ") + std::to_string(sizes[axis]);
    return text + ")";
}

std::string with_commas(Index n) {
    std::string digits = std::to_string(n);
    for (auto i = static_cast<Index>(digits.size()) - 3; i > 0; i -= 3)
        digits.insert(static_cast<std::size_t>(i), 1, ',');
    return digits;
}

// 2060 bytes are "2.01 KB".
std::string readable(std::size_t bytes, std::string_view one_byte) {
    const std::array<std::string_view, 6> units{one_byte, "KB", "MB", "GB", "TB", "PB"};
    auto size = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; size >= 1024 && unit + 1 < units.size(); ++unit) size /= 1024;
    return shikumi::detail::fixed(size, 2) + " " + std::string(units[unit]);
}

WeightCount sum_of(const ModelSummary& model, bool with_optimizer) {
    WeightCount all{model.trainable.params + model.frozen.params,
                    model.trainable.bytes + model.frozen.bytes};
    if (with_optimizer) {
        all.params += model.optimizer.params;
        all.bytes += model.optimizer.bytes;
    }
    return all;
}

// Ends of the columns, from their shares of a width. A column of its own may follow them.
std::vector<std::size_t> ends_of(const SummaryOptions& options, std::vector<double> usual,
                                 std::size_t width) {
    std::vector<double> shares = options.positions.empty() ? std::move(usual) : options.positions;
    std::vector<std::size_t> ends;
    for (const double share : shares) {
        const double before = ends.empty() ? 0 : static_cast<double>(ends.back());
        const double end = static_cast<double>(width) * share;
        if (!(share <= 1) || !(end >= before + 4))
            fail<ValueError>("summary", "positions must rise to 1 and leave each column 4 of ",
                             width, " characters");
        ends.push_back(static_cast<std::size_t>(end));
    }
    return ends;
}

Row titles(const ModelSummary& model, const SummaryOptions& options) {
    Row row{"Layer (type)", "Output Shape", "Param #"};
    if (model.connection_column) row.emplace_back("Connected to");
    if (options.show_trainable) row.emplace_back("Trainable");
    return row;
}

void check_columns(const ModelSummary& model, const SummaryOptions& options) {
    const std::size_t columns = model.connection_column ? 4 : 3;
    if (!options.positions.empty() && options.positions.size() != columns)
        fail<ValueError>("summary", "got ", options.positions.size(), " positions for ", columns,
                         " columns");
    if (options.line_length < 0)
        fail<ValueError>("summary", "line_length must not be negative, got ", options.line_length);
}

// ---- up to Keras 2 ------------------------------------------------------------------------------

std::string classic_connections(const std::vector<std::string>& list) {
    std::string text = "[";
    for (std::size_t i = 0; i < list.size(); ++i) text += (i > 0 ? ", '" : "'") + list[i] + "'";
    return text + "]";
}

// Keras 2 shows an input's shape as a list.
std::string classic_shape(const LayerSummary& layer) {
    const std::string shape = shown_shape(layer);
    return layer.class_name == "InputLayer" && shape.front() != '[' ? "[" + shape + "]" : shape;
}

class Classic {
public:
    Classic(const ModelSummary& model, const SummaryOptions& options)
        : model_(model),
          options_(options),
          table_(columns(), ruled()   ? LongCells::cut
                            : sized() ? LongCells::aligned
                                      : LongCells::shift) {}

    std::string text() {
        std::string text = "Model: \"" + model_.name + "\"\n" + table_.rule("_") +
                           table_.row(titles(model_, options_), 0) + table_.rule("=");
        for (std::size_t i = 0; i < model_.layers.size(); ++i)
            text += layer(model_.layers[i], 0, ruled() && i + 1 == model_.layers.size());
        return text + table_.rule("=") + total("Total params: ", sum_of(model_, false)) +
               total("Trainable params: ", model_.trainable) +
               total("Non-trainable params: ", model_.frozen) + table_.rule("_");
    }

private:
    bool ruled() const { return options_.style == SummaryStyle::classic26; }
    bool sized() const { return options_.style == SummaryStyle::classic213; }

    std::vector<std::size_t> columns() const {
        check_columns(model_, options_);
        const bool wide = model_.connection_column;
        const std::size_t width = options_.line_length > 0
                                      ? static_cast<std::size_t>(options_.line_length)
                                      : (wide ? 98 : 65);
        const std::vector<double> connected =
            sized() ? std::vector{0.3, 0.6, 0.7, 1.0} : std::vector{0.33, 0.55, 0.67, 1.0};
        std::vector<std::size_t> ends =
            ends_of(options_, wide ? connected : std::vector{0.45, 0.85, 1.0}, width);
        if (options_.show_trainable) ends.push_back(ends.back() + 11);
        return ends;
    }

    std::string layer(const LayerSummary& layer, std::size_t depth, bool last) const {
        Row row{layer.name + " (" + layer.class_name + ")", classic_shape(layer),
                std::to_string(layer.params)};
        if (model_.connection_column) row.push_back(classic_connections(layer.connected));
        if (options_.show_trainable) row.emplace_back(layer.trainable ? "Y" : "N");
        std::string text = table_.row(row, depth);
        if (!options_.expand_nested || layer.inner.empty())
            return last ? text : text + table_.gap(depth);
        text += table_.bracket(depth + 1, depth + 1);
        for (const LayerSummary& inner : layer.inner)
            text += this->layer(inner, depth + 1, &inner == &layer.inner.back());
        return text + table_.bracket(depth, depth);
    }

    std::string total(const char* what, const WeightCount& count) const {
        return what +
               (sized() ? std::to_string(count.params) + " (" + readable(count.bytes, "Byte") + ")"
                        : with_commas(count.params)) +
               '\n';
    }

    const ModelSummary& model_;
    const SummaryOptions& options_;
    ClassicTable table_;
};

// ---- Keras 3 ------------------------------------------------------------------------------------

std::string joined(const std::vector<std::string>& list) {
    std::string text;
    for (const std::string& one : list) text += (text.empty() ? "" : ", ") + one;
    return text.empty() ? "-" : text;
}

void add_layers(const std::vector<LayerSummary>& layers, const ModelSummary& model,
                const SummaryOptions& options, std::size_t depth, BoxTable& table) {
    for (const LayerSummary& layer : layers) {
        std::string before;
        for (std::size_t i = 0; i < depth; ++i) before += "   ";
        if (depth > 0) before += "└ ";
        Row row{before + layer.name + " (" + layer.class_name + ")", shown_shape(layer),
                with_commas(layer.params) + (layer.built ? "" : " (unbuilt)")};
        if (model.connection_column) row.push_back(joined(layer.connected));
        if (options.show_trainable)
            row.emplace_back(layer.params == 0 ? "-" : layer.trainable ? "Y" : "N");
        table.add(std::move(row));
        if (options.expand_nested) add_layers(layer.inner, model, options, depth + 1, table);
    }
}

std::string box(const ModelSummary& model, const SummaryOptions& options) {
    check_columns(model, options);
    std::vector<double> usual =
        model.connection_column ? std::vector{0.3, 0.56, 0.74, 1.0} : std::vector{0.45, 0.8, 1.0};
    if (options.show_trainable) {  // the others make room for it
        for (double& share : usual) share *= 0.9;
        usual.push_back(1);
    }
    SummaryOptions with_all = options;
    if (options.show_trainable && !options.positions.empty()) {
        for (double& share : with_all.positions) share *= 0.9;
        with_all.positions.push_back(1);
    }
    const auto width = static_cast<std::size_t>(options.line_length > 0 ? options.line_length : 76);
    BoxTable table(titles(model, options), ends_of(with_all, usual, width));
    add_layers(model.layers, model, options, 0, table);
    const auto total = [](const char* what, const WeightCount& count) {
        return what + with_commas(count.params) + " (" + readable(count.bytes, "B") + ")\n";
    };
    std::string text = "Model: \"" + model.name + "\"\n" + table.text();
    text += total(" Total params: ", sum_of(model, true)) +
            total(" Trainable params: ", model.trainable) +
            total(" Non-trainable params: ", model.frozen);
    if (model.optimizer.params > 0) text += total(" Optimizer params: ", model.optimizer);
    return text;
}

}  // namespace

bool ModelSummary::connections_known() const {
    return std::any_of(layers.begin(), layers.end(),
                       [](const LayerSummary& layer) { return !layer.connected.empty(); });
}

std::string shown_shape(const LayerSummary& layer) {
    if (!layer.shown.empty()) return layer.shown;
    if (!layer.built) return "?";
    std::string text = batch_shape(layer.output);
    if (layer.more_outputs.empty()) return text;
    for (const Shape& output : layer.more_outputs) text += ", " + batch_shape(output);
    return "[" + text + "]";
}

std::string to_string(const ModelSummary& model, const SummaryOptions& options) {
    return options.style == SummaryStyle::keras3 ? box(model, options)
                                                 : Classic(model, options).text();
}

std::string to_string(const ModelSummary& model, SummaryStyle style) {
    return to_string(model, SummaryOptions{.style = style});
}

}  // namespace shikumi::nn
