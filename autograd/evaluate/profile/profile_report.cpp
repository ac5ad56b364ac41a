// Profile::report: the rows as tables for people.
#include <algorithm>
#include <array>
#include <string_view>

#include <shikumi/autograd/core/decimal.hpp>
#include <shikumi/autograd/core/letters.hpp>
#include <shikumi/autograd/evaluate/profile/profile_records.hpp>
#include <shikumi/autograd/kernels/detail/blas_kernels.hpp>

namespace shikumi {

using namespace detail;

namespace {

using Row = Profile::Row;

// Three digits and a prefix: 0.0123 s is 12.3 ms.
std::string with_unit(double value, std::string_view unit) {
    static constexpr std::array prefixes{"n", "µ", "m", "", "k", "M", "G", "T"};
    std::size_t prefix = 0;
    value *= 1e9;
    for (; value >= 999.5 && prefix + 1 < prefixes.size(); ++prefix) value /= 1000;
    const int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    return fixed(value, decimals) + " " + prefixes[prefix] + std::string(unit);
}

// Columns under a headline; the first `left` of them are words.
class TextTable {
public:
    TextTable(std::size_t left, std::vector<std::string> headline) : left_(left) {
        add(std::move(headline));
    }
    void add(std::vector<std::string> cells) { lines_.push_back(std::move(cells)); }
    std::string text() const {
        std::vector<std::size_t> widths(lines_.front().size());
        for (const auto& cells : lines_) {
            for (std::size_t i = 0; i < cells.size(); ++i)
                widths[i] = std::max(widths[i], letters(cells[i]));
        }
        std::string text;
        for (const auto& cells : lines_) {
            std::string line;
            for (std::size_t i = 0; i < cells.size(); ++i) {
                const std::string space(widths[i] - letters(cells[i]), ' ');
                line += (i > 0 ? "  " : "") + (i < left_ ? cells[i] + space : space + cells[i]);
            }
            line.erase(line.find_last_not_of(' ') + 1);
            text += line + "\n";
        }
        return text;
    }

private:
    std::size_t left_;
    std::vector<std::vector<std::string>> lines_;
};

// `words` are the columns in front of the figures: headline, and member of the row.
std::string table_of(const std::vector<Row>& rows, std::size_t most, double total,
                     std::vector<std::pair<std::string, std::string Row::*>> words) {
    std::vector<std::string> headline;
    for (const auto& [title, member] : words) headline.push_back(title);
    for (const char* title : {"calls", "time", "share", "a call", "rate", "traffic"})
        headline.emplace_back(title);
    TextTable table(words.size(), std::move(headline));
    for (std::size_t i = 0; i < std::min(most, rows.size()); ++i) {
        const Row& row = rows[i];
        std::vector<std::string> cells;
        for (const auto& [title, member] : words) cells.push_back(row.*member);
        const auto rate = [&](double amount, std::string_view unit) {
            return amount > 0 && row.seconds > 0 ? with_unit(amount / row.seconds, unit) : "";
        };
        cells.push_back(std::to_string(row.calls));
        cells.push_back(with_unit(row.seconds, "s"));
        cells.push_back(total > 0 ? fixed(100 * row.seconds / total, 1) + " %" : "");
        cells.push_back(with_unit(row.seconds / static_cast<double>(row.calls), "s"));
        cells.push_back(rate(row.flops, "FLOP/s"));
        cells.push_back(rate(row.bytes, "B/s"));
        table.add(std::move(cells));
    }
    std::string text = table.text();
    if (rows.size() > most) {
        Row rest;
        for (std::size_t i = most; i < rows.size(); ++i) rest += rows[i];
        text += "and " + std::to_string(rows.size() - most) + " more, " +
                with_unit(rest.seconds, "s") + " together\n";
    }
    return text;
}

}  // namespace

std::string Profile::report(std::size_t most_rows) const {
    Row all;
    for (const Row& row : records_->rows()) all += row;
    const double life =
        std::chrono::duration<double>(ProfileRecords::Clock::now() - records_->start()).count();
    const auto layers = [](std::vector<Row> rows) {
        for (Row& row : rows) {
            if (row.layer.empty()) row.layer = "(no layer)";
        }
        return rows;
    };
    const auto table = [&](const std::vector<Row>& rows, auto... words) {
        return "\n" + table_of(rows, most_rows, all.seconds, {words...});
    };
    const std::pair operation("operation", &Row::name), layer("layer", &Row::layer);
    return with_unit(life, "s") + ", of them " + with_unit(all.seconds, "s") +
           " in evaluations, the rest recording and the program's own; OpenBLAS's kernels: " +
           kernels::detail::blas_kernels() + "\n" + table(by_operation(), operation) +
           table(layers(by_layer()), layer) + table(layers(rows()), layer, operation);
}

}  // namespace shikumi
