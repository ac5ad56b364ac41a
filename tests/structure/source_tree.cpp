#include "source_tree.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>

namespace shikumi_test {
namespace {

namespace fs = std::filesystem;

struct Floor {
    std::string_view where;  // a folder, or one file
    int number;
};

// A path belongs to the first row that it starts with.
constexpr Floor kFloors[] = {
    {"autograd/core/", 0},
    {"autograd/memory/", 1},
    {"autograd/kernels/", 2},
    {"autograd/graph/", 3},
    {"autograd/ops/", 4},
    {"autograd/evaluate/", 5},
    {"autograd/transform/", 5},
    {"autograd/explain/", 5},
    {"autograd/boost_graph/", 5},
    {"include/shikumi/graph.hpp", 5},
    {"formats/", 6},
    {"include/shikumi/formats.hpp", 6},
    {"optim/", 6},
    {"datasets/", 6},
    {"plot/", 6},
    {"nn/functions/", 7},
    {"nn/losses/", 7},
    {"nn/metrics/", 7},
    {"nn/callbacks/", 9},
    {"nn/training/", 9},
    {"nn/layers/", 10},
    {"nn/models/", 10},
    {"nn/io/", 11},
    {"nn/tools/", 11},
    {"nn/applications/", 12},
    {"nn/report/", 12},
    {"nn/nn.hpp", 13},
    {"nn/", 8},                           // the files of nn/ itself, such as layer.hpp
    {"include/shikumi/shikumi.hpp", 14},  // for users; only programs include it
    {"command/", 14},
    {"examples/", 14},
    {"bench/", 14},
    {"tests/", 14},
};
constexpr int kPrograms = 14;

// Three headers: not every program needs to compile Boost.Graph and the files of other programs.
constexpr std::string_view kFrontDoors[] = {
    "include/shikumi/shikumi.hpp", "include/shikumi/graph.hpp", "include/shikumi/formats.hpp"};

// Headers that include all others of their folder. Each counts as a folder.
constexpr std::string_view kUmbrellas[] = {
    "nn/nn.hpp",       "nn/losses/losses.hpp",  "nn/metrics/metrics.hpp",
    "optim/optim.hpp", "datasets/datasets.hpp", "formats/formats.hpp",
    "plot/plot.hpp"};

bool starts_with(std::string_view text, std::string_view start) {
    return text.substr(0, start.size()) == start;
}

bool ends_with(std::string_view text, std::string_view end) {
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool is_header(const File& file) { return ends_with(file.path, ".hpp"); }

bool in_library(std::string_view path) {
    const auto floor = floor_of(path);
    return (floor && *floor < kPrograms) || starts_with(path, "include/");
}

const File* find(const Tree& tree, const std::string& path) {
    const auto it =
        std::find_if(tree.begin(), tree.end(), [&](const File& f) { return f.path == path; });
    return it == tree.end() ? nullptr : &*it;
}

// The file of the tree that an include names; null if it is foreign or does not exist.
const File* target(const Tree& tree, const File& from, const Include& include) {
    if (include.angled) {
        if (!starts_with(include.name, "shikumi/")) return nullptr;
        const std::string rest = include.name.substr(8);
        return find(tree, rest.find('/') == std::string::npos ? "include/shikumi/" + rest : rest);
    }
    const fs::path beside = fs::path(from.path).parent_path() / include.name;
    if (const File* file = find(tree, beside.lexically_normal().generic_string())) return file;
    for (const char* folder :
         {"tests", "examples", "bench", "command"}) {  // include folders of the programs
        if (!starts_with(from.path, std::string(folder) + "/")) continue;
        if (const File* file =
                find(tree, (fs::path(folder) / include.name).lexically_normal().generic_string())) {
            return file;
        }
    }
    return nullptr;
}

std::string at(const File& file, int line) { return file.path + ":" + std::to_string(line) + ": "; }

// Adds a complaint for each matching line of the file.
void refuse(const File& file, const std::regex& pattern, const std::string& why,
            Complaints& complaints) {
    std::istringstream lines(without_comments(file.text));
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        if (std::regex_search(line, pattern)) complaints.push_back(at(file, number) + why);
    }
}

}  // namespace

std::optional<int> floor_of(std::string_view path) {
    for (const Floor& floor : kFloors) {
        if (starts_with(path, floor.where)) return floor.number;
    }
    return std::nullopt;
}

Tree read_tree(const fs::path& top) {
    Tree tree;
    for (const char* folder : {"autograd", "formats", "optim", "datasets", "plot", "nn", "include",
                               "command", "examples", "bench", "tests"}) {
        if (!fs::exists(top / folder)) continue;
        for (const auto& entry : fs::recursive_directory_iterator(top / folder)) {
            const auto extension = entry.path().extension();
            if (!entry.is_regular_file() || (extension != ".hpp" && extension != ".cpp")) continue;
            std::ostringstream text;
            text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
            tree.push_back({entry.path().lexically_relative(top).generic_string(), text.str()});
        }
    }
    std::sort(tree.begin(), tree.end(),
              [](const File& a, const File& b) { return a.path < b.path; });
    return tree;
}

std::string without_comments(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    const auto copy_to = [&](std::size_t& i, std::size_t end) {
        out.append(text.substr(i, end - i));
        i = std::min(end, text.size());
    };
    for (std::size_t i = 0; i < text.size();) {
        const std::string_view rest = text.substr(i);
        const char before = i > 0 ? text[i - 1] : ' ';
        if (starts_with(rest, "//")) {
            i = std::min(text.find('\n', i), text.size());
        } else if (starts_with(rest, "/*")) {
            const auto end = text.find("*/", i + 2);
            const auto stop = end == std::string_view::npos ? text.size() : end + 2;
            for (; i < stop; ++i) out += text[i] == '\n' ? '\n' : ' ';
        } else if (starts_with(rest, "R\"") && rest.find('(') != std::string_view::npos) {
            const auto open = rest.find('(');
            const std::string close = ")" + std::string(rest.substr(2, open - 2)) + "\"";
            const auto end = text.find(close, i);
            copy_to(i, end == std::string_view::npos ? text.size() : end + close.size());
        } else if (text[i] == '"' ||
                   (text[i] == '\'' && !std::isalnum(static_cast<unsigned char>(before)))) {
            std::size_t end = i + 1;
            while (end < text.size() && text[end] != text[i] && text[end] != '\n')
                end += text[end] == '\\' ? 2 : 1;
            copy_to(i, std::min(end + 1, text.size()));
        } else {
            out += text[i++];
        }
    }
    return out;
}

std::vector<Include> includes(const File& file) {
    static const std::regex pattern(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re");
    std::vector<Include> found;
    std::istringstream lines(without_comments(file.text));
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        std::smatch match;
        if (std::regex_search(line, match, pattern))
            found.push_back({match[2], match[1] == "<", number});
    }
    return found;
}

Complaints floors(const Tree& tree) {
    Complaints complaints;
    for (const File& file : tree) {
        const auto own = floor_of(file.path);
        if (!own) {
            complaints.push_back(file.path +
                                 " stands on no floor: give its folder one in tests/structure");
            continue;
        }
        for (const Include& include : includes(file)) {
            const File* other = target(tree, file, include);
            if (!other) {
                const bool ours = include.angled && starts_with(include.name, "shikumi/");
                // A program or a user's project may include quoted headers that are not in the
                // tree.
                if (ours || (!include.angled && *own < kPrograms)) {
                    complaints.push_back(at(file, include.line) + include.name + " does not exist");
                }
                continue;
            }
            const auto theirs = floor_of(other->path);
            if (theirs && *theirs > *own) {
                complaints.push_back(at(file, include.line) + "floor " + std::to_string(*own) +
                                     " includes " + other->path + " of floor " +
                                     std::to_string(*theirs));
            }
        }
    }
    return complaints;
}

Complaints containment(const Tree& tree) {
    Complaints complaints;
    std::vector<std::string> blas;
    const auto only_in = [&](const File& file, const Include& include,
                             std::initializer_list<std::string_view> where) {
        const auto inside = [&](std::string_view place) { return starts_with(file.path, place); };
        if (std::any_of(where.begin(), where.end(), inside)) return;
        std::string places;
        for (const auto place : where) places += (places.empty() ? "" : ", ") + std::string(place);
        complaints.push_back(at(file, include.line) + include.name + " belongs only in " + places);
    };
    for (const File& file : tree) {
        for (const Include& include : includes(file)) {
            const std::string& name = include.name;
            if (name == "cblas.h" || starts_with(name, "openblas")) {
                only_in(file, include, {"autograd/kernels/", "bench/"});  // for comparison
                if (in_library(file.path)) blas.push_back(file.path);
            } else if (starts_with(name, "oneapi/")) {
                only_in(file, include, {"autograd/kernels/detail/onednn.cpp", "bench/"});
            } else if (starts_with(name, "boost/program_options")) {
                only_in(file, include, {"examples/", "command/"});
            } else if (name == "boost/core/demangle.hpp") {
                only_in(file, include, {"nn/detail/class_name.cpp"});
            } else if (starts_with(name, "boost/")) {
                only_in(file, include,
                        {"autograd/boost_graph/", "include/shikumi/graph.hpp", "examples/",
                         "bench/", "tests/"});
            } else if (starts_with(name, "curl/")) {
                only_in(file, include, {"datasets/"});
            } else if (name == "zlib.h") {
                // PNG files are compressed, and tests write compressed files.
                only_in(file, include, {"datasets/", "plot/", "tests/"});
            }
        }
    }
    std::sort(blas.begin(), blas.end());
    blas.erase(std::unique(blas.begin(), blas.end()), blas.end());
    if (blas.size() != 1) {
        std::string names;
        for (const auto& path : blas) names += " " + path;
        complaints.push_back("one file of the library includes cblas.h, not " +
                             std::to_string(blas.size()) + ":" + names);
    }
    return complaints;
}

Complaints clean_headers(const Tree& tree) {
    static const std::regex using_namespace(R"(\busing\s+namespace\b)");
    static const std::regex define(R"(^\s*#\s*define\s+(\w+))");
    static const std::regex ifndef(R"(^\s*#\s*ifndef\s+(\w+))");
    Complaints complaints;
    for (const File& file : tree) {
        if (!is_header(file)) continue;
        refuse(file, using_namespace, "a header has no `using namespace`", complaints);

        std::istringstream lines(without_comments(file.text));
        std::string line;
        std::string guard;
        for (int number = 1; std::getline(lines, line); ++number) {
            std::smatch match;
            if (std::regex_search(line, match, ifndef)) {
                guard = match[1];
            } else if (std::regex_search(line, match, define)) {
                if (match[1] != guard)
                    complaints.push_back(at(file, number) + "a header defines no macro");
                guard.clear();
            } else if (line.find_first_not_of(" \t\r") != std::string::npos) {
                guard.clear();  // a guard's two lines must be adjacent
            }
        }
    }
    return complaints;
}

std::vector<const File*> public_headers(const Tree& tree) {
    std::vector<const File*> reached;
    const auto reach = [&](const File* file) {
        if (file && std::find(reached.begin(), reached.end(), file) == reached.end())
            reached.push_back(file);
    };
    for (const std::string_view door : kFrontDoors) reach(find(tree, std::string(door)));
    for (std::size_t next = 0; next < reached.size(); ++next) {
        for (const Include& include : includes(*reached[next]))
            reach(target(tree, *reached[next], include));
    }
    return reached;
}

Complaints border(const Tree& tree) {
    static const std::regex opened(R"(^namespace\s+([\w:]+)\s*\{)");
    static const std::regex forward(R"(^(class|struct)\s+\w+;)");
    Complaints complaints;
    for (const std::string_view door : kFrontDoors) {
        if (!find(tree, std::string(door)))
            complaints.push_back(std::string(door) + " does not exist");
    }
    const std::vector<const File*> open_to_users = public_headers(tree);
    for (const File& file : tree) {
        if (!is_header(file) || !in_library(file.path) || starts_with(file.path, "include/"))
            continue;
        const bool is_public =
            std::find(open_to_users.begin(), open_to_users.end(), &file) != open_to_users.end();
        if (is_public) continue;
        std::istringstream lines(without_comments(file.text));
        std::string line;
        for (int number = 1; std::getline(lines, line); ++number) {
            std::smatch match;
            if (!std::regex_search(line, match, opened)) continue;
            const std::string name = match[1];
            const auto after = lines.tellg();
            std::string declared;  // a forward declaration of a foreign name
            if (std::getline(lines, declared) && std::regex_search(declared, forward)) {
                ++number;
                continue;
            }
            lines.seekg(after);
            if (name.find("detail") != std::string::npos ||
                name.find("kernels") != std::string::npos)
                continue;
            complaints.push_back(at(file, number) +
                                 "no front door leads here, so its names belong " +
                                 "in a namespace detail, not in " + name);
        }
    }
    return complaints;
}

std::string room_of(const std::string& path) {
    if (std::find(std::begin(kUmbrellas), std::end(kUmbrellas), path) != std::end(kUmbrellas))
        return path;
    const fs::path file(path);
    fs::path folder = file.parent_path();
    if (folder.filename() == "detail") folder = folder.parent_path();
    return folder.generic_string();
}

std::map<std::string, std::set<std::string>> rooms(const Tree& tree) {
    std::map<std::string, std::set<std::string>> arrows;
    for (const File& file : tree) {
        if (!in_library(file.path)) continue;
        std::set<std::string>& to = arrows[room_of(file.path)];
        for (const Include& include : includes(file)) {
            const File* other = target(tree, file, include);
            if (other && room_of(other->path) != room_of(file.path))
                to.insert(room_of(other->path));
        }
    }
    return arrows;
}

Complaints circles(const Tree& tree) {
    const auto arrows = rooms(tree);
    Complaints complaints;
    std::set<std::string> done;
    std::vector<std::string> open;  // the way from where the search began
    const std::function<void(const std::string&)> visit = [&](const std::string& room) {
        if (done.count(room)) return;
        const auto before = std::find(open.begin(), open.end(), room);
        if (before != open.end()) {
            std::string circle;
            for (auto step = before; step != open.end(); ++step) circle += *step + " -> ";
            complaints.push_back("a circle of folders: " + circle + room);
            return;
        }
        open.push_back(room);
        if (const auto found = arrows.find(room); found != arrows.end()) {
            for (const std::string& next : found->second) visit(next);
        }
        open.pop_back();
        done.insert(room);
    };
    for (const auto& [room, to] : arrows) visit(room);
    return complaints;
}

Complaints mirrored(const Tree& tree) {
    std::set<std::string> tested;
    for (const File& file : tree) {
        if (starts_with(file.path, "tests/") && ends_with(file.path, "_test.cpp"))
            tested.insert(fs::path(file.path.substr(6)).parent_path().generic_string());
    }
    Complaints complaints;
    for (const auto& [room, to] : rooms(tree)) {
        if (starts_with(room, "include/") || ends_with(room, ".hpp") || tested.count(room))
            continue;
        complaints.push_back("no test of " + room + " lies in tests/" + room);
    }
    return complaints;
}

Complaints quiet_library(const Tree& tree) {
    static const std::regex pattern(
        R"(\bstd::(cerr|clog|abort|exit|quick_exit|_Exit|terminate)\b|\b(abort|exit|printf|fprintf|f?puts|perror|assert)\s*\()");
    // It says what to set for a processor that OpenBLAS does not know.
    static const std::string may_print = "autograd/kernels/detail/blas_kernels.cpp";
    Complaints complaints;
    for (const File& file : tree) {
        if (in_library(file.path) && file.path != may_print)
            refuse(file, pattern, "the library throws; it neither prints nor aborts", complaints);
    }
    return complaints;
}

namespace {

// The classes of nn/ that derive from Layer and that no other derives from, with their headers.
std::map<std::string, std::string> layer_classes(const Tree& tree) {
    static const std::regex derived(
        R"(\b(?:class|struct)\s+(\w+)(?:\s+final)?\s*:\s*(?:public\s+)?(\w+))");
    struct Class {
        std::string base, path;
    };
    std::map<std::string, Class> classes;
    std::set<std::string> bases;
    for (const File& file : tree) {
        if (!starts_with(file.path, "nn/") || !is_header(file)) continue;
        const std::string text = without_comments(file.text);
        for (std::sregex_iterator at(text.begin(), text.end(), derived), end; at != end; ++at) {
            classes[(*at)[1]] = {(*at)[2], file.path};
            bases.insert((*at)[2]);
        }
    }
    const auto is_layer = [&](std::string name) {
        for (auto at = classes.find(name); at != classes.end(); at = classes.find(name))
            name = at->second.base;
        return name == "Layer";
    };
    std::map<std::string, std::string> layers;
    for (const auto& [name, found] : classes) {
        if (is_layer(name) && !bases.count(name)) layers[name] = found.path;
    }
    return layers;
}

}  // namespace

Complaints layers_are_checked(const Tree& tree) {
    static const std::regex named(R"(\bnn::(\w+))");
    std::set<std::string> checked;
    for (const File& file : tree) {
        if (!starts_with(file.path, "tests/")) continue;
        const std::string text = without_comments(file.text);
        constexpr std::string_view call = "check_layer(";
        for (std::size_t at = text.find(call); at != text.npos; at = text.find(call, at)) {
            const std::size_t first = at += call.size();
            for (int depth = 1; depth > 0 && at < text.size(); ++at)
                depth += text[at] == '(' ? 1 : text[at] == ')' ? -1 : 0;
            const std::string argument = text.substr(first, at - first);
            for (std::sregex_iterator name(argument.begin(), argument.end(), named), end;
                 name != end; ++name)
                checked.insert((*name)[1]);
            at = first;
        }
    }
    Complaints complaints;
    for (const auto& [name, path] : layer_classes(tree)) {
        if (!checked.count(name))
            complaints.push_back(path + ": no test hands " + name + " to check_layer");
    }
    return complaints;
}

Complaints layers_can_be_saved(const Tree& tree) {
    static const std::regex word(R"(\b\w+\b)");
    const std::string list = "nn/io/architecture.cpp";
    std::set<std::string> listed;
    for (const File& file : tree) {
        if (file.path != list) continue;
        const std::string text = without_comments(file.text);
        for (std::sregex_iterator at(text.begin(), text.end(), word), end; at != end; ++at)
            listed.insert(at->str());
    }
    Complaints complaints;
    for (const auto& [name, path] : layer_classes(tree)) {
        if (!listed.count(name))
            complaints.push_back(path + ": no file can hold " + name + ", which " + list +
                                 " doesn't list");
    }
    return complaints;
}

const Tree& project() {
    static const Tree tree = read_tree(SHIKUMI_TEST_SOURCE_DIR);
    return tree;
}

std::string text(const Complaints& complaints) {
    std::string all;
    for (const auto& complaint : complaints) all += complaint + "\n";
    return all;
}

}  // namespace shikumi_test
