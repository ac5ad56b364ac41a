// Profile::write_trace: the calls as Chrome's trace events.
#include <string_view>

#include <shikumi/autograd/core/decimal.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/new_file.hpp>
#include <shikumi/autograd/evaluate/profile/profile_records.hpp>

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

std::string microseconds(ProfileRecords::Clock::duration d) {
    return fixed(std::chrono::duration<double, std::micro>(d).count(), 3);
}

}  // namespace

void Profile::write_trace(const std::string& file) const {
    NewFile out("write_trace", file);
    out.write("{\"displayTimeUnit\": \"ns\", \"traceEvents\": [\n");
    out.write(R"({"name": "process_name", "ph": "M", "pid": 1, "args": {"name": "shikumi"}})");
    for (const ProfileRecords::Event& event : records_->events()) {
        const Row& row = records_->rows()[event.row];
        out.write(sentence(",\n{\"name\": ", json_string(row.name),
                           ", \"ph\": \"X\", \"pid\": 1, \"tid\": 1, \"ts\": ",
                           microseconds(event.start - records_->start()),
                           ", \"dur\": ", microseconds(event.duration),
                           ", \"args\": {\"layer\": ", json_string(row.layer), "}}"));
    }
    out.write("\n]}\n");
    out.keep();
}

}  // namespace shikumi
