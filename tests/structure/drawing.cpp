#include "drawing.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>

namespace shikumi_test {
namespace {

using Arrows = std::map<std::string, std::set<std::string>>;

constexpr std::string_view kBegin = "<!-- rooms: written by docs/draw -->\n";
constexpr std::string_view kEnd = "<!-- rooms: end -->\n";

// Without umbrella headers, whose arrows lead everywhere and would hide the others.
Arrows folders(const Tree& tree) {
    Arrows arrows = rooms(tree);
    const auto is_door = [](const std::string& room) {
        return room.ends_with(".hpp") || room.starts_with("include/");
    };
    std::erase_if(arrows, [&](const auto& entry) { return is_door(entry.first); });
    for (auto& [room, to] : arrows) std::erase_if(to, is_door);
    return arrows;
}

// True if another include of `from` implies the include of `to`.
bool follows(const Arrows& arrows, const std::string& from, const std::string& to) {
    std::set<std::string> seen;
    std::vector<std::string> open;
    for (const std::string& next : arrows.at(from)) {
        if (next != to) open.push_back(next);
    }
    while (!open.empty()) {
        const std::string room = open.back();
        open.pop_back();
        if (room == to) return true;
        const auto found = arrows.find(room);
        if (!seen.insert(room).second || found == arrows.end()) continue;
        open.insert(open.end(), found->second.begin(), found->second.end());
    }
    return false;
}

std::string identifier(std::string room) {
    std::replace(room.begin(), room.end(), '/', '_');
    return room;
}

}  // namespace

std::string drawing(const Tree& tree) {
    const Arrows arrows = folders(tree);
    std::map<int, std::vector<std::string>> by_floor;
    for (const auto& [room, to] : arrows) by_floor[floor_of(room + '/').value()].push_back(room);

    std::string text = "```mermaid\nflowchart TB\n";
    for (const auto& [floor, on_it] : by_floor) {
        const std::string number = std::to_string(floor);
        text += "    subgraph F" + number + "\n        direction LR\n";
        for (const std::string& room : on_it)
            text += "        " + identifier(room) + "[" + room + "]\n";
        text += "    end\n";
    }
    for (const auto& [room, to] : arrows) {
        for (const std::string& other : to) {
            if (!follows(arrows, room, other))
                text += "    " + identifier(room) + " --> " + identifier(other) + "\n";
        }
    }
    text += "```\n\n| floor | folder | includes |\n|---|---|---|\n";
    for (const auto& [floor, on_it] : by_floor) {
        for (const std::string& room : on_it) {
            text += "| F" + std::to_string(floor) + " | `" + room + "` |";
            const char* before = " ";
            for (const std::string& other : arrows.at(room)) {
                text += before + other;
                before = ", ";
            }
            text += " |\n";
        }
    }
    return text;
}

std::string with_drawing(const std::string& page, const std::string& drawing) {
    const std::size_t begin = page.find(kBegin), end = page.find(kEnd);
    if (begin == std::string::npos || end == std::string::npos || end < begin)
        throw std::runtime_error("docs/architecture.md has no place for the drawing of the rooms");
    return page.substr(0, begin + kBegin.size()) + "\n" + drawing + "\n" + page.substr(end);
}

}  // namespace shikumi_test
