// HDF5 files that are bad in ways of their own, made by libhdf5 and by hand.
#include "bad_files.hpp"

#ifdef SHIKUMI_HAVE_HDF5

#include <hdf5.h>

#include <cstdint>
#include <functional>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/formats/hdf5_file.hpp>

namespace shikumi_test {

namespace {

using namespace shikumi;
using namespace shikumi::formats;

std::string good_file() {
    return hdf5_bytes({.datasets = {{"layers/dense/vars/0", tensor({{1, 2}, {3, 4}})},
                                    {"layers/dense/vars/1", tensor({5, 6})}},
                       .attributes = {{"layers/dense/vars", "name", {"dense"}}}});
}

std::string with_byte(std::string file, std::size_t at, int value) {
    file[at] = static_cast<char>(value);
    return file;
}

// The bytes of a file that `make` fills.
std::string made(const std::function<void(hid_t file)>& make) {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, 1 << 16, false);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    const hid_t file = H5Fcreate("bad", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    make(file);
    H5Fflush(file, H5F_SCOPE_GLOBAL);
    std::string bytes(static_cast<std::size_t>(H5Fget_file_image(file, nullptr, 0)), '\0');
    H5Fget_file_image(file, bytes.data(), bytes.size());
    H5Fclose(file);
    H5Pclose(access);
    return bytes;
}

// A dataset of that type and those sizes, and the options that `set` changes.
std::string dataset(hid_t type, const std::vector<hsize_t>& sizes,
                    const std::function<void(hid_t options)>& set = {}, bool written = true) {
    return made([&](hid_t file) {
        const hid_t options = H5Pcreate(H5P_DATASET_CREATE);
        if (set) set(options);
        const hid_t space = H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr);
        const hid_t data =
            H5Dcreate2(file, "kernel", type, space, H5P_DEFAULT, options, H5P_DEFAULT);
        if (written) {
            const std::string zeros(1 << 12, '\0');
            H5Dwrite(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, zeros.data());
        }
        H5Dclose(data);
        H5Sclose(space);
        H5Pclose(options);
    });
}

void add_group(hid_t file, const char* path) {
    H5Gclose(H5Gcreate2(file, path, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
}

void add_bytes(std::vector<std::string>& files) {
    const std::string good = good_file();
    constexpr std::size_t version = 8, offset_bytes = 13, length_bytes = 14, base = 24, end = 40;
    files.push_back(good.substr(0, 8));
    files.push_back(good.substr(0, 8) + std::string(200, '\0'));
    files.push_back(good.substr(0, good.size() / 2));
    files.push_back(good + "more");
    files.push_back("PK" + good);
    files.push_back(std::string(512, '\0') + good);  // as users' own blocks in front
    for (const int value : {4, 77, 255}) files.push_back(with_byte(good, version, value));
    for (const int value : {0, 4, 16, 255}) {
        files.push_back(with_byte(good, offset_bytes, value));
        files.push_back(with_byte(good, length_bytes, value));
    }
    for (const int value : {1, 255}) files.push_back(with_byte(good, base, value));
    for (std::size_t i = 0; i < 8; ++i) {
        files.push_back(with_byte(good, end + i, 255));
        files.push_back(with_byte(good, end + i, 1));
    }
}

void add_links(std::vector<std::string>& files) {
    const auto add = [&](const std::function<void(hid_t)>& make) { files.push_back(made(make)); };
    add([](hid_t file) { H5Lcreate_soft("/absent", file, "a", H5P_DEFAULT, H5P_DEFAULT); });
    add([](hid_t file) { H5Lcreate_soft("a", file, "a", H5P_DEFAULT, H5P_DEFAULT); });
    add([](hid_t file) {
        add_group(file, "g");
        H5Lcreate_soft("/g", file, "a", H5P_DEFAULT, H5P_DEFAULT);
    });
    add([](hid_t file) {
        H5Lcreate_external("/etc/passwd", "/", file, "a", H5P_DEFAULT, H5P_DEFAULT);
    });
    add([](hid_t file) { H5Lcreate_hard(file, "/", file, "a", H5P_DEFAULT, H5P_DEFAULT); });
    add([](hid_t file) {
        add_group(file, "g");
        H5Lcreate_hard(file, "g", file, "g/a", H5P_DEFAULT, H5P_DEFAULT);
    });
    add([](hid_t file) {
        add_group(file, "g");
        H5Lcreate_hard(file, "g", file, "h", H5P_DEFAULT, H5P_DEFAULT);
    });
    add([](hid_t file) {  // deeper than anybody would nest
        std::string path = "g";
        for (int i = 0; i < 100; ++i, path += "/g") add_group(file, path.c_str());
    });
    add([](hid_t file) {
        H5Tcommit2(file, "type", H5Tcopy(H5T_IEEE_F32LE), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    });
}

void add_types(std::vector<std::string>& files) {
    const hid_t text = H5Tcopy(H5T_C_S1), variable = H5Tcopy(H5T_C_S1),
                raw = H5Tcreate(H5T_OPAQUE, 2);
    H5Tset_size(text, 8);
    H5Tset_size(variable, H5T_VARIABLE);
    const hid_t pair = H5Tcreate(H5T_COMPOUND, 8), three_bytes = H5Tcopy(H5T_STD_I32LE),
                odd_float = H5Tcopy(H5T_IEEE_F32LE), many = H5Tenum_create(H5T_NATIVE_INT8);
    H5Tinsert(pair, "a", 0, H5T_IEEE_F32LE);
    H5Tinsert(pair, "b", 4, H5T_IEEE_F32LE);
    H5Tset_size(three_bytes, 3);
    H5Tset_ebias(odd_float, 100);
    for (std::int8_t i = 0; i < 3; ++i) H5Tenum_insert(many, i == 0 ? "A" : i == 1 ? "B" : "C", &i);
    const hsize_t two = 2;
    for (const hid_t type :
         {text, variable, raw, pair, three_bytes, odd_float, many, hid_t{H5T_STD_B8LE},
          hid_t{H5T_STD_REF_OBJ}, H5Tvlen_create(H5T_IEEE_F32LE),
          H5Tarray_create2(H5T_IEEE_F32LE, 1, &two), hid_t{H5T_UNIX_D32LE}})
        files.push_back(dataset(type, {2}, {}, false));
    const hid_t truth = H5Tenum_create(H5T_NATIVE_INT8);
    for (std::int8_t i = 0; i < 2; ++i) H5Tenum_insert(truth, i == 0 ? "FALSE" : "TRUE", &i);
    const std::string false_ones = hdf5_bytes({.datasets = {{"kernel", tensor({1, 1, 1}, bool_)}}});
    std::string neither = false_ones;
    neither[neither.rfind(std::string("\1\1\1", 3))] = 2;
    files.push_back(neither);
}

void add_storage(std::vector<std::string>& files) {
    const auto chunks = [](const std::vector<hsize_t>& sizes) {
        return [sizes](hid_t o) { H5Pset_chunk(o, static_cast<int>(sizes.size()), sizes.data()); };
    };
    const hid_t f32_type = H5T_IEEE_F32LE;
    files.push_back(dataset(f32_type, {8}, {}, false));  // nothing is stored
    files.push_back(dataset(f32_type, {hsize_t{1} << 40}, {}, false));
    files.push_back(dataset(f32_type, {1, 1, 1, 1, 1, 1, 1, 1, 1}));
    files.push_back(dataset(f32_type, {8}, chunks({4}), false));
    files.push_back(dataset(f32_type, {hsize_t{1} << 40}, chunks({1 << 20}), false));
    files.push_back(dataset(f32_type, {64}, [&](hid_t o) {
        chunks({16})(o);
        H5Pset_scaleoffset(o, H5Z_SO_FLOAT_DSCALE, 2);
    }));
    files.push_back(dataset(H5T_STD_I32LE, {64}, [&](hid_t o) {
        chunks({16})(o);
        H5Pset_nbit(o);
    }));
    files.push_back(dataset(
        f32_type, {8}, [](hid_t o) { H5Pset_external(o, "/etc/passwd", 0, 32); }, false));
    files.push_back(dataset(
        f32_type, {8},
        [](hid_t o) {
            const hsize_t size = 8;
            const hid_t space = H5Screate_simple(1, &size, nullptr);
            H5Pset_virtual(o, space, "other.h5", "kernel", space);
            H5Sclose(space);
        },
        false));
    files.push_back(made([](hid_t file) {
        const hid_t space = H5Screate(H5S_NULL);
        H5Dclose(H5Dcreate2(file, "kernel", H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT,
                            H5P_DEFAULT));
        H5Sclose(space);
    }));
    files.push_back(hdf5_bytes({.datasets = {{"kernel", zeros({5 << 20})}}}));  // past the budget
    // Two datasets on the same bytes: the address of one becomes that of the other.
    std::string overlap = hdf5_bytes(
        {.datasets = {{"a", tensor({11, 12, 13, 14})}, {"b", tensor({21, 22, 23, 24})}}});
    const auto address_of = [&](float first) {
        const std::string bytes(reinterpret_cast<const char*>(&first), sizeof first);
        const std::uint64_t at = overlap.find(bytes);
        return std::string(reinterpret_cast<const char*>(&at), sizeof at);
    };
    const std::string a = address_of(11), b = address_of(21);
    overlap.replace(overlap.find(b), b.size(), a);
    files.push_back(overlap);
}

// Headers of objects that are said to be of 4 GiB, as libhdf5 would believe, or lie where none is.
void add_headers(std::vector<std::string>& files) {
    haddr_t header = 0;
    const std::string good = made([&](hid_t file) {
        add_group(file, "g");
        H5O_info_t info;
        H5Oget_info_by_name2(file, "g", &info, H5O_INFO_BASIC, H5P_DEFAULT);
        header = info.addr;
    });
    constexpr std::size_t size = 8;  // where it stands in a header of the first version
    std::string large = good;
    large.replace(header + size, 4, 4, '\xFF');
    files.push_back(large);
    const auto bytes_of = [](std::uint64_t address) {
        return std::string(reinterpret_cast<const char*>(&address), sizeof address);
    };
    for (const std::uint64_t address : {std::uint64_t{72}, std::uint64_t{header + 8},
                                        std::uint64_t{good.size()}, ~std::uint64_t{1}}) {
        std::string lost = good;
        lost.replace(lost.rfind(bytes_of(header)), sizeof address, bytes_of(address));
        files.push_back(lost);
    }
}

void add_attributes(std::vector<std::string>& files) {
    std::string text(5 << 20, 'x');  // past the budget
    files.push_back(hdf5_bytes({.attributes = {{"", "model_config", {text}}}}));
    std::string untold =
        hdf5_bytes({.datasets = {{"kernel", StoredTensor(tensor({1, 2})).as(StoredType::bf16)}}});
    untold.replace(untold.find("bfloat16"), 8, "bfloat17");
    files.push_back(untold);
}

}  // namespace

std::vector<std::string> bad_hdf5() {
    std::vector<std::string> files;
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    add_bytes(files);
    add_links(files);
    add_types(files);
    add_storage(files);
    add_headers(files);
    add_attributes(files);
    return files;
}

}  // namespace shikumi_test

#else

namespace shikumi_test {

std::vector<std::string> bad_hdf5() { return {}; }

}  // namespace shikumi_test

#endif
