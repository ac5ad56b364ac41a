#include <shikumi/nn/callbacks/csv_logger.hpp>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <utility>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/callbacks/detail/number_text.hpp>

namespace shikumi::nn {

namespace {

bool is_validation(const std::string& name) { return name.rfind("val_", 0) == 0; }

// The columns after the epoch. An epoch that isn't validated may be followed by one that is.
std::vector<std::string> columns_of(const Run& run) {
    std::vector<std::string> names;
    for (const auto& entry : run.logs().by_name()) names.push_back(entry.first);
    const std::vector<std::string>& planned = run.plan().names;
    const bool validated =
        planned.empty() || std::any_of(planned.begin(), planned.end(), is_validation);
    if (validated && std::none_of(names.begin(), names.end(), is_validation)) {
        for (std::size_t i = 0, count = names.size(); i < count; ++i)
            names.push_back("val_" + names[i]);
    }
    return names;
}

}  // namespace

struct CSVLogger::State final : Hooks {
    State(std::string p, const CSVLoggerOptions& o) : path(std::move(p)), options(o) {
        const char c = o.separator;
        if (std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '"' ||
            c == '\n' || c == '\r')
            fail<ValueError>("CSVLogger", "'", std::string_view(&c, 1),
                             "' can't separate numbers: take ',' or ';'");
    }

    void on_train_begin(Run&) override {
        file = std::ofstream(path, std::ios::binary | std::ios::app);
        check();
        kept = options.append ? size() : 0;
        headed = kept > 0;
        columns.clear();
    }

    void on_epoch_end(Run& run) override {
        if (columns.empty()) columns = columns_of(run);
        drop_rest();
        std::string lines;
        if (!std::exchange(headed, true)) {
            lines = "epoch";
            for (const std::string& column : columns) lines += options.separator + column;
            lines += "\r\n";
        }
        lines += std::to_string(run.epoch());
        for (const std::string& column : columns) {
            const double* number = run.logs().find(column);
            lines += options.separator + (number ? detail::number_text(*number) : "NA");
        }
        lines += "\r\n";
        file << lines << std::flush;
        check();
        kept += static_cast<std::int64_t>(lines.size());
    }

    void on_train_end(Run&) override {
        drop_rest();
        file.close();
    }

    void visit_state(StateFields& fields) override {
        fields("columns", columns)("headed", headed)("bytes", kept);
    }

    // What an earlier training has left, or this one after its last backup.
    void drop_rest() const {
        if (size() <= kept) return;
        std::error_code error;
        std::filesystem::resize_file(path, static_cast<std::uintmax_t>(kept), error);
        if (error) refuse();
    }

    std::int64_t size() const {
        std::error_code error;
        const auto bytes = std::filesystem::file_size(path, error);
        return error ? 0 : static_cast<std::int64_t>(bytes);
    }

    void check() const {
        if (!file) refuse();
    }
    [[noreturn]] void refuse() const { fail<IoError>("CSVLogger", "can't write '", path, "'"); }

    std::string path;
    CSVLoggerOptions options;
    std::ofstream file;
    std::vector<std::string> columns;
    bool headed = false;    // the file has the line of the columns' names
    std::int64_t kept = 0;  // bytes of the file up to the end of the last epoch
};

CSVLogger::CSVLogger(std::string path, const CSVLoggerOptions& options)
    : Callback(std::make_shared<State>(std::move(path), options), "CSVLogger") {}

}  // namespace shikumi::nn
