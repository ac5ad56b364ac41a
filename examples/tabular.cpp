// A table of yours: a network learns one column of a CSV file from the others, and predicts it.
#include <shikumi/formats.hpp>
#include <shikumi/shikumi.hpp>

#include <cmath>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <string>
#include <vector>

#include <shikumi/autograd/core/decimal.hpp>
#include <shikumi/nn/io/json.hpp>

#include "common/run.hpp"
#include "common/table.hpp"
#include "common/terminal.hpp"
#include "common/train.hpp"

using namespace shikumi;

namespace {

using examples::Options;
using examples::Table;
using examples::TableReader;

// For those who have no table at hand.
Table irises() {
    const datasets::Iris iris = datasets::iris();
    Table table{iris.feature_names, std::vector<std::vector<std::string>>(5)};
    table.names.push_back("species");
    const std::vector<double> values = iris.features.to_vector<double>();
    const std::vector<Index> labels = iris.labels.to_vector<Index>();
    for (std::size_t row = 0; row < labels.size(); ++row) {
        for (std::size_t i = 0; i < 4; ++i)
            table.columns[i].push_back(shikumi::detail::significant(values[4 * row + i], 3));
        table.columns[4].push_back(iris.class_names[static_cast<std::size_t>(labels[row])]);
    }
    return table;
}

void show_columns(const Table& table, const TableReader& reader) {
    std::cout << table.rows() << " rows, " << table.names.size() << " columns\n\n";
    std::size_t width = 0;
    for (const std::string& name : table.names) width = std::max(width, name.size());
    for (const examples::Column& column : reader.columns())
        std::cout << "  " << std::left << std::setw(static_cast<int>(width) + 2) << column.name
                  << column.description() << '\n';
    const examples::Target& target = reader.target();
    std::cout << "  " << std::setw(static_cast<int>(width) + 2) << target.name << "the target, ";
    if (target.is_class())
        std::cout << target.classes.size() << " classes";
    else
        std::cout << "a number: mean " << target.mean << ", deviation " << target.deviation;
    std::cout << std::right << "\n\n";
}

nn::Sequential network(const TableReader& reader, double learning_rate) {
    const examples::Target& target = reader.target();
    nn::Sequential m{
        nn::Dense(64, {.activation = nn::relu, .input_dim = reader.width()}),
        nn::Dropout(0.1),
        nn::Dense(64, {.activation = nn::relu}),
        nn::Dense(target.is_class() ? static_cast<Index>(target.classes.size()) : 1,
                  {.activation = target.is_class() ? nn::softmax : nn::linear}),
    };
    const auto optimizer = optim::AdamW({.learning_rate = learning_rate, .weight_decay = 0.01});
    if (target.is_class())
        m.compile({.optimizer = optimizer,
                   .loss = nn::sparse_categorical_crossentropy,
                   .metrics = {nn::accuracy}});
    else
        m.compile({.optimizer = optimizer, .loss = nn::mean_squared_error});
    return m;
}

// How good predictions are, beside what needs no network: the most frequent class, the mean.
void show_quality(const TableReader& reader, const Tensor& truth, const Tensor& said) {
    std::cout << std::fixed << std::setprecision(4);
    if (reader.target().is_class()) {
        const Tensor right = equal(truth, argmax(said, -1));
        const Tensor counts = datasets::confusion_matrix(
            truth, argmax(said, -1), static_cast<Index>(reader.target().classes.size()));
        const auto rows = static_cast<double>(truth.size());
        std::cout << "accuracy " << mean(right.cast(f64)).item<double>() << ": "
                  << sum(right.cast(i64)).item<Index>() << " of " << truth.size()
                  << " rows right; always the most frequent class: "
                  << max(sum(counts, 1)).item<double>() / rows << "\n\n"
                  << examples::confusion_table(counts, reader.target().classes) << '\n';
        return;
    }
    // The targets are standardised, so the mean of the training is 0.
    const double unit = reader.target().deviation;
    const auto error = [&](const Tensor& off) {
        return unit * std::sqrt(mean(off * off).item<double>());
    };
    std::cout << "root mean squared error " << error(said - truth) << ", mean absolute error "
              << unit * mean(abs(said - truth)).item<double>()
              << "; always the mean: " << error(truth) << "\n\n";
}

void predict(nn::Sequential& m, const TableReader& reader, const std::filesystem::path& file,
             const std::filesystem::path& folder) {
    Table table = examples::read_table(file);
    const Tensor said = m.predict(reader.features(table), 256);
    std::cout << "\npredictions for " << file.string() << ":\n";
    const examples::Target& target = reader.target();
    std::vector<std::string>& predictions = table.columns.emplace_back();
    table.names.push_back("predicted " + target.name);
    if (target.is_class()) {
        for (const Index label : argmax(said, -1).to_vector<Index>())
            predictions.push_back(target.classes[static_cast<std::size_t>(label)]);
        std::vector<std::string>& sure = table.columns.emplace_back();
        table.names.push_back("probability");
        for (const double p : max(said, -1).to_vector<double>())
            sure.push_back(shikumi::detail::fixed(p, 4));
    } else {
        for (const double z : said.to_vector<double>())
            predictions.push_back(
                shikumi::detail::significant(target.mean + target.deviation * z, 7));
    }
    if (reader.has_target(table)) {
        const std::vector<Index> known = examples::rows_with(table, target.name);
        if (!known.empty())
            show_quality(reader, reader.targets(examples::rows_of(table, known)),
                         datasets::take_rows(said, known));
    }
    const auto path = folder / "predictions.csv";
    examples::write_table(table, path);
    std::cout << "wrote " << path.string() << '\n';
}

struct Trained {
    TableReader reader;
    nn::Sequential model;
};

Trained train(const Options& options) {
    std::filesystem::path file = options.text("csv");
    std::string target = options.text("target");
    if (file.empty()) {
        file = options.out / "iris.csv";
        examples::write_table(irises(), file);
        target = "species";
        std::cout << "no --csv: the library's irises, written to " << file.string() << "\n\n";
    }
    if (target.empty())
        throw examples::BadOption("--target wants the name of the column that is to be learnt");
    Table table = examples::read_table(file);
    const std::size_t rows = table.rows();
    table = examples::rows_of(table, examples::rows_with(table, target));
    if (table.rows() < rows)
        std::cout << rows - table.rows() << " rows without a target are left out\n";

    // Split by the numbers of the rows; classes keep their shares.
    const auto guess = TableReader(table, target, {});
    const Tensor labels = guess.targets(table);
    const auto parts = datasets::train_test_split(
        arange(0, static_cast<Index>(table.rows()), 1, i64),
        guess.target().is_class() ? labels : squeeze(labels, 1),
        {.test_fraction = 0.2, .seed = options.seed, .stratified = guess.target().is_class()});
    const auto training = parts.train.features.to_vector<Index>();
    const TableReader reader(table, target, training);
    const Table train = examples::rows_of(table, training);
    const Table held_out = examples::rows_of(table, parts.test.features.to_vector<Index>());
    show_columns(table, reader);

    nn::Sequential m = network(reader, options.learning_rate);
    std::cout << m.summary() << '\n';
    Options without_files = options;  // a file of ours says how to read tables, too
    without_files.save.clear();
    const Tensor x = reader.features(held_out), y = reader.targets(held_out);
    const nn::History history =
        examples::fit(m, reader.features(train), reader.targets(train), without_files,
                      {.verbose = 2, .validation_data = {{x, y}}}, reader.target().classes);
    std::cout << "\non the " << held_out.rows() << " rows that were held out:\n";
    show_quality(reader, y, m.predict(x, 256));
    examples::write_history(history, options);
    if (!options.save.empty())
        examples::save(m.parameters(), options.save, {{"tabular", nn::to_json(reader.config())}});
    return {reader, std::move(m)};
}

Trained load(const Options& options) {
    const formats::SafetensorsFile file(options.load);
    const auto table = file.metadata().find("tabular");
    if (table == file.metadata().end())
        fail<IoError>("tabular", options.load.string(), " wasn't written by this program");
    const auto reader = TableReader::from_config(nn::parse_json(table->second, "tabular"));
    Trained trained{reader, network(reader, options.learning_rate)};
    examples::load(trained.model.parameters(), options.load);
    return trained;
}

void tabular(const Options& options) {
    const std::string& wanted = options.text("predict");
    const bool reads = !options.load.empty();
    if (reads && (!options.text("csv").empty() || wanted.empty()))
        throw examples::BadOption("--load FILE goes with --predict OTHER.csv alone");
    Trained trained = reads ? load(options) : train(options);
    if (!wanted.empty()) predict(trained.model, trained.reader, wanted, options.out);
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(
        argc, argv, "learns a column of your table from the others",
        {.epochs = 60,
         .batch_size = 16,
         .learning_rate = 0.002,
         .own = {{"csv", "", "the table; its first line names the columns"},
                 {"target", "", "name of the column that is to be learnt"},
                 {"predict", "", "another table, whose target is predicted into predictions.csv"}}},
        tabular);
}
