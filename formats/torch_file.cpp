#include <shikumi/formats/torch_file.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/formats/detail/byte_order.hpp>
#include <shikumi/formats/detail/in_quotes.hpp>
#include <shikumi/formats/detail/input_file.hpp>
#include <shikumi/formats/detail/pickle.hpp>
#include <shikumi/formats/detail/torch_objects.hpp>
#include <shikumi/formats/detail/zip.hpp>

namespace shikumi::formats {

using detail::in_quotes;

namespace {

constexpr std::string_view torch_reader = "TorchFile";
constexpr std::string_view pickle_name = "data.pkl";

// The file as such, before it is opened as an archive.
void check_start(const std::string& path) {
    const detail::InputFile file(torch_reader, path);
    const std::string start = file.text_at(0, std::min<std::uint64_t>(file.size(), 512));
    const bool tar = start.size() > 262 && std::string_view(start).substr(257, 5) == "ustar";
    if (start.starts_with("\x80\x02\x8a\x0a") || tar)
        fail<IoError>(torch_reader, path,
                      " is of the format that PyTorch wrote before 1.6; in Python, "
                      "torch.save(torch.load(path), path) writes it anew");
    if (!start.starts_with("PK"))
        fail<IoError>(torch_reader, path,
                      " is no file that torch.save has written: it is no zip archive");
}

// Copies the elements of a window in row-major order.
void gather(const detail::TorchTensor& from, const std::byte* in, std::span<std::byte> out) {
    const std::size_t width = size_of(from.entry.type);
    const int rank = from.entry.shape.rank();
    std::array<std::uint64_t, Shape::max_rank> at{};
    std::uint64_t place = 0;
    for (std::size_t done = 0; done < out.size(); done += width) {
        std::memcpy(out.data() + done, in + place * width, width);
        for (int axis = rank; axis-- > 0;) {
            const auto a = static_cast<std::size_t>(axis);
            const auto size = static_cast<std::uint64_t>(from.entry.shape[axis]);
            place += from.strides[a];
            if (++at[a] < size) break;
            place -= from.strides[a] * size;
            at[a] = 0;
        }
    }
}

}  // namespace

struct TorchFile::Storages {
    Storages(const std::string& path, const FileBudget& budget)
        : archive(torch_reader, path, budget.tensors + 100), path_(path), left_(budget.bytes) {
        for (std::size_t i = 0; i < archive.members().size(); ++i)
            members_.emplace(archive.members()[i].name, i);
        find_root();
        check_byte_order();
    }

    // The bytes of a member that is read as a whole.
    std::string text_of(std::size_t i, std::uint64_t limit) const {
        const detail::ZipMember& member = archive.members()[i];
        if (member.bytes > limit)
            fail<IoError>(torch_reader, path_, ": ", in_quotes(member.name), " is of ",
                          member.bytes, " bytes; the limit is ", limit);
        std::string text(member.bytes, '\0');
        detail::ZipReader::Stream stream(archive, i, detail::ZeroChecksum::absent);
        stream.read(std::as_writable_bytes(std::span(text)));
        stream.finish();
        return text;
    }

    std::string pickle(const FileBudget& budget) const {
        return text_of(members_.at(root_ + std::string(pickle_name)), budget.header);
    }

    // Adds a tensor's window. Throws unless its storage is there as the pickle says.
    void add(detail::TorchTensor tensor) {
        const std::string name = in_quotes(tensor.entry.name);
        const auto found = members_.find(root_ + "data/" + std::string(tensor.storage));
        if (found == members_.end())
            fail<IoError>(torch_reader, path_, ": the storage ", in_quotes(tensor.storage), " of ",
                          name, " is missing");
        const std::uint64_t bytes = archive.members()[found->second].bytes;
        if (bytes != tensor.storage_bytes)
            fail<IoError>(torch_reader, path_, ": the storage of ", name, " has ", bytes,
                          " bytes, the pickle says ", tensor.storage_bytes);
        if (checked_.emplace(found->second, false).second) {
            if (bytes > left_)
                fail<IoError>(torch_reader, path_, ": the storage of ", name, " is of ", bytes,
                              " bytes, with which the budget is exceeded");
            left_ -= bytes;
        }
        const std::size_t number = windows_.size();
        std::vector<std::uint64_t> window{found->second, tensor.offset,
                                          static_cast<std::uint64_t>(tensor.entry.type)};
        for (int axis = 0; axis < tensor.entry.shape.rank(); ++axis) {
            window.push_back(static_cast<std::uint64_t>(tensor.entry.shape[axis]));
            window.push_back(tensor.strides[static_cast<std::size_t>(axis)]);
        }
        const std::size_t first = known_.emplace(std::move(window), number).first->second;
        windows_.push_back({std::move(tensor), found->second, first});
    }

