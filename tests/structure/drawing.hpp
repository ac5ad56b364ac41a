// Draws the library's folders for docs/architecture.md.
#pragma once

#include <string>

#include "source_tree.hpp"

namespace shikumi_test {

// A Mermaid flowchart of the folders, floor by floor, and their includes without the implied ones;
// below it a table of all includes.
std::string drawing(const Tree& tree);

// `page` with the drawing between its two marks. Throws std::runtime_error if a mark is missing.
std::string with_drawing(const std::string& page, const std::string& drawing);

}  // namespace shikumi_test
