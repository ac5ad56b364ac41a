// The header of an .npy file, and the elements behind it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include <shikumi/autograd/core/shape.hpp>
#include <shikumi/formats/stored_tensor.hpp>

namespace shikumi::formats::detail {

/// What the header of an .npy file says.
struct NpyHeader {
    StoredType type = StoredType::f32;
    bool big_endian = false;
    bool fortran_order = false;  ///< the first axis varies fastest
    Shape shape;
    std::uint64_t size = 0;  ///< of the header, in bytes
};

/// Fills a span with the next bytes of a file or a member of an archive, or throws.
using NextBytes = std::function<void(std::span<std::byte>)>;

/// Reads the header of a file, or a member, of `total` bytes. `where` names it in errors. Throws
/// IoError unless the header is one of an array of numbers or truth values whose elements fill the
/// rest.
NpyHeader read_npy_header(const NextBytes& next, std::uint64_t total, std::string_view reader,
                          std::string_view where);
/// Reads the elements behind a header into a tensor of its type and shape.
void read_npy_elements(const NextBytes& next, const NpyHeader& header, StoredTensor& tensor);

/// The header of an array, of version 1, filled up to a multiple of 64 bytes. Throws DTypeError,
/// naming `writer`, for a type that NumPy doesn't have.
std::string npy_header(const StoredTensor& tensor, std::string_view writer);

}  // namespace shikumi::formats::detail
