#include <shikumi/nn/session.hpp>

#include <map>
#include <mutex>

#include <shikumi/nn/detail/class_name.hpp>
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
    std::string name = detail::snake_case(class_name);
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
