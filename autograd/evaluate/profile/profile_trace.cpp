// Profile::write_trace: the calls as Chrome's trace events.
#include <unistd.h>

#include <fstream>
#include <string_view>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/evaluate/profile/format.hpp>
#include <shikumi/autograd/evaluate/profile/profile.hpp>

namespace shikumi {

using namespace detail;

namespace {

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

std::string microseconds(Profile::Clock::duration d) {
    return fixed(std::chrono::duration<double, std::micro>(d).count(), 3);
}

}  // namespace

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
