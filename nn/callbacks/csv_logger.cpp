#include <shikumi/nn/callbacks/csv_logger.hpp>

#include <algorithm>
#include <cctype>
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
        std::error_code none;
        const auto bytes = std::filesystem::file_size(path, none);
        header_written = options.append && !none && bytes > 0;
        columns.clear();
        file.open(path, std::ios::binary | (options.append ? std::ios::app : std::ios::trunc));
        check();
    }

    void on_epoch_end(Run& run) override {
        if (columns.empty()) columns = columns_of(run);
        if (!std::exchange(header_written, true)) {
            std::string line = "epoch";
            for (const std::string& column : columns) line += options.separator + column;
            file << line << "\r\n";
        }
        std::string line = std::to_string(run.epoch());
        for (const std::string& column : columns) {
            const double* number = run.logs().find(column);
            line += options.separator + (number ? detail::number_text(*number) : "NA");
        }
        file << line << "\r\n" << std::flush;
        check();
    }

    void on_train_end(Run&) override { file.close(); }

    void check() const {
        if (!file) fail<IoError>("CSVLogger", "can't write '", path, "'");
    }

    std::string path;
    CSVLoggerOptions options;
    std::ofstream file;
    std::vector<std::string> columns;
    bool header_written = false;
};

CSVLogger::CSVLogger(std::string path, const CSVLoggerOptions& options)
    : Callback(std::make_shared<State>(std::move(path), options), "CSVLogger") {}

}  // namespace shikumi::nn
