#include <shikumi/formats/hdf5_file.hpp>

#include <algorithm>
#include <utility>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/detail/in_quotes.hpp>
#include <shikumi/formats/detail/input_file.hpp>

namespace shikumi::formats {

namespace {

constexpr std::string_view hdf5_reader = "Hdf5File";
}  // namespace

bool Hdf5File::has_group(std::string_view path) const noexcept {
    return std::ranges::find(groups_, path) != groups_.end();
}

}  // namespace shikumi::formats

#ifdef SHIKUMI_HAVE_HDF5

#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include <shikumi/formats/detail/byte_order.hpp>
#include <shikumi/formats/detail/hdf5_attributes.hpp>
#include <shikumi/formats/detail/hdf5_library.hpp>

namespace shikumi::formats {

using detail::Hdf5Calls;
using detail::Hdf5Handle;
using detail::in_quotes;

namespace {

// By the objects' paths, then by the attributes' names.
using TextsOfObjects = std::map<std::string, detail::Hdf5Texts, std::less<>>;

constexpr std::string_view signature = "\x89HDF\r\n\x1A\n";
constexpr std::size_t superblock_bytes = 52;  // at least, in all versions
constexpr int most_levels = 64;
// No deflate stream grows by more: a match of 258 bytes takes at least two bits.
constexpr std::uint64_t largest_expansion = 1032;

// ---- a file in memory ---------------------------------------------------------------------------

// libhdf5 would copy the bytes several times, unless it is told how to: it gets them as they are.
// It opens them for reading only.

void* same_bytes(std::size_t, H5FD_file_image_op_t, void* bytes) { return bytes; }
void* no_copy(void* to, const void*, std::size_t, H5FD_file_image_op_t, void*) { return to; }
void* no_growth(void*, std::size_t, H5FD_file_image_op_t, void*) { return nullptr; }
herr_t not_freed(void*, H5FD_file_image_op_t, void*) { return 0; }
void* same_user(void* bytes) { return bytes; }
herr_t kept_user(void*) { return 0; }

Hdf5Handle open_bytes(std::span<const std::byte> bytes, const std::string& path) {
    const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    auto* const data = const_cast<std::byte*>(bytes.data());
    H5FD_file_image_callbacks_t callbacks{same_bytes, no_copy,   no_growth, not_freed,
                                          same_user,  kept_user, data};
    H5Pset_fapl_core(access.get(), std::size_t{1} << 16, false);
    H5Pset_file_image_callbacks(access.get(), &callbacks);
    H5Pset_file_image(access.get(), data, bytes.size());
    H5Pset_fclose_degree(access.get(), H5F_CLOSE_STRONG);
    Hdf5Handle file(H5Fopen(detail::hdf5_name().c_str(), H5F_ACC_RDONLY, access.get()), H5Fclose);
    if (!file.valid())
        fail<IoError>(hdf5_reader, path,
                      " can't be opened as an HDF5 file: ", detail::hdf5_error());
    return file;
}

// The superblock says how long the file is. Format: "HDF5 File Format Specification", II.A.
void check_superblock(std::span<const std::byte> bytes, std::uint64_t file_bytes,
                      const std::string& path) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (!text.starts_with(signature))
        fail<IoError>(hdf5_reader, path, " doesn't begin as an HDF5 file does");
    if (text.size() < superblock_bytes)
        fail<IoError>(hdf5_reader, path, " ends within its first bytes");
    const auto version = static_cast<unsigned char>(text[8]);
    if (version > 3) fail<IoError>(hdf5_reader, path, " is of the unknown HDF5 version ", version);
    const std::size_t sizes = version < 2 ? 13 : 9;  // of addresses and of lengths
    const std::size_t base = version == 0 ? 24 : version == 1 ? 28 : 12;
    const auto number = [&](std::size_t at) {
        return detail::little_endian(bytes.subspan(at, sizeof(std::uint64_t)));
    };
    if (text[sizes] != 8 || text[sizes + 1] != 8 || number(base) != 0)
        fail<IoError>(hdf5_reader, path,
                      " is laid out in a way that isn't read: its addresses don't ",
                      "have 8 bytes or don't count from its beginning");
    const std::uint64_t end = number(base + 16);
    if (end > file_bytes)
        fail<IoError>(hdf5_reader, path, " ends ", end - file_bytes, " bytes too early");
    if (end < file_bytes)
        fail<IoError>(hdf5_reader, path, " goes on for ", file_bytes - end, " bytes after its end");
}

// The address of the outermost group's header. It is read before the file is opened, for that opens
// the group as well.
std::uint64_t checked_root(std::span<const std::byte> bytes, const std::string& path) {
    const auto version = static_cast<unsigned char>(bytes[8]);
    const auto number = [&](std::size_t at) {
        return detail::little_endian(bytes.subspan(at, sizeof(std::uint64_t)));
    };
    const std::size_t entry = version == 0 ? 56 : 60;  // in versions 0 and 1
    constexpr std::size_t entry_bytes = 40, has_table = 1;
    try {
        if (version < 2 && bytes.size() < entry + entry_bytes)
            throw IoError("there is no outermost group");
        const std::uint64_t header = number(version < 2 ? entry + 8 : 36);
        detail::hdf5_texts(bytes, header, [](std::uint64_t) {});
        if (version < 2 && (number(entry + 16) & 0xFFFFFFFF) == has_table)
            detail::check_hdf5_names(bytes, bytes.subspan(entry + 24, 16));
        return header;
    } catch (const IoError& e) {
        fail<IoError>(hdf5_reader, path, " can't be opened as an HDF5 file: ", e.what());
    }
}

std::string joined(const std::string& path, std::string_view name) {
    return path.empty() ? std::string(name) : path + '/' + std::string(name);
}

// Numbers in the order of their values, so that "10" comes after "9".
bool comes_before(const std::string& a, const std::string& b) {
    const auto number = [](const std::string& name) -> std::optional<std::uint64_t> {
        std::uint64_t value = 0;
        const char* const end = name.data() + name.size();
        const auto parsed = std::from_chars(name.data(), end, value);
        if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
        return value;
    };
    const auto x = number(a), y = number(b);
    return x && y && *x != *y ? *x < *y : a < b;
}

struct Link {
    std::string name;
    H5L_type_t type;
    haddr_t header;  // of the object, where the link is a hard one
};

// Links that the library hands out one by one; it must not be thrown through.
struct Links {
    std::size_t most;
    std::vector<Link> all = {};
    bool too_many = false;
};

herr_t add_link(hid_t, const char* name, const H5L_info_t* info, void* into) {
    auto& links = *static_cast<Links*>(into);
    links.too_many = links.all.size() >= links.most;
    if (links.too_many) return 1;
    try {
        links.all.push_back(
            {name, info->type, info->type == H5L_TYPE_HARD ? info->u.address : HADDR_UNDEF});
    } catch (...) {
        return -1;
    }
    return 0;
}

// What is found in a file, object after object.
class Scanner {
public:
    Scanner(const std::string& path, std::span<const std::byte> bytes, const FileBudget& budget)
        : path_(path), bytes_(bytes), file_bytes_(bytes.size()), budget_(budget) {}

