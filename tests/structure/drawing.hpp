// The drawing of the library's rooms that stands in docs/architecture.md.
#pragma once

#include <string>

#include "source_tree.hpp"

namespace shikumi_test {

// The rooms, floor by floor, and the includes between them as a Mermaid flowchart, without those
// that follow from others; below it a table of all includes.
std::string drawing(const Tree& tree);

// `page` with the drawing between its two marks. Throws std::runtime_error where a mark is missing.
std::string with_drawing(const std::string& page, const std::string& drawing);

}  // namespace shikumi_test
