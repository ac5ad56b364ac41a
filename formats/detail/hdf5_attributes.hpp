// Attributes of HDF5 objects that are texts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace shikumi::formats::detail {

/// Texts by the names of attributes.
using Hdf5Texts = std::map<std::string, std::vector<std::string>, std::less<>>;

/// The text attributes of the object whose header is at an address: single texts and lists, of
/// fixed or variable length. Others are left out, but for empty lists of any type. They are read
/// here and not by libhdf5, which trusts what a file says of texts of variable length (up to 1.10.8
/// at least): it reads past the end of memory, or forever. `spend` is told of bytes before they are
/// copied, and may throw. Throws IoError, without saying where, for what is damaged, and for a
/// group whose names of members lie outside of the file. Format: "HDF5 File Format Specification",
/// III.E, IV.A and IV.A.2.m.
Hdf5Texts hdf5_texts(std::span<const std::byte> file, std::uint64_t header,
                     const std::function<void(std::uint64_t bytes)>& spend);

/// Throws IoError, without saying where, unless a group's names of members lie within the file.
/// `table` are the addresses of its tree and of its heap of names.
void check_hdf5_names(std::span<const std::byte> file, std::span<const std::byte> table);

}  // namespace shikumi::formats::detail
