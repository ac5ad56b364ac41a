// The terminal that the program writes to.
#pragma once

namespace shikumi::nn::detail {

/// Whether std::cout goes to a terminal that can draw a line again.
bool stdout_is_terminal();
/// How many columns it has now; 80 where it doesn't say.
int terminal_columns();
/// How many rows it has now; 24 where it doesn't say.
int terminal_rows();
/// Whether the user wants no colours: https://no-color.org.
bool colours_unwanted();

}  // namespace shikumi::nn::detail
