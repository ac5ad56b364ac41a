// libhdf5's C interface, for the sources that use it.
#pragma once

#include <hdf5.h>

#include <bit>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include <shikumi/formats/stored_type.hpp>

namespace shikumi::formats::detail {

/// The right to call the library, which is one thread's at a time. Meanwhile its errors aren't
/// printed.
class Hdf5Calls {
public:
    Hdf5Calls();
    Hdf5Calls(const Hdf5Calls&) = delete;
    Hdf5Calls& operator=(const Hdf5Calls&) = delete;
    ~Hdf5Calls();

private:
    std::lock_guard<std::mutex> lock_;
    H5E_auto2_t print_ = nullptr;
    void* data_ = nullptr;
};

/// Something of the library's that has to be closed; a negative number where it couldn't be opened.
class Hdf5Handle {
public:
    using Close = herr_t (*)(hid_t);
    Hdf5Handle() = default;
    Hdf5Handle(hid_t id, Close close) noexcept : id_(id), close_(close) {}
    Hdf5Handle(Hdf5Handle&& other) noexcept
        : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
    Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
        std::swap(id_, other.id_);
        std::swap(close_, other.close_);
        return *this;
    }
    ~Hdf5Handle() {
        if (id_ >= 0) close_(id_);
    }
    hid_t get() const noexcept { return id_; }
    bool valid() const noexcept { return id_ >= 0; }

private:
    hid_t id_ = -1;
    Close close_ = nullptr;
};

/// How elements of a type lie in a file; an opaque type of its size for those that HDF5 lacks.
Hdf5Handle hdf5_type(StoredType type, std::endian order);
/// A name for a file in memory: the library takes two that have one name for the same file.
std::string hdf5_name();
/// What the library says went wrong last, innermost first: "addr overflow".
std::string hdf5_error();

}  // namespace shikumi::formats::detail