    struct Found {
        std::vector<std::string> groups = {};
        std::vector<TensorEntry> datasets = {};
        TextsOfObjects texts = {};
    };
    Found scan(hid_t file, haddr_t root) {
        visit_object(file, "/", root, "", 0);
        check_overlaps();
        return std::move(found_);
    }

private:
    // The layer that the object belongs to, which Keras notes in an attribute of the group.
    std::string shown(const std::string& path) const {
        return in_quotes(path) + (owner_.empty() ? "" : " of " + in_quotes(owner_));
    }
    template <class... Parts>
    [[noreturn]] void refuse(const std::string& path, const Parts&... parts) const {
        fail<IoError>(hdf5_reader, path_, ": ", shown(path), " ", parts...);
    }
    void want(bool holds, const std::string& path) const {
        if (!holds) refuse(path, "can't be read: ", detail::hdf5_error());
    }

    // libhdf5 takes as much memory as an object's header asks for, so the header is read before the
    // object is opened.
    void visit_object(hid_t group, const char* name, haddr_t header, const std::string& path,
                      int level) {
        check_new(header, path);
        read_attributes(header, path);
        const Hdf5Handle object(H5Oopen(group, name, H5P_DEFAULT), H5Oclose);
        want(object.valid(), path);
        switch (H5Iget_type(object.get())) {
            case H5I_GROUP:
                return visit_group(object, path, level);
            case H5I_DATASET:
                return visit_dataset(object, path);
            default:
                refuse(path, "is neither a group nor a dataset");
        }
    }

