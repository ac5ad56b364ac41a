#include <shikumi/nn/session.hpp>

#include <map>
#include <mutex>

#include <shikumi/nn/state_fields.hpp>

namespace shikumi::nn {

namespace {

struct Session {
    std::mutex mutex;
    std::map<std::string, int, std::less<>> names;
    Generator seeds{0};
};

Session& session() {
    static Session& s = *new Session;  // leaked: static objects may make layers when they end
    return s;
}

// MaxPooling2D → max_pooling2d, LSTM → lstm.
std::string snake_case(std::string_view name) {
    const auto is = [&](std::size_t i, auto test) { return i < name.size() && test(name[i]); };
    const auto upper = [](char c) { return 'A' <= c && c <= 'Z'; };
    const auto lower = [](char c) { return 'a' <= c && c <= 'z'; };
    std::string out;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (i > 0 && is(i, upper) && (is(i + 1, lower) || is(i - 1, lower))) out += '_';
        out += upper(name[i]) ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
    }
    return out;
}

}  // namespace

void clear_session() {
    Session& s = session();
    const std::lock_guard lock(s.mutex);
    s.names.clear();
    s.seeds = Generator(s.seeds.seed());
}

void set_random_seed(std::uint64_t seed) {
    Session& s = session();
    const std::lock_guard lock(s.mutex);
    s.seeds = Generator(seed);
}

std::string next_name(std::string_view class_name) {
    std::string name = snake_case(class_name);
    Session& s = session();
    const std::lock_guard lock(s.mutex);
    const int used = s.names[name]++;
    if (used > 0) name += "_" + std::to_string(used);
    return name;
}

Generator next_generator() {
    Session& s = session();
    const std::lock_guard lock(s.mutex);
    const auto words = philox(s.seeds.next(), 0);
    return Generator(std::uint64_t{words[0]} << 32 | words[1]);
}

void visit_session(StateFields& fields) {
    Session& s = session();
    const std::lock_guard lock(s.mutex);
    fields("seeds", s.seeds);
}

}  // namespace shikumi::nn
