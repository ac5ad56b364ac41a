#ifdef SHIKUMI_HAVE_HDF5

#include <shikumi/formats/detail/hdf5_library.hpp>

namespace shikumi::formats::detail {

namespace {

std::mutex& one_thread() {
    static std::mutex mutex;
    return mutex;
}

// IEEE half precision.
Hdf5Handle half(bool little) {
    Hdf5Handle type(H5Tcopy(little ? H5T_IEEE_F32LE : H5T_IEEE_F32BE), H5Tclose);
    H5Tset_fields(type.get(), 15, 10, 5, 0, 10);
    H5Tset_size(type.get(), 2);
    H5Tset_ebias(type.get(), 15);
    return type;
}

// As h5py has them.
Hdf5Handle truth_value() {
    Hdf5Handle type(H5Tenum_create(H5T_NATIVE_INT8), H5Tclose);
    const std::int8_t no = 0, yes = 1;
    H5Tenum_insert(type.get(), "FALSE", &no);
    H5Tenum_insert(type.get(), "TRUE", &yes);
    return type;
}

hid_t number(StoredType type, bool little) {
    switch (type) {
        case StoredType::u8:
            return H5T_STD_U8LE;
        case StoredType::i8:
            return H5T_STD_I8LE;
        case StoredType::u16:
            return little ? H5T_STD_U16LE : H5T_STD_U16BE;
        case StoredType::i16:
            return little ? H5T_STD_I16LE : H5T_STD_I16BE;
        case StoredType::u32:
            return little ? H5T_STD_U32LE : H5T_STD_U32BE;
        case StoredType::i32:
            return little ? H5T_STD_I32LE : H5T_STD_I32BE;
        case StoredType::f32:
            return little ? H5T_IEEE_F32LE : H5T_IEEE_F32BE;
        case StoredType::u64:
            return little ? H5T_STD_U64LE : H5T_STD_U64BE;
        case StoredType::i64:
            return little ? H5T_STD_I64LE : H5T_STD_I64BE;
        case StoredType::f64:
            return little ? H5T_IEEE_F64LE : H5T_IEEE_F64BE;
        default:
            return -1;
    }
}

}  // namespace

Hdf5Calls::Hdf5Calls() : lock_(one_thread()) {
    H5open();
    H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Hdf5Calls::~Hdf5Calls() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }

Hdf5Handle hdf5_type(StoredType type, std::endian order) {
    const bool little = order == std::endian::little;
    if (type == StoredType::f16) return half(little);
    if (type == StoredType::bool_) return truth_value();
    if (const hid_t known = number(type, little); known >= 0) return {H5Tcopy(known), H5Tclose};
    Hdf5Handle opaque(H5Tcreate(H5T_OPAQUE, size_of(type)), H5Tclose);
    H5Tset_tag(opaque.get(), "");
    return opaque;
}

std::string hdf5_name() {
    static std::uint64_t files = 0;  // one thread at a time
    return "in memory " + std::to_string(++files);
}

std::string hdf5_error() {
    std::string innermost;
    const auto remember = [](unsigned, const H5E_error2_t* error, void* text) -> herr_t {
        if (error->desc && *error->desc) static_cast<std::string*>(text)->assign(error->desc);
        return 0;
    };
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, remember, &innermost);
    return innermost.empty() ? "libhdf5 doesn't say why" : innermost;
}

}  // namespace shikumi::formats::detail

#endif
