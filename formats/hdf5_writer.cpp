#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/core/new_file.hpp>
#include <shikumi/formats/detail/in_quotes.hpp>
#include <shikumi/formats/hdf5_file.hpp>

namespace shikumi::formats {

namespace {

constexpr std::string_view hdf5_writer = "write_hdf5";

}  // namespace

void write_hdf5(const std::string& path, const Hdf5Content& content, int keep) {
    const std::string bytes = hdf5_bytes(content);
    shikumi::detail::NewFile file(hdf5_writer, path);
    file.write(bytes);
    file.keep(keep);
}

}  // namespace shikumi::formats

#ifdef SHIKUMI_HAVE_HDF5

#include <algorithm>
#include <bit>
#include <set>

#include <shikumi/formats/detail/byte_order.hpp>
#include <shikumi/formats/detail/elements.hpp>
#include <shikumi/formats/detail/hdf5_library.hpp>

namespace shikumi::formats {

using detail::Hdf5Calls;
using detail::Hdf5Handle;
using detail::in_quotes;

namespace {

// Of an attribute, whose texts take 16 bytes each there: their characters lie elsewhere. The number
// is Keras's.
constexpr std::size_t largest_object_header = 64512, bytes_of_text = 16;

// A file that grows in memory.
class Image {
public:
    explicit Image(std::size_t expected_bytes) {
        const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
        H5Pset_fapl_core(access.get(), expected_bytes + (std::size_t{1} << 16), false);
        file_ = {H5Fcreate(detail::hdf5_name().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get()),
                 H5Fclose};
        want(file_.valid(), "");
    }