    void check_new(haddr_t header, const std::string& path) {
        if (!objects_.insert(header).second)
            refuse(path, "is another name of an object that has one");
        if (objects_.size() > budget_.tensors)
            fail<IoError>(hdf5_reader, path_, " holds more than ", budget_.tensors,
                          " objects, which is the budget");
    }

    void visit_group(const Hdf5Handle& group, const std::string& path, int level) {
        if (level > most_levels) refuse(path, "lies deeper than ", most_levels, " levels");
        found_.groups.push_back(path);
        Links links{budget_.tensors};
        const bool listed =
            H5Literate(group.get(), H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, add_link, &links) >= 0;
        if (links.too_many) refuse(path, "has more than ", budget_.tensors, " members");
        want(listed, path);
        std::ranges::sort(links.all, comes_before, &Link::name);
        const std::string around = owner_;
        if (const auto own = found_.texts[path].find("name");
            own != found_.texts[path].end() && own->second.size() == 1)
            owner_ = own->second.front();
        for (const Link& link : links.all) visit_link(group, link, path, level);
        owner_ = around;
    }

    void visit_link(const Hdf5Handle& group, const Link& link, const std::string& parent,
                    int level) {
        const auto& [name, type, header] = link;
        const std::string path = joined(parent, name);
        if (type == H5L_TYPE_SOFT) refuse(path, "is a soft link");
        if (type != H5L_TYPE_HARD) refuse(path, "is a link to another file");
        if (name.empty() || name == "." || name.find('/') != name.npos)
            refuse(path, "has a name that can't be");
        visit_object(group.get(), name.c_str(), header, path, level + 1);
    }

    // ---- attributes -----------------------------------------------------------------------------

    void read_attributes(haddr_t header, const std::string& path) {
        detail::Hdf5Texts& texts = found_.texts[path];
        try {
            texts = detail::hdf5_texts(bytes_, header,
                                       [&](std::uint64_t bytes) { spend_text(bytes, path); });
        } catch (const IoError& e) {
            if (std::string_view(e.what()).starts_with("[")) throw;  // says where
            refuse(path, "can't be read: ", e.what());
        }
        join_split_lists(texts);
    }

    void spend_text(std::uint64_t bytes, const std::string& path) {
        if (bytes > budget_.header - text_bytes_)
            refuse(path, "has texts of ", bytes, " bytes, with which the budget of ",
                   budget_.header, " is exceeded");
        text_bytes_ += bytes;
    }

    // Lists that don't fit into an attribute's header stand as "name0", "name1", …
    static void join_split_lists(detail::Hdf5Texts& texts) {
        for (const char* const name : {"layer_names", "weight_names"}) {
            if (texts.contains(name)) continue;
            Hdf5File::Texts whole;
            for (int part = 0;; ++part) {
                const auto found = texts.find(name + std::to_string(part));
                if (found == texts.end()) break;
                whole.insert(whole.end(), found->second.begin(), found->second.end());
            }
            if (!whole.empty()) texts.emplace(name, std::move(whole));
        }
    }

    // ---- datasets -------------------------------------------------------------------------------