    void read(std::size_t i, std::span<std::byte> out) const {
        if (out.empty()) return;
        const auto& [tensor, member, first] = windows_[i];
        if (tensor.contiguous()) return read(tensor, member, out);
        std::vector<std::byte> window(tensor.span * size_of(tensor.entry.type));
        read(tensor, member, window);
        gather(tensor, window.data(), out);
    }

    // The number of the first window that is the same one.
    std::size_t first_like(std::size_t i) const { return windows_[i].first; }

    detail::ZipReader archive;

private:
    struct Window {
        detail::TorchTensor tensor;
        std::size_t member;
        std::size_t first;  // the number of the first one that is the same
    };

    void find_root() {
        std::optional<std::string> root;
        for (const auto& [name, i] : members_) {
            if (name != pickle_name && !name.ends_with('/' + std::string(pickle_name))) continue;
            if (root) fail<IoError>(torch_reader, path_, " holds two pickles: ", in_quotes(name));
            root = name.substr(0, name.size() - pickle_name.size());
        }
        if (!root)
            fail<IoError>(torch_reader, path_,
                          " is no file that torch.save has written: it holds no ", pickle_name);
        root_ = *root;
        const auto code = members_.lower_bound(root_ + "code/");
        if (members_.contains(root_ + "constants.pkl") ||
            (code != members_.end() && code->first.starts_with(root_ + "code/")))
            fail<IoError>(torch_reader, path_,
                          " is a TorchScript archive, which holds code; save "
                          "torch.save(model.state_dict(), path) instead");
    }
    void check_byte_order() const {
        const auto found = members_.find(root_ + "byteorder");
        if (found == members_.end()) return;  // PyTorch before 2.1
        const std::string order = text_of(found->second, 100);
        if (order != "little")
            fail<IoError>(torch_reader, path_, " is written in the byte order ", in_quotes(order),
                          "; only little-endian files are read");
    }

    // Reads a tensor's window. What is read of a storage first is read to its end, so that its
    // checksum is compared; later windows of the same storage are read alone.
    void read(const detail::TorchTensor& tensor, std::size_t member,
              std::span<std::byte> out) const {
        detail::ZipReader::Stream stream(archive, member, detail::ZeroChecksum::absent);
        const std::uint64_t begin = tensor.offset * size_of(tensor.entry.type);
        bool& checked = checked_.at(member);
        if (checked && archive.members()[member].stored) {
            stream.seek(begin);
            return stream.read(out);
        }
        pass(stream, begin);
        stream.read(out);
        pass(stream, tensor.storage_bytes - begin - out.size());
        stream.finish();
        checked = true;
    }
    static void pass(detail::ZipReader::Stream& stream, std::uint64_t bytes) {
        std::array<std::byte, 1 << 16> passed;
        while (bytes > 0) {
            const std::size_t next = std::min<std::uint64_t>(bytes, passed.size());
            stream.read(std::span(passed).first(next));
            bytes -= next;
        }
    }

    std::string path_, root_;
    std::uint64_t left_;  // bytes of the budget
    std::map<std::string, std::size_t, std::less<>> members_;
    std::vector<Window> windows_;
    std::map<std::vector<std::uint64_t>, std::size_t> known_;  // windows by all that makes them
    mutable std::map<std::size_t, bool> checked_;              // storages by members
};

TorchFile::TorchFile(TorchFile&&) noexcept = default;
TorchFile::~TorchFile() = default;

TorchFile::TorchFile(const std::string& path, const FileBudget& budget)
    : TensorFile(std::string(torch_reader), path) {
    check_start(path);
    storages_ = std::make_unique<Storages>(path, budget);
    const detail::Pickle pickle(storages_->pickle(budget), torch_reader, path,
                                detail::most_objects(budget));
    detail::TorchObjects objects = detail::torch_objects(pickle, torch_reader, path, budget);
    for (detail::TorchTensor& tensor : objects.tensors) {
        TorchFile::add(tensor.entry, budget);
        storages_->add(std::move(tensor));
    }
    values_ = std::move(objects.values);
    opaque_ = std::move(objects.opaque);
}

const Config* TorchFile::value(std::string_view path) const noexcept {
    const auto found = std::ranges::find(values_, path, &std::pair<std::string, Config>::first);
    return found == values_.end() ? nullptr : &found->second;
}

std::string TorchFile::same_as(std::string_view name) const {
    const std::size_t i = position(name), first = storages_->first_like(i);
    return first == i ? std::string() : tensors_[first].name;
}

void TorchFile::read_elements(std::size_t i, StoredTensor& tensor) const {
    storages_->read(i, tensor.mutable_bytes());
    detail::swap_unless_little(tensor.mutable_bytes(), size_of(tensor.type()));
}

}  // namespace shikumi::formats