    void add_group(const std::string& path) {
        if (path.empty() || groups_.contains(path)) return;
        add_parent(path);
        check_name(path);
        const Hdf5Handle group(
            H5Gcreate2(file_.get(), path.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
        want(group.valid(), path);
        groups_.insert(path);
    }

    void add_dataset(const std::string& path, const StoredTensor& value) {
        add_parent(path);
        check_name(path);
        if (groups_.contains(path))
            fail<ValueError>(hdf5_writer, in_quotes(path), " can't be both a group and a tensor");
        std::vector<hsize_t> sizes;
        for (const Index size : value.shape().sizes()) sizes.push_back(static_cast<hsize_t>(size));
        const Hdf5Handle space(
            sizes.empty() ? H5Screate(H5S_SCALAR)
                          : H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr),
            H5Sclose);
        const Hdf5Handle type = detail::hdf5_type(value.type(), std::endian::little);
        const Hdf5Handle how(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
        H5Pset_obj_track_times(how.get(), false);
        const Hdf5Handle dataset(H5Dcreate2(file_.get(), path.c_str(), type.get(), space.get(),
                                            H5P_DEFAULT, how.get(), H5P_DEFAULT),
                                 H5Dclose);
        want(dataset.valid(), path);
        datasets_.insert(path);
        std::string swapped;
        const std::string_view elements = detail::little_endian_elements(value, swapped);
        if (!elements.empty())
            want(H5Dwrite(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT,
                          elements.data()) >= 0,
                 path);
        if (H5Tget_class(type.get()) == H5T_OPAQUE)
            add_texts(path, "dtype", {std::string(name(value.type()))}, false);
    }

    void add_attribute(const Hdf5Attribute& attribute) {
        if (!datasets_.contains(attribute.path)) add_group(attribute.path);
        constexpr std::size_t most = largest_object_header / bytes_of_text;
        const Hdf5File::Texts& texts = attribute.texts;
        if (!attribute.is_list && texts.size() != 1)
            fail<ValueError>(hdf5_writer, "the attribute ", in_quotes(attribute.name), " of ",
                             in_quotes(attribute.path), " wants one text, got ", texts.size());
        if (!attribute.is_list || texts.size() <= most)
            return add_texts(attribute.path, attribute.name, texts, attribute.is_list);
        for (std::size_t i = 0, part = 0; i < texts.size(); i += most, ++part) {
            const auto begin = texts.begin() + static_cast<std::ptrdiff_t>(i);
            const auto count = static_cast<std::ptrdiff_t>(std::min(most, texts.size() - i));
            add_texts(attribute.path, attribute.name + std::to_string(part),
                      Hdf5File::Texts(begin, begin + count), true);
        }
    }

    std::string bytes() const {
        want(H5Fflush(file_.get(), H5F_SCOPE_GLOBAL) >= 0, "");
        const ssize_t size = H5Fget_file_image(file_.get(), nullptr, 0);
        want(size >= 0, "");
        std::string all(static_cast<std::size_t>(size), '\0');
        want(H5Fget_file_image(file_.get(), all.data(), all.size()) == size, "");
        return all;
    }

private:
    static void want(bool holds, const std::string& path) {
        if (!holds) fail<IoError>(hdf5_writer, in_quotes(path), ": ", detail::hdf5_error());
    }

    void check_name(const std::string& path) const {
        const std::string_view last = std::string_view(path).substr(path.rfind('/') + 1);
        if (last.empty() || last == "." || path.find('\0') != path.npos)
            fail<ValueError>(hdf5_writer, in_quotes(path), " can't be a path");
        if (datasets_.contains(path))
            fail<ValueError>(hdf5_writer, "got two objects of the path ", in_quotes(path));
    }

    void add_parent(const std::string& path) {
        if (const auto slash = path.rfind('/'); slash != path.npos) {
            if (slash == 0) fail<ValueError>(hdf5_writer, in_quotes(path), " can't be a path");
            add_group(path.substr(0, slash));
        }
    }

    void add_texts(const std::string& path, const std::string& name, const Hdf5File::Texts& texts,
                   bool is_list) {
        const Hdf5Handle object(
            H5Oopen(file_.get(), path.empty() ? "/" : path.c_str(), H5P_DEFAULT), H5Oclose);
        // h5py makes an empty list a list of numbers.
        const Hdf5Handle type(H5Tcopy(texts.empty() ? H5T_IEEE_F64LE : H5T_C_S1), H5Tclose);
        if (!texts.empty()) {
            H5Tset_size(type.get(), H5T_VARIABLE);
            H5Tset_cset(type.get(), H5T_CSET_UTF8);
        }
        const hsize_t count = texts.size();
        const Hdf5Handle space(
            is_list ? H5Screate_simple(1, &count, nullptr) : H5Screate(H5S_SCALAR), H5Sclose);
        const Hdf5Handle attribute(H5Acreate2(object.get(), name.c_str(), type.get(), space.get(),
                                              H5P_DEFAULT, H5P_DEFAULT),
                                   H5Aclose);
        want(attribute.valid(), path);
        std::vector<const char*> pointers;
        for (const std::string& text : texts) pointers.push_back(text.c_str());
        if (!texts.empty()) want(H5Awrite(attribute.get(), type.get(), pointers.data()) >= 0, path);
    }

    Hdf5Handle file_;
    std::set<std::string> groups_, datasets_;
};

}  // namespace

std::string hdf5_bytes(const Hdf5Content& content) {
    std::size_t expected = 0;
    for (const NamedTensor& dataset : content.datasets) expected += dataset.value.bytes().size();
    const Hdf5Calls calls;
    Image image(expected);
    for (const NamedTensor& dataset : content.datasets)
        image.add_dataset(dataset.name, dataset.value);
    for (const std::string& group : content.groups) image.add_group(group);
    for (const Hdf5Attribute& attribute : content.attributes) image.add_attribute(attribute);
    return image.bytes();
}

}  // namespace shikumi::formats

#else

namespace shikumi::formats {

std::string hdf5_bytes(const Hdf5Content&) {
    fail<IoError>(hdf5_writer,
                  "HDF5 files take libhdf5 (Debian: libhdf5-dev) to write; the library was built "
                  "without it");
}

}  // namespace shikumi::formats

#endif