    void visit_dataset(const Hdf5Handle& dataset, const std::string& path) {
        const Hdf5Handle type(H5Dget_type(dataset.get()), H5Tclose);
        const Hdf5Handle space(H5Dget_space(dataset.get()), H5Sclose);
        const Hdf5Handle how(H5Dget_create_plist(dataset.get()), H5Pclose);
        want(type.valid() && space.valid() && how.valid(), path);
        TensorEntry entry{path, stored_type_of(type, path), shape_of(space, path)};
        check_storage(dataset, how, entry);
        found_.datasets.push_back(std::move(entry));
    }

    StoredType stored_type_of(const Hdf5Handle& type, const std::string& path) const {
        const H5T_class_t kind = H5Tget_class(type.get());
        if (kind == H5T_OPAQUE) return named_type(H5Tget_size(type.get()), path);
        for (const StoredType known :
             {StoredType::f32, StoredType::f64, StoredType::i64, StoredType::i32, StoredType::f16,
              StoredType::bool_, StoredType::u8, StoredType::i8, StoredType::u16, StoredType::i16,
              StoredType::u32, StoredType::u64}) {
            for (const std::endian order : {std::endian::little, std::endian::big}) {
                if (H5Tequal(type.get(), detail::hdf5_type(known, order).get()) > 0) return known;
            }
        }
        refuse(path, "holds neither numbers of a known type nor truth values");
    }

    // Types that HDF5 lacks are raw bytes, and an attribute says what they are.
    StoredType named_type(std::size_t bytes, const std::string& path) const {
        const detail::Hdf5Texts& texts = found_.texts.find(path)->second;
        const auto dtype = texts.find("dtype");
        if (dtype == texts.end() || dtype->second.size() != 1)
            refuse(path, "holds raw bytes, and no attribute 'dtype' says what they are");
        for (const StoredType type : {StoredType::bf16, StoredType::f8_e4m3, StoredType::f8_e5m2}) {
            if (name(type) == dtype->second.front() && size_of(type) == bytes) return type;
        }
        refuse(path, "holds elements of ", bytes, " bytes as the unknown type ",
               in_quotes(dtype->second.front()));
    }

    Shape shape_of(const Hdf5Handle& space, const std::string& path) const {
        const int rank = H5Sget_simple_extent_ndims(space.get());
        if (H5Sis_simple(space.get()) <= 0 || rank < 0 ||
            H5Sget_simple_extent_type(space.get()) == H5S_NULL)
            refuse(path, "has no elements that could be read");
        if (rank > Shape::max_rank)
            refuse(path, "has ", rank, " axes; ", Shape::max_rank, " are possible");
        hsize_t sizes[Shape::max_rank] = {};
        H5Sget_simple_extent_dims(space.get(), sizes, nullptr);
        std::vector<Index> axes;
        std::uint64_t count = 1;
        constexpr std::uint64_t most = std::uint64_t{1} << 56;
        for (const hsize_t size : std::span(sizes, static_cast<std::size_t>(rank))) {
            if (size > most || (size != 0 && count > most / size))
                refuse(path, "has more elements than can be counted");
            count *= std::max<hsize_t>(size, 1);  // an axis of size 0 hides none of the others
            axes.push_back(static_cast<Index>(size));
        }
        return Shape(std::span<const Index>(axes));
    }

    // Where the elements are, which has to be in the file as a whole.
    void check_storage(const Hdf5Handle& dataset, const Hdf5Handle& how, const TensorEntry& entry) {
        const std::string& path = entry.name;
        const H5D_layout_t layout = H5Pget_layout(how.get());
        if (H5Pget_external_count(how.get()) != 0) refuse(path, "lies in another file");
        if (layout != H5D_COMPACT && layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED)
            refuse(path, "is virtual: its elements lie in other datasets");
        const bool deflated = check_filters(how, path);
        const std::uint64_t bytes = entry.bytes(), stored = H5Dget_storage_size(dataset.get());
        if (stored > file_bytes_) refuse(path, "is of ", stored, " bytes, more than the file");
        const bool whole =
            bytes == 0 ||
            (stored > 0 && (deflated ? bytes / largest_expansion <= stored : bytes <= stored));
        if (!whole) refuse(path, "is of ", bytes, " bytes, of which only ", stored, " are stored");
        if (layout == H5D_CHUNKED) check_chunks(how, entry, deflated ? stored : 0);
        if (layout != H5D_CONTIGUOUS || bytes == 0) return;
        const haddr_t start = H5Dget_offset(dataset.get());
        if (stored != bytes || start > file_bytes_ || bytes > file_bytes_ - start)
            refuse(path, "doesn't lie within the file");
        extents_.push_back({start, start + bytes, shown(path)});
    }

