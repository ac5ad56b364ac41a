// The source tree as data, and the rules for it. A rule takes a tree and returns complaints of one
// sentence each, so tests can also pass invented trees.
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
    std::string path;  // relative to the top of the checkout, with '/'
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
/// This project's, read once.
const Tree& project();
/// A complaint a line.
std::string text(const Complaints& complaints);

// Replaces comments by blanks; strings and line ends stay.
std::string without_comments(std::string_view text);

std::vector<Include> includes(const File& file);

// The floor of a file or a folder (with '/' at its end), if it has one.
std::optional<int> floor_of(std::string_view path);

// A file includes only existing files of its own floor or lower ones.
Complaints floors(const Tree& tree);

// Only the parts that need cblas.h, Boost, zlib and curl include them.
Complaints containment(const Tree& tree);

// A header has no `using namespace` and no macro except a guard.
Complaints clean_headers(const Tree& tree);

// The installed headers: all that <shikumi/shikumi.hpp> and <shikumi/graph.hpp> include, directly
// or not.
std::vector<const File*> public_headers(const Tree& tree);

// Every other header of the library keeps its names in a namespace detail, or kernels.
Complaints border(const Tree& tree);

// The folders that each folder of the library includes. A detail folder belongs to the folder
// around it; an umbrella header such as nn/nn.hpp counts as a folder.
std::map<std::string, std::set<std::string>> rooms(const Tree& tree);

// No two folders include each other, directly or through others.
Complaints circles(const Tree& tree);

// Each folder of the library has its tests in the folder of the same name below tests/.
Complaints mirrored(const Tree& tree);

// The library throws errors; it neither prints to stderr nor ends the program.
Complaints quiet_library(const Tree& tree);

// Some test calls check_layer with each layer of nn/. A base class is tested by its derived
// classes.
Complaints layers_are_checked(const Tree& tree);

// nn/io/architecture.cpp lists each layer of nn/, so that files can hold it.
Complaints layers_can_be_saved(const Tree& tree);

}  // namespace shikumi_test
