#include <shikumi/autograd/evaluate/profile/profile.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <new>
#include <string_view>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/evaluate/plan/plan.hpp>
#include <shikumi/autograd/evaluate/profile/timer.hpp>

namespace shikumi {

using namespace detail;

namespace {

using Row = Profile::Row;

constexpr std::string_view evaluator = "(evaluator)";

double seconds(Profile::Clock::duration d) { return std::chrono::duration<double>(d).count(); }

std::string name_of(std::span<const Op* const> group) {
    constexpr std::size_t shown = 4;
    const std::size_t left_out = group.size() > shown ? group.size() - shown : 0;
    std::string name;
    for (std::size_t i = 0; i < group.size(); ++i) {
        if (i == shown / 2 && left_out > 0) {
            name += "+…";
            i += left_out;
        }
        name += (i > 0 ? "+" : "") + std::string(group[i]->name());
    }
    if (left_out > 0) name += " (" + std::to_string(group.size()) + ")";
    return name;
}

// Each array that is read or written; blocks in the cache cost no traffic.
double bytes_of(const Plan& plan, const Group& group) {
    double bytes = 0;
    for (std::uint32_t v = 0; v < group.values; ++v) {
        const GroupValue& value = plan.values[group.first_value + v];
        if (value.slot != no_slot) bytes += static_cast<double>(group.size * value.element);
    }
    for (std::uint32_t i = 0; i < group.stretches; ++i) {
        const Stretch& s = plan.stretches[group.first_stretch + i];
        double own = s.element;
        for (unsigned axis = 0; axis < static_cast<unsigned>(s.rank); ++axis) {
            if (s.moves[axis]) own *= static_cast<double>(s.sizes[axis]);
        }
        bytes += own;
    }
    return bytes;
}

std::vector<Row> sorted(std::vector<Row> rows) {
    std::ranges::stable_sort(rows, std::ranges::greater{}, &Row::seconds);
    return rows;
}

// The rows added up that are the same in `key`.
std::vector<Row> merged(const std::vector<Row>& rows, std::string Row::*key) {
    std::map<std::string, Row> sums;
    for (const Row& row : rows) {
        Row& sum = sums[row.*key];
        sum.*key = row.*key;
        sum += row;
    }
    std::vector<Row> list;
    for (auto& [name, sum] : sums) list.push_back(std::move(sum));
    return sorted(std::move(list));
}

// In the C locale, whatever the program's is.
std::string fixed(double value, int decimals) {
    std::array<char, 400> text{};  // the largest double has 309 digits
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value,
                                   std::chars_format::fixed, decimals);
    return {text.data(), end.ptr};
}

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
class Table {
public:
    Table(std::size_t left, std::vector<std::string> headline) : left_(left) {
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
    static std::size_t letters(std::string_view utf8) {
        return static_cast<std::size_t>(std::ranges::count_if(
            utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
    }
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
    Table table(words.size(), std::move(headline));
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

std::string json_string(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (code < 0x20) {
            out += "\\u00";
            out += digits[code / 16];
            out += digits[code % 16];
            continue;
        }
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::string microseconds(Profile::Clock::duration d) { return fixed(1e6 * seconds(d), 3); }

}  // namespace

thread_local constinit Profile* Timer::current = nullptr;

Profile::Row& Profile::Row::operator+=(const Row& other) noexcept {
    calls += other.calls;
    seconds += other.seconds;
    flops += other.flops;
    bytes += other.bytes;
    return *this;
}

Profile::Profile() : outer_(Timer::current), start_(Clock::now()) { Timer::current = this; }

Profile::~Profile() {
    Profile** place = &Timer::current;
    while (*place && *place != this) place = &(*place)->outer_;
    if (*place) *place = outer_;
    try {
        if (outer_) outer_->take(*this);
    } catch (const std::bad_alloc&) {  // the outer one does without
    }
}

void Profile::take(const Profile& inner) {
    std::vector<Number> here;
    for (const Row& row : inner.rows_) {
        here.push_back(row_of(row.name, row.layer));
        rows_[here.back()] += row;
    }
    for (const Event& event : inner.events_) {
        if (events_.size() == most_events) break;
        events_.push_back({event.start, event.duration, here[event.row]});
    }
}

Profile::Number Profile::row_of(std::string name, std::string layer) {
    const auto [it, fresh] = numbers_.try_emplace({name, layer}, static_cast<Number>(rows_.size()));
    if (fresh) rows_.push_back({.name = std::move(name), .layer = std::move(layer)});
    return it->second;
}

const std::vector<Profile::Step>& Profile::steps_of(const Plan& plan) {
    if (const auto known = plans_.find(plan.number); known != plans_.end()) return known->second;
    if (plans_.size() == most_plans) plans_.clear();  // plans that come once would pile up
    std::vector<Step> steps;
    for (const shikumi::Step& step : plan.steps) {
        if (step.kind == shikumi::Step::Kind::group) {
            const Group& group = plan.groups[step.index];
            const std::span operations(plan.pointwise.data() + group.first_operation,
                                       group.operations);
            steps.push_back({row_of(name_of(operations), group.scope ? *group.scope : ""),
                             static_cast<double>(group.size) * group.operations,
                             bytes_of(plan, group)});
            continue;
        }
        const Call& call = plan.calls[step.index];
        std::vector<const Spec*> in;
        double bytes = static_cast<double>(call.out.spec.bytes());
        for (std::uint32_t i = 0; i < call.inputs; ++i) {
            in.push_back(&plan.operands[call.first_input + i].spec);
            bytes += static_cast<double>(in.back()->bytes());
        }
        steps.push_back({row_of(std::string(call.op->name()), call.scope ? *call.scope : ""),
                         call.op->flops(in, call.out.spec), bytes});
    }
    return plans_.emplace(plan.number, std::move(steps)).first->second;
}

void Profile::add(const Step& step, Clock::time_point start, Clock::time_point end) {
    Row& row = rows_[step.row];
    ++row.calls;
    row.seconds += seconds(end - start);
    row.flops += step.flops;
    row.bytes += step.bytes;
    if (events_.size() < most_events) events_.push_back({start, end - start, step.row});
}

void Profile::add_part(const char* name, Clock::time_point start, Clock::time_point end) {
    add({row_of(name, std::string(evaluator)), 0, 0}, start, end);
}

std::vector<Row> Profile::rows() const { return sorted(rows_); }
std::vector<Row> Profile::by_operation() const { return merged(rows_, &Row::name); }
std::vector<Row> Profile::by_layer() const { return merged(rows_, &Row::layer); }

std::string Profile::report(std::size_t most_rows) const {
    Row all;
    for (const Row& row : rows_) all += row;
    const double life = seconds(Clock::now() - start_);
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
           " in evaluations, the rest recording and the program's own\n" +
           table(by_operation(), operation) + table(layers(by_layer()), layer) +
           table(layers(rows()), layer, operation);
}

void Profile::write_trace(const std::filesystem::path& file) const {
    const std::filesystem::path partial = file.string() + ".partial-" + std::to_string(getpid());
    std::ofstream out(partial, std::ios::binary);
    out << "{\"displayTimeUnit\": \"ns\", \"traceEvents\": [\n";
    out << R"({"name": "process_name", "ph": "M", "pid": 1, "args": {"name": "shikumi"}})";
    for (const Event& event : events_) {
        const Row& row = rows_[event.row];
        out << ",\n{\"name\": " << json_string(row.name)
            << ", \"ph\": \"X\", \"pid\": 1, \"tid\": 1"
            << ", \"ts\": " << microseconds(event.start - start_)
            << ", \"dur\": " << microseconds(event.duration)
            << ", \"args\": {\"layer\": " << json_string(row.layer) << "}}";
    }
    out << "\n]}\n";
    out.close();
    std::error_code error;
    if (out)
        std::filesystem::rename(partial, file, error);
    else
        error = std::make_error_code(std::errc::io_error);
    if (!error) return;
    std::error_code ignored;
    std::filesystem::remove(partial, ignored);
    fail<IoError>("write_trace", "can't write ", file.string(), ": ", error.message());
}

}  // namespace shikumi