    bool check_filters(const Hdf5Handle& how, const std::string& path) const {
        bool deflated = false;
        const int count = H5Pget_nfilters(how.get());
        want(count >= 0, path);
        for (int i = 0; i < count; ++i) {
            unsigned flags = 0, config = 0;
            std::size_t values = 0;
            const H5Z_filter_t filter = H5Pget_filter2(how.get(), static_cast<unsigned>(i), &flags,
                                                       &values, nullptr, 0, nullptr, &config);
            if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE &&
                filter != H5Z_FILTER_FLETCHER32)
                refuse(path, "goes through filter ", filter,
                       ", which is neither deflate nor shuffle nor Fletcher-32");
            deflated |= filter == H5Z_FILTER_DEFLATE;
        }
        return deflated;
    }

    // A chunk is unpacked as a whole, however little of it there is in the dataset.
    void check_chunks(const Hdf5Handle& how, const TensorEntry& entry,
                      std::uint64_t deflated) const {
        hsize_t sizes[Shape::max_rank] = {};
        const int rank = H5Pget_chunk(how.get(), Shape::max_rank, sizes);
        if (rank != entry.shape.rank()) refuse(entry.name, "has chunks of another rank");
        std::uint64_t bytes = size_of(entry.type);
        const std::uint64_t most = std::max(entry.bytes(), deflated * largest_expansion);
        for (const hsize_t size : std::span(sizes, static_cast<std::size_t>(rank))) {
            if (size != 0 && bytes > std::max<std::uint64_t>(most, 1 << 20) / size)
                refuse(entry.name, "has chunks larger than what they hold");
            bytes *= size;
        }
    }

    void check_overlaps() {
        std::ranges::sort(extents_, {}, &Extent::begin);
        for (std::size_t i = 1; i < extents_.size(); ++i) {
            if (extents_[i].begin < extents_[i - 1].end)
                fail<IoError>(hdf5_reader, path_, ": the elements of ", extents_[i].shown,
                              " begin within those of ", extents_[i - 1].shown);
        }
    }

    struct Extent {
        std::uint64_t begin, end;
        std::string shown;
    };
    const std::string& path_;
    std::span<const std::byte> bytes_;
    std::uint64_t file_bytes_;
    const FileBudget& budget_;
    Found found_;
    std::string owner_;
    std::set<haddr_t> objects_;
    std::vector<Extent> extents_;
    std::uint64_t text_bytes_ = 0;
};

}  // namespace

struct Hdf5File::Library {
    std::unique_ptr<std::byte[]> own = {};
    std::span<const std::byte> bytes = {};
    Hdf5Handle file = {};
    TextsOfObjects texts = {};

    ~Library() {
        const Hdf5Calls calls;
        file = {};
    }
};

const Hdf5File::Texts* Hdf5File::texts(std::string_view path,
                                       std::string_view name) const noexcept {
    const auto object = library_->texts.find(path);
    if (object == library_->texts.end()) return nullptr;
    const auto found = object->second.find(name);
    return found == object->second.end() ? nullptr : &found->second;
}

Hdf5File::Hdf5File(Hdf5File&&) noexcept = default;
Hdf5File::~Hdf5File() = default;

Hdf5File::Hdf5File(std::span<const std::byte> bytes, const std::string& path,
                   const FileBudget& budget)
    : TensorFile(std::string(hdf5_reader), path), library_(std::make_unique<Library>()) {
    library_->bytes = bytes;
    scan(budget);
}

