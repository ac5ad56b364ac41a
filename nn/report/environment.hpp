// environment: on what a program computes.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace shikumi::nn {

/// What results and times depend on besides the program: the processor and the instructions that
/// loops use, the kernels by which OpenBLAS multiplies, threads, compiler and system. A name and
/// its value each; nothing that names the user or the machine.
std::vector<std::pair<std::string, std::string>> environment();

}  // namespace shikumi::nn
