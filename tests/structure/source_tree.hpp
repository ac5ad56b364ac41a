// The source tree as data, and the rules it has to keep. Rules take a tree and return complaints,
// one sentence each, so that a test can hand them a tree of its own making.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace shikumi_test {

struct File {
    std::string path;  // from the top of the checkout, with '/'
    std::string text;
};

using Tree = std::vector<File>;
using Complaints = std::vector<std::string>;

struct Include {
    std::string name;
    bool angled;  // <name>, not "name"
    int line;
};

// Every .hpp and .cpp of the project.
Tree read_tree(const std::filesystem::path& top);

// Comments become blanks; strings and line ends stay.
std::string without_comments(std::string_view text);

std::vector<Include> includes(const File& file);

// The floor that a file or folder (with '/' at its end) stands on; none for a place without one.
std::optional<int> floor_of(std::string_view path);

// A file includes only its own floor or lower ones, by names that exist.
Complaints floors(const Tree& tree);

// cblas.h, Boost, zlib and curl are each known to the one part that needs them.
Complaints containment(const Tree& tree);

// No `using namespace`, and no macro but a guard, in a header.
Complaints clean_headers(const Tree& tree);

// The headers that the front doors, <shikumi/shikumi.hpp> and <shikumi/graph.hpp>, lead to: what is
// installed.
std::vector<const File*> public_headers(const Tree& tree);

// Every other header of the library keeps its names in a namespace detail, or kernels.
Complaints border(const Tree& tree);

// The folders of the library and which others each includes, detail folders being part of the
// folder around them; an umbrella such as nn/nn.hpp is a room of its own.
std::map<std::string, std::set<std::string>> rooms(const Tree& tree);

// No folder includes one that includes it, straight or by way of others.
Complaints circles(const Tree& tree);

// The library throws: no message to stderr, no end of the program.
Complaints quiet_library(const Tree& tree);

// A test hands each layer of nn/ to check_layer. Those that others derive from are tried in these.
Complaints layers_are_checked(const Tree& tree);

}  // namespace shikumi_test