Hdf5File::Hdf5File(const std::string& path, const FileBudget& budget)
    : TensorFile(std::string(hdf5_reader), path), library_(std::make_unique<Library>()) {
    const detail::InputFile file(hdf5_reader, path);
    std::byte start[superblock_bytes] = {};
    const std::span<std::byte> first(start, std::min<std::size_t>(file.size(), sizeof(start)));
    file.read_at(0, first);
    check_superblock(first, file.size(), path);
    if (file.size() > budget.bytes)
        fail<IoError>(hdf5_reader, path, " is of ", file.size(), " bytes; the budget is ",
                      budget.bytes);
    library_->own = std::make_unique_for_overwrite<std::byte[]>(file.size());
    const std::span<std::byte> all(library_->own.get(), file.size());
    file.read_at(0, all);
    library_->bytes = all;
    scan(budget);
}

void Hdf5File::scan(const FileBudget& budget) {
    const std::span<const std::byte> bytes = library_->bytes;
    check_superblock(bytes.first(std::min(bytes.size(), superblock_bytes)), bytes.size(), path_);
    const haddr_t root = checked_root(bytes, path_);
    Scanner::Found found;
    {
        const Hdf5Calls calls;
        library_->file = open_bytes(bytes, path_);
        found = Scanner(path_, bytes, budget).scan(library_->file.get(), root);
    }
    for (TensorEntry& entry : found.datasets) add(std::move(entry), budget);
    groups_ = std::move(found.groups);
    library_->texts = std::move(found.texts);
    for (const auto& [name, texts] : library_->texts.find("")->second) {
        if (texts.size() == 1) metadata_.emplace(name, texts.front());
    }
}

void Hdf5File::read_elements(std::size_t i, StoredTensor& tensor) const {
    const std::string& name = tensors_[i].name;
    const Hdf5Calls calls;
    const auto refuse = [&] {
        fail<IoError>(hdf5_reader, path_, ": the elements of ", in_quotes(name),
                      " can't be read: ", detail::hdf5_error());
    };
    const Hdf5Handle dataset(H5Dopen2(library_->file.get(), name.c_str(), H5P_DEFAULT), H5Dclose);
    if (!dataset.valid()) refuse();
    const Hdf5Handle type = detail::hdf5_type(tensor.type(), std::endian::native);
    const std::span<std::byte> bytes = tensor.mutable_bytes();
    if (bytes.empty()) return;
    if (H5Dread(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()) < 0)
        refuse();
    if (H5Tget_class(type.get()) == H5T_OPAQUE)
        detail::swap_unless_little(bytes, size_of(tensor.type()));
    if (tensor.type() == StoredType::bool_ &&
        std::ranges::any_of(bytes, [](std::byte b) { return b > std::byte{1}; }))
        fail<IoError>(hdf5_reader, path_, ": ", in_quotes(name),
                      " holds a truth value that is neither true nor false");
}

}  // namespace shikumi::formats

#else

namespace shikumi::formats {

struct Hdf5File::Library {};

const Hdf5File::Texts* Hdf5File::texts(std::string_view, std::string_view) const noexcept {
    return nullptr;
}

Hdf5File::Hdf5File(Hdf5File&&) noexcept = default;
Hdf5File::~Hdf5File() = default;
Hdf5File::Hdf5File(const std::string& path, const FileBudget& budget)
    : Hdf5File(std::span<const std::byte>(), path, budget) {}
Hdf5File::Hdf5File(std::span<const std::byte>, const std::string& path, const FileBudget& budget)
    : TensorFile(std::string(hdf5_reader), path) {
    scan(budget);
}
void Hdf5File::scan(const FileBudget&) {
    fail<IoError>(
        hdf5_reader, path_,
        " is an HDF5 file, which takes libhdf5 (Debian: libhdf5-dev) to read; the library "
        "was built without it");
}
void Hdf5File::read_elements(std::size_t, StoredTensor&) const {}

}  // namespace shikumi::formats

#endif
