// Texts, for models of language.
#pragma once

#include <string>

namespace shikumi::datasets {

/// The text of a file, gzipped or not. Throws IoError where it is missing, empty or damaged.
std::string read_text(const std::string& path);

/// A megabyte of Shakespeare: tinyshakespeare.txt, gzipped or not, from the folder `data`, or from
/// `$SHIKUMI_DATA` where that is empty. Throws IoError that says where it looked.
std::string shakespeare(const std::string& data = {});

}  // namespace shikumi::datasets
